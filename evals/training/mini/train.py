"""Train mini's heads: python -m evals.training.mini.train --data DIR --out DIR.

The trunk is frozen, so each random view of each figure goes through it once; what comes out is kept in --out, and the
heads are trained on that in minutes. Stop it whenever you like: the same command goes on after the last view.
"""

import argparse
import json
import math
import shutil
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor, nn
from tqdm import tqdm

from evals.training.mini.data import load_pictures, random_views, read_figures, text_bank
from evals.training.mini.evaluate import recalls
from tools.library.encode.mini import HERE, build
from tools.library.encode.mini.tower import HALF, LAST, Tower

VIEWS, STEPS, BATCH = 3, 1000, 256  # views: the plain picture and random ones
LEARNING_RATE, WEIGHT_DECAY, WARM_UP, NOISE = 1e-3, 0.1, 50, 0.3
HELD_OUT = 20  # every 20th figure
SOFT, SOFT_TEMPERATURE = 0.5, 0.05  # share and sharpness of the targets taken from the texts' likeness
CLASS_WEIGHT, CLASS_SCALE = 0.2, 20.0  # of the loss that keeps what the trunk knows of everyday things
WHITENING = 0.25  # power of the eigenvalues that the looks are divided by; .5 would be all


@torch.inference_mode()
def view(tower: Tower, pictures: Tensor, half: Tensor, number: int, size: int, cache: Path) -> Tensor:
    """float32[n, features] of one view of every picture: view 0 is the picture itself."""
    if cache.is_file():
        return torch.load(cache).float()
    torch.manual_seed(number)
    parts, device = [], next(tower.parameters()).device
    kind = "cuda" if device.type == "cuda" else "cpu"
    for start in tqdm(range(0, len(pictures), 64), desc=f"view {number}", mininterval=5):
        some, sides = pictures[start : start + 64].to(device), half[start : start + 64].to(device)
        plain = F.interpolate(some.float() / 127.5 - 1, (size, size), mode="bicubic", antialias=True).clamp(-1, 1)
        x = plain if number == 0 else random_views(some, sides, size)
        with torch.autocast(kind, torch.bfloat16):
            parts.append(tower.pooled(x.contiguous(memory_format=torch.channels_last)).half().cpu())
    found = torch.cat(parts)
    torch.save(found, cache.with_suffix(".new"))
    cache.with_suffix(".new").replace(cache)
    return found.float()


class Student(nn.Module):
    """What is trained: the tower's heads, the projection of texts, and the temperature."""

    def __init__(self, tower: Tower) -> None:
        super().__init__()
        self.tower = tower
        self.proj = nn.Linear(384, HALF, bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(14.0)))

    def texts(self, bank: Tensor) -> Tensor:
        return F.normalize(self.proj(bank), dim=-1)

    def weights(self) -> dict[str, Tensor]:
        """Under their names in the open_clip model, as float16; of texts the second half is zero."""
        names = {f"visual.{k}": v for k, v in self.tower.state_dict().items() if not k.startswith("trunk.")}
        names["text.proj.weight"] = torch.cat([self.proj.weight, torch.zeros(HALF, 384)])
        names["logit_scale"] = self.logit_scale
        return {key: value.detach().half().contiguous().cpu() for key, value in names.items()}


def class_texts() -> Tensor:
    """float32[1000, 384]: MiniLM's vectors of ImageNet's class names (WordNet's lemmas, as timm has them)."""
    from timm.data import ImageNetInfo

    from tools.library import encode

    info = ImageNetInfo()
    return torch.from_numpy(encode.load("minilm").texts([info.index_to_description(n) for n in range(1000)]))


def prepare(student: Student, views: list[Tensor], bank: Tensor) -> None:
    """What needs no gradient: scale, the texts' main directions, the looks' whitened ones (PCA)."""
    tower = student.tower
    tower.mean.copy_(views[0].mean(0))
    tower.spread.copy_(views[0].std(0) + 1e-4)
    texts = F.normalize(bank.flatten(0, 1), dim=-1)
    with torch.no_grad():
        student.proj.weight.copy_(torch.linalg.eigh(texts.T @ texts).eigenvectors.flip(1)[:, :HALF].T)
    last = torch.cat(views)[:, -LAST:]
    values, vectors = torch.linalg.eigh(last.T @ last / len(last))
    values, vectors = values.flip(0)[:HALF], vectors.flip(1)[:, :HALF]
    tower.looks.copy_((vectors * values**-WHITENING).T)
    nn.init.zeros_(tower.outer.weight)
    nn.init.zeros_(tower.outer.bias)


