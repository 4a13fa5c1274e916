"""Reading the training figures, encoding their texts once, and making random views of the pictures."""

import io
import json
import re
import tarfile
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from tools.language.sentences import cut

CACHE_SIZE = 224  # pixels: the long side of the training figures


def read_figures(folder: Path) -> list[dict[str, Any]]:
    """The figures of all WebDataset shards in a folder: alt, caption, page_title, key and jpg (bytes)."""
    figures: dict[str, dict[str, Any]] = {}
    for shard in sorted(Path(folder).glob("*.tar")):
        with tarfile.open(shard) as tar:
            for member in tar:
                key, _, kind = member.name.rpartition(".")
                figure = figures.setdefault(key, {"key": key})
                content = cast(IO[bytes], tar.extractfile(member)).read()
                figure.update(json.loads(content) if kind == "json" else {"jpg": content})
    if not figures:
        raise FileNotFoundError(f"no *.tar with figures in {folder}")
    return [figures[key] for key in sorted(figures)]


def letterbox(picture: Image.Image, size: int) -> tuple[np.ndarray, tuple[float, float]]:
    """uint8[3, size, size], white around the picture, and the picture's half width and height (of 1)."""
    scale = size / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    square = Image.new("RGB", (size, size), "white")
    place = ((size - width) // 2, (size - height) // 2)
    square.paste(picture.convert("RGB").resize((width, height), Image.Resampling.BICUBIC), place)
    return np.asarray(square).transpose(2, 0, 1), (width / size, height / size)


def load_pictures(figures: list[dict[str, Any]]) -> tuple[Tensor, Tensor]:
    """uint8[n, 3, CACHE_SIZE, CACHE_SIZE] and float32[n, 2] (half width and height of the picture in it)."""
    boxed = [letterbox(Image.open(io.BytesIO(figure["jpg"])), CACHE_SIZE) for figure in figures]
    return torch.from_numpy(np.stack([b[0] for b in boxed])), torch.tensor([b[1] for b in boxed])


def texts_of(figure: dict[str, Any]) -> list[str]:
    """Four texts for a figure: description, its first sentence, caption, page title and caption."""
    alt, caption = figure["alt"].strip(), re.sub(r"\(credit.*", "", figure["caption"]).strip()
    first = cut(alt)[0]
    if len(first) < 25:
        first = alt
    return [alt, first, caption or alt, f"{figure['page_title']}. {caption or first}"]


def text_bank(figures: list[dict[str, Any]], cache: Path) -> Tensor:
    """float32[n, 4, 384]: every figure's texts (see texts_of) by MiniLM, each by its first window, encoded once and
    kept in a file."""
    from tools.library import encode

    if cache.is_file():
        return torch.load(cache)
    minilm = encode.load("minilm")
    texts = [encode.windows(text, minilm)[0] for figure in figures for text in texts_of(figure)]
    unique = sorted(set(texts), key=len)
    where = {text: i for i, text in enumerate(unique)}
    batches = [unique[start : start + 64] for start in range(0, len(unique), 64)]
    vectors = torch.cat([torch.from_numpy(minilm.texts(batch)) for batch in tqdm(batches, desc="texts")])
    bank = vectors[[where[text] for text in texts]].view(len(figures), -1, vectors.shape[1]).clone()
    torch.save(bank, cache)
    return bank


def uniform(n: int, low: float, high: float) -> Tensor:
    """float32[n, 1, 1, 1] of random numbers."""
    return torch.empty(n, 1, 1, 1).uniform_(low, high)


def random_window(half: Tensor) -> Tensor:
    """float32[n, 2, 3]: for each picture a random square window, slightly turned, as an affine map."""
    n = len(half)
    side = torch.where(torch.rand(n) < 0.2, torch.ones(n), torch.empty(n).uniform_(0.45, 1.15))
    stretch = torch.empty(n).uniform_(-0.15, 0.15).exp()
    angle = torch.empty(n).normal_(0, 0.08)
    free = (half - side[:, None]).clamp_min(0.05)
    centre = (torch.rand(n, 2) * 2 - 1) * free
    cos, sin = angle.cos() * side, angle.sin() * side
    across = torch.stack([cos * stretch, -sin, centre[:, 0]], 1)
    down = torch.stack([sin, cos / stretch, centre[:, 1]], 1)
    return torch.stack([across, down], 1)


def random_colours(x: Tensor) -> Tensor:
    """float32[n, 3, s, s] in 0..1 -> -1..1, with other light, contrast, white balance and saturation.

    All four are one linear map of the three colours of a pixel, so it costs one matrix product.
    """
    n = len(x)
    keep = torch.where(uniform(n, 0, 1) < 0.08, torch.zeros(n, 1, 1, 1), uniform(n, 0.6, 1.3))[:, 0]
    contrast = uniform(n, 0.65, 1.3)[:, 0]
    gain = (uniform(n, 0.75, 1.15) * torch.empty(n, 3, 1, 1).uniform_(0.9, 1.1))[:, :, 0]
    mix = 2 * gain * contrast * (keep * torch.eye(3) + (1 - keep) / 3)
    middle = x.mean((1, 2, 3))[:, None, None]
    shift = 2 * gain.to(x) * middle * (1 - contrast).to(x) - 1
    return torch.baddbmm(shift, mix.to(x), x.flatten(2)).view_as(x).clamp_(-1, 1)


def repeat_some(grid: Tensor, half: Tensor) -> Tensor:
    """float32[n, s, s, 2]: every tenth view repeats its picture like goods in a heap."""
    edge = half[:, None, None, :]
    repeated = torch.remainder(grid * 2 + edge, 2 * edge) - edge
    return torch.where(torch.rand(len(grid), 1, 1, 1).to(grid) < 0.1, repeated, grid)


def new_background(x: Tensor, outside: Tensor) -> Tensor:
    """float32[n, 3, s, s]: around a picture comes a random light colour; or, where about half of
    the view is white (an object on a white ground), sometimes another picture in place of the white.
    """
    n = len(x)
    colour = 1 - torch.rand(n, 1, 1, 1) ** 2 * 0.6 * torch.rand(n, 3, 1, 1)
    colour = torch.where(uniform(n, 0, 1) < 0.5, torch.ones(n, 3, 1, 1), colour).to(x)
    white = outside | (x.amin(1, keepdim=True) > 0.93)
    share = white.float().mean((1, 2, 3), keepdim=True)
    scene = (share > 0.1) & (share < 0.75) & (torch.rand(n, 1, 1, 1).to(x) < 0.5)
    return torch.where(scene & white, x.roll(n // 4 + 1, 0), torch.where(outside, colour, x))


def random_views(pictures: Tensor, half: Tensor, size: int) -> Tensor:
    """uint8[n, 3, S, S] -> float32[n, 3, size, size] in -1..1: a random window on another background."""
    n = len(pictures)
    grid = F.affine_grid(random_window(half.cpu()), [n, 3, size, size], align_corners=False).to(half)
    grid = repeat_some(grid, half)
    x = F.grid_sample(pictures.float().mul_(1 / 255), grid, padding_mode="border", align_corners=False)
    x = random_colours(new_background(x, (grid.abs() > half[:, None, None, :]).any(-1)[:, None]))
    blurred = (torch.rand(n) < 0.2).to(x.device)
    x[blurred] = F.avg_pool2d(x[blurred], 3, 1, 1, count_include_pad=False)
    return x
