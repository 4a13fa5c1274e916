"""Train mini from scratch: python -m tools.library.mini.train --data DIR --minutes 40 --out DIR.

Stop it whenever you like; the same command goes on from the last checkpoint in --out.
"""

import argparse
import json
import math
import shutil
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save
from timm.utils import ModelEmaV3
from torch import Tensor, nn
from tqdm import tqdm

from tools.library.mini import HERE, build
from tools.library.mini.data import load_pictures, random_views, read_figures, text_bank
from tools.library.mini.evaluate import recalls

BATCH = 64  # figures per step; each is seen in two random views
LEARNING_RATE, WEIGHT_DECAY, WARM_UP = 2e-3, 0.05, 0.03
EMA_DECAY, SAVE_SECONDS, HELD_OUT = 0.998, 60, 20  # every 20th figure is held out
SOFT, SOFT_TEMPERATURE = 0.5, 0.05  # share and sharpness of the targets taken from the texts' likeness
SMALL_UNTIL = 0.6  # share of the time with small pictures
VIEW_WEIGHT, VIEW_TEMPERATURE = 1.0, 0.1  # the image-image term


class Student(nn.Module):
    """The trained parts of the open_clip model: image tower, text projection and temperature."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.visual, self.proj, self.logit_scale = model.visual, model.text.proj, model.logit_scale

    def weights(self) -> dict[str, Tensor]:
        """The same tensors under their names in the open_clip model, as float16."""
        weights = {}
        for key, value in self.state_dict().items():
            name = f"text.{key}" if key.startswith("proj.") else key
            weights[name] = (value.half() if value.is_floating_point() else value).contiguous().cpu()
        return weights


def start_projection(proj: nn.Linear, bank: Tensor) -> None:
    """Begin with the main directions of the texts, which keep most of the text tower's geometry."""
    texts = F.normalize(bank.flatten(0, 1), dim=-1)
    directions = torch.linalg.eigh(texts.T @ texts).eigenvectors.flip(1)[:, : proj.out_features]
    with torch.no_grad():
        proj.weight.copy_(directions.T)


def soft_targets(means: Tensor, index: Tensor) -> Tensor:
    """float32[b, n]: half on a figure's own text, half shared with the figures of like description."""
    likeness = F.softmax(means[index] @ means.T / SOFT_TEMPERATURE, 1)
    return likeness * SOFT + F.one_hot(index, len(means)) * (1 - SOFT)


def text_loss(z: Tensor, texts: Tensor, index: Tensor, target: Tensor, scale: Tensor) -> Tensor:
    """CLIP loss of views z float32[2b, 256] and ALL texts float32[n, 256] (frozen, so nearly free)."""
    to_text = F.cross_entropy(scale * z @ texts.T, target.repeat(2, 1))
    place = torch.arange(len(index), device=z.device)
    first, second = (F.cross_entropy(scale * texts[index] @ views.T, place) for views in z.chunk(2))
    return to_text / 2 + (first + second) / 4