def train(student: Student, views: list[Tensor], bank: Tensor, classes: Tensor) -> None:
    """CLIP loss of a batch's views and one text of every figure, and a loss that keeps ImageNet's classes: of all
    class names' texts a picture must be nearest to those that the trunk sees in it."""
    tower = student.tower
    standard = [tower.standard(v) for v in views]
    seen = [tower.seen(v[:, -LAST:]).detach() for v in views]
    means = F.normalize(F.normalize(bank, dim=-1).mean(1), dim=-1)
    trained = [p for p in student.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    student.train()
    tower.trunk.eval()
    every = torch.arange(len(bank))
    bar = tqdm(range(STEPS), desc="heads", mininterval=5)
    for step in bar:
        torch.manual_seed(step)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * learning_rate(step)
        index, number = torch.randperm(len(bank))[:BATCH], step % len(views)
        x, likely = standard[number][index], seen[number][index]
        named = student.texts(classes)
        z = tower.meaning(x + NOISE * torch.randn_like(x), likely @ student.proj(classes))
        texts = student.texts(bank[every, torch.randint(bank.shape[1], (len(bank),))])
        scale = student.logit_scale.exp().clamp(max=100)
        target = F.softmax(means[index] @ means.T / SOFT_TEMPERATURE, 1) * SOFT
        target += F.one_hot(index, len(bank)) * (1 - SOFT)
        loss = F.cross_entropy(scale * z @ texts.T, target) / 2
        loss += F.cross_entropy(scale * texts[index] @ z.T, torch.arange(len(index))) / 2
        scores = F.log_softmax(CLASS_SCALE * z @ named.T, 1)
        loss += CLASS_WEIGHT * F.kl_div(scores, likely, reduction="batchmean")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        bar.set_postfix(loss=f"{loss.item():.2f}", refresh=False)
    with torch.no_grad():
        tower.names.copy_(student.proj(classes))
    student.eval()


def learning_rate(step: int) -> float:
    """Share of the full rate: a short warm-up, then half a cosine."""
    return min(step / WARM_UP, 1.0) * (0.5 + 0.5 * math.cos(math.pi * step / STEPS))


@torch.no_grad()
def held_out(student: Student, plain: Tensor, bank: Tensor) -> dict[str, float]:
    """Held-out figures: description → picture."""
    pictures = student.tower.heads(plain)[:, :HALF]
    return recalls(student.texts(bank[:, 0]) @ pictures.T, torch.arange(len(bank)))


def main() -> None:
    """Train, write config.json and mini.safetensors to --out, print the held-out results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the figures' *.tar")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and for what is kept meanwhile")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    config: dict[str, Any] = json.loads((HERE / "config.json").read_text("utf-8"))
    tower = build(config)[0].visual
    figures = read_figures(arguments.data)
    bank = text_bank(figures, arguments.out / "texts.pt")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tower.to(device, memory_format=torch.channels_last)
    pictures, half = load_pictures(figures)
    size = config["preprocess_cfg"]["size"]
    views = [view(tower, pictures, half, n, size, arguments.out / f"view-{n}.pt") for n in range(VIEWS)]
    student = Student(tower.cpu())
    held = torch.arange(len(figures)) % HELD_OUT == 0
    seen = [v[~held] for v in views]
    prepare(student, seen, bank[~held])
    train(student, seen, bank[~held], class_texts())
    if arguments.out != HERE:
        shutil.copy(HERE / "config.json", arguments.out)
    (arguments.out / "mini.safetensors").write_bytes(save(student.weights()))
    print("figures:", int((~held).sum()), "held out:", held_out(student, views[0][held], bank[held]))


if __name__ == "__main__":
    main()
