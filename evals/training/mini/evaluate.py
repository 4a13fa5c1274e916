"""Measure mini on sets it was never trained on: python -m evals.training.mini.evaluate --data DIR."""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from tools.library.encode.mini import HERE, load


def rows(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


@torch.no_grad()
def encode_pictures(model: Any, preprocess: Any, paths: list[Path]) -> Tensor:
    """float32[n, 512], L2-normalised."""
    device, parts = model.logit_scale.device, []
    for start in range(0, len(paths), 64):
        batch = torch.stack([preprocess(Image.open(path)) for path in paths[start : start + 64]])
        parts.append(model.encode_image(batch.to(device), normalize=True).float().cpu())
    return torch.cat(parts)


@torch.no_grad()
def encode_texts(model: Any, tokenizer: Any, texts: list[str]) -> Tensor:
    """float32[n, 512], L2-normalised."""
    device, parts = model.logit_scale.device, []
    for start in range(0, len(texts), 64):
        ids = tokenizer(texts[start : start + 64]).to(device)
        parts.append(model.encode_text(ids, normalize=True).float().cpu())
    return torch.cat(parts)


def recalls(scores: Tensor, gold: Tensor, ks: tuple[int, ...] = (1, 5, 10)) -> dict[str, float]:
    """Share of queries whose item is in the first k: scores float32[queries, items], gold int64[queries]."""
    ranks = (scores > scores.gather(1, gold[:, None])).sum(1)
    found = {f"R@{k}": round((ranks < k).float().mean().item(), 4) for k in ks}
    return found | {f"chance@{k}": round(k / scores.shape[1], 4) for k in ks}


def text_to_picture(parts: tuple[Any, Any, Any], folder: Path, key: str) -> dict[str, float]:
    """Each item's own text (the field key; of several texts the first) must find its own picture."""
    model, preprocess, tokenizer = parts
    items = rows(folder / "items.jsonl")
    texts = [item[key] if isinstance(item[key], str) else item[key][0] for item in items]
    pictures = encode_pictures(model, preprocess, [folder / item["image"] for item in items])
    return recalls(encode_texts(model, tokenizer, texts) @ pictures.T, torch.arange(len(items)))


def photo_to_product(parts: tuple[Any, Any, Any], folder: Path) -> dict[str, float]:
    """Each shelf photo must find the catalogue picture of its product."""
    model, preprocess, _ = parts
    pairs, photos = rows(folder / "pairs.jsonl"), rows(folder / "photos.jsonl")
    place = {pair["id"]: i for i, pair in enumerate(pairs)}
    catalogue = encode_pictures(model, preprocess, [folder / pair["image"] for pair in pairs])
    shelf = encode_pictures(model, preprocess, [folder / photo["image"] for photo in photos])
    return recalls(shelf @ catalogue.T, torch.tensor([place[photo["class_id"]] for photo in photos]), (1, 5))


def nearest_category(parts: tuple[Any, Any, Any], folder: Path) -> dict[str, float]:
    """The share of photos whose most similar other photo shows the same category of object."""
    model, preprocess, _ = parts
    items = rows(folder / "items.jsonl")
    names = sorted({item["category"] for item in items})
    labels = torch.tensor([names.index(item["category"]) for item in items])
    pictures = encode_pictures(model, preprocess, [folder / item["image"] for item in items])
    nearest = (pictures @ pictures.T).fill_diagonal_(-2).argmax(1)
    same = (labels[:, None] == labels).float().mean().item()
    return {"P@1": round((labels[nearest] == labels).float().mean().item(), 4), "chance": round(same, 4)}


class Thumbnail:
    """A yardstick that needs no training: the picture itself, shrunk to 8 x 8 pixels."""

    logit_scale = torch.ones(())

    def encode_image(self, x: Tensor, normalize: bool = True) -> Tensor:
        """float32[n, 3, s, s] -> float32[n, 192], L2-normalised."""
        return F.normalize(F.adaptive_avg_pool2d(x, 8).flatten(1), dim=1)


class Colours(Thumbnail):
    """A yardstick that needs no training: how often each of 64 colours occurs."""

    def encode_image(self, x: Tensor, normalize: bool = True) -> Tensor:
        """float32[n, 3, s, s] in -1..1 -> float32[n, 64], L2-normalised."""
        red, green, blue = ((x + 1) * 2).clamp(0, 3.99).long().flatten(2).unbind(1)
        return F.one_hot(red * 16 + green * 4 + blue, 64).float().mean(1).sqrt()


def evaluate(parts: tuple[Any, Any, Any], data: Path) -> dict[str, dict[str, float]]:
    """All figures of the model card; parts is what load() returns, data the folder of the test sets."""
    return {
        "figures (alt -> image)": text_to_picture(parts, data / "figures", "alt"),
        "screenshots (alt -> image)": text_to_picture(parts, data / "screenshots", "alt"),
        "photos (first caption -> image)": text_to_picture(parts, data / "photos_captions", "captions"),
        "products (shelf photo -> catalogue picture)": photo_to_product(parts, data / "products"),
        "objects (nearest photo, same category)": nearest_category(parts, data / "objects"),
    }


def main() -> None:
    """Print one line per test set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with figures/, products/, ...")
    parser.add_argument("--weights", type=Path, default=HERE, help="folder of mini.safetensors")
    arguments = parser.parse_args()
    parts = load(arguments.weights)
    for name, result in evaluate(parts, arguments.data).items():
        print(f"{name}: {result}")
    for yardstick in (Thumbnail(), Colours()):
        other = (yardstick, parts[1], None)
        print(f"{type(yardstick).__name__}, products: {photo_to_product(other, arguments.data / 'products')}")
        print(f"{type(yardstick).__name__}, objects: {nearest_category(other, arguments.data / 'objects')}")


if __name__ == "__main__":
    main()