def view_loss(z: Tensor) -> Tensor:
    """NT-Xent: of all views float32[2b, 256] the other view of the same figure must be the nearest."""
    n = len(z)
    scores = (z @ z.T / VIEW_TEMPERATURE).fill_diagonal_(float("-inf"))
    return F.cross_entropy(scores, torch.arange(n, device=z.device).roll(n // 2))


def learning_rate(progress: float) -> float:
    """Share of the full rate: a short warm-up, then half a cosine; progress runs from 0 to 1."""
    return min(progress / WARM_UP, 0.5 + 0.5 * math.cos(math.pi * min(progress, 1.0)))


def view_size(progress: float, size: int) -> int:
    """Small pictures first (half the cost), the full size for the last part."""
    return size if progress >= SMALL_UNTIL else round(size * 0.7 / 16) * 16


def make_optimizer(student: Student) -> torch.optim.AdamW:
    """AdamW; vectors (norms, biases, temperature) and the text projection go without weight decay."""
    decayed = [p for n, p in student.named_parameters() if p.ndim > 1 and not n.startswith("proj.")]
    others = [p for n, p in student.named_parameters() if p.ndim <= 1 or n.startswith("proj.")]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=LEARNING_RATE)


class Run:
    """Everything that changes while training, and its checkpoint."""

    def __init__(self, student: Student, out: Path) -> None:
        self.student, self.file = student, out / "checkpoint.pt"
        self.ema = ModelEmaV3(student, decay=EMA_DECAY, use_warmup=True)
        self.optimizer = make_optimizer(student)
        self.step, self.seconds = 0, 0.0
        if self.file.is_file():
            saved = torch.load(self.file)
            for part, state in zip((self.student, self.ema.module, self.optimizer), saved["states"]):
                part.load_state_dict(state)
            self.step, self.seconds = saved["step"], saved["seconds"]

    def save(self) -> None:
        """Write the checkpoint beside the old one, then put it in its place."""
        states = [part.state_dict() for part in (self.student, self.ema.module, self.optimizer)]
        new = self.file.with_suffix(".new")
        torch.save({"states": states, "step": self.step, "seconds": self.seconds}, new)
        new.replace(self.file)


def train_step(
    run: Run, pictures: Tensor, half: Tensor, bank: Tensor, means: Tensor, index: Tensor, size: int
) -> tuple[float, float]:
    """One step on the figures index int64[b]; returns the two losses."""
    device, student = bank.device, run.student
    two = index.repeat(2)
    views = random_views(pictures[two].to(device), half[two].to(device), size)
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        z = F.normalize(student.visual(views.contiguous(memory_format=torch.channels_last)).float(), dim=-1)
    choice = torch.randint(bank.shape[1], (len(bank),), device=device)
    texts = F.normalize(student.proj(bank[torch.arange(len(bank), device=device), choice]), dim=-1)
    index = index.to(device)
    clip = text_loss(z, texts, index, soft_targets(means, index), student.logit_scale.exp())
    alike = view_loss(z)
    run.optimizer.zero_grad()
    (clip + VIEW_WEIGHT * alike).backward()
    nn.utils.clip_grad_norm_(student.parameters(), 1.0)
    run.optimizer.step()
    student.logit_scale.data.clamp_(max=math.log(100))
    run.step += 1
    run.ema.update(student, step=run.step)
    return clip.item(), alike.item()


def train(run: Run, pictures: Tensor, half: Tensor, bank: Tensor, size: int, seconds: float) -> None:
    """Steps until the time is over, the learning rate following the clock."""
    means = F.normalize(F.normalize(bank, dim=-1).mean(1), dim=-1)
    bar = tqdm(total=round(seconds), initial=round(run.seconds), unit="s", mininterval=5)
    saved = run.seconds
    run.student.train()
    while run.seconds < seconds:
        torch.manual_seed(run.step)
        begin = time.monotonic()
        for group in run.optimizer.param_groups:
            group["lr"] = LEARNING_RATE * learning_rate(run.seconds / seconds)
        index = torch.randperm(len(pictures))[:BATCH]
        now = view_size(run.seconds / seconds, size)
        clip, alike = train_step(run, pictures, half, bank, means, index, now)
        run.seconds += time.monotonic() - begin
        if run.seconds - saved > SAVE_SECONDS or run.seconds >= seconds:
            saved = run.seconds
            run.save()
        bar.set_postfix(step=run.step, text=f"{clip:.2f}", views=f"{alike:.2f}", refresh=False)
        bar.update(round(run.seconds) - bar.n)


@torch.no_grad()
def held_out(student: Student, pictures: Tensor, half: Tensor, bank: Tensor, size: int) -> dict[str, Any]:
    """Held-out figures: description -> picture, and one random view -> another view of the same."""
    student.eval()
    torch.manual_seed(0)
    plain = F.interpolate(pictures.float() / 127.5 - 1, (size, size), mode="bicubic", antialias=True)
    sets = [plain.clamp(-1, 1), *(random_views(pictures, half, size) for _ in range(2))]
    plain, first, second = (F.normalize(student.visual(x.to(bank.device)), dim=-1) for x in sets)
    texts, gold = F.normalize(student.proj(bank[:, 0]), dim=-1), torch.arange(len(bank), device=bank.device)
    return {"text": recalls(texts @ plain.T, gold), "views": recalls(first @ second.T, gold, (1,))}


def main() -> None:
    """Train, write config.json and mini.safetensors to --out, print the held-out results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the figures' *.tar")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=HERE / "config.json")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config = json.loads(arguments.config.read_text("utf-8"))
    size = config["preprocess_cfg"]["size"]
    model, _, tokenizer = build(config)
    model = model.to(device, memory_format=torch.channels_last)
    figures = read_figures(arguments.data)
    bank = text_bank(model, tokenizer, figures, arguments.out / "texts.pt").to(device)
    pictures, half = load_pictures(figures)
    held = torch.arange(len(figures)) % HELD_OUT == 0
    start_projection(model.text.proj, bank[~held])
    run = Run(Student(model), arguments.out)
    train(run, pictures[~held], half[~held], bank[~held], size, arguments.minutes * 60)
    shutil.copy(arguments.config, arguments.out / "config.json")
    (arguments.out / "mini.safetensors").write_bytes(save(run.ema.module.weights()))
    print("steps:", run.step, "seconds:", round(run.seconds), "figures:", int((~held).sum()))
    print("held out:", held_out(run.ema.module, pictures[held], half[held], bank[held], size))


if __name__ == "__main__":
    main()
