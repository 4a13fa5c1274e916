"""Measure mini on sets it was never trained on: python -m evals.training.mini.evaluate --data DIR."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from evals.suites.layout import rows
from tools.library.encode.mini import HERE, load


@torch.no_grad()
def encode(
    model: Any, prepare: Callable[[list[Any]], Tensor], encoder: Callable[..., Tensor], every: list[Any]
) -> Tensor:
    """float32[n, 512], L2-normalised."""
    batches = (prepare(every[start : start + 64]) for start in range(0, len(every), 64))
    return torch.cat([encoder(batch.to(model.logit_scale.device), normalize=True).float().cpu() for batch in batches])


def encode_pictures(model: Any, preprocess: Any, paths: list[Path]) -> Tensor:
    def prepare(some: list[Path]) -> Tensor:
        return torch.stack([preprocess(Image.open(path)) for path in some])

    return encode(model, prepare, model.encode_image, paths)


def recalls(scores: Tensor, gold: Tensor, ks: tuple[int, ...] = (1, 5, 10)) -> dict[str, float]:
    """Share of queries whose item is in the first k: scores float32[queries, items], gold int64[queries]."""
    ranks = (scores > scores.gather(1, gold[:, None])).sum(1)
    found = {f"R@{k}": round((ranks < k).float().mean().item(), 4) for k in ks}
    return found | {f"chance@{k}": round(k / scores.shape[1], 4) for k in ks}


def text_to_picture(parts: tuple[Any, Any, Any], folder: Path, key: str) -> dict[str, float]:
    """Each item's own text (the field key; of several texts the first) must find its own picture."""
    model, preprocess, tokenizer = parts
    items = list(rows(folder / "items.jsonl", dict))
    texts = [item[key] if isinstance(item[key], str) else item[key][0] for item in items]
    pictures = encode_pictures(model, preprocess, [folder / item["image"] for item in items])
    return recalls(encode(model, tokenizer, model.encode_text, texts) @ pictures.T, torch.arange(len(items)))


def photo_to_product(parts: tuple[Any, Any, Any], folder: Path) -> dict[str, float]:
    """Each shelf photo must find the catalogue picture of its product."""
    model, preprocess, _ = parts
    pairs, photos = (list(rows(folder / f"{name}.jsonl", dict)) for name in ("pairs", "photos"))
    place = {pair["id"]: i for i, pair in enumerate(pairs)}
    catalogue = encode_pictures(model, preprocess, [folder / pair["image"] for pair in pairs])
    shelf = encode_pictures(model, preprocess, [folder / photo["image"] for photo in photos])
    return recalls(shelf @ catalogue.T, torch.tensor([place[photo["class_id"]] for photo in photos]), (1, 5))


def nearest_category(parts: tuple[Any, Any, Any], folder: Path) -> dict[str, float]:
    """The share of photos whose most similar other photo shows the same category of object."""
    model, preprocess, _ = parts
    items = list(rows(folder / "items.jsonl", dict))
    names = sorted({item["category"] for item in items})
    labels = torch.tensor([names.index(item["category"]) for item in items])
    pictures = encode_pictures(model, preprocess, [folder / item["image"] for item in items])
    nearest = (pictures @ pictures.T).fill_diagonal_(-2).argmax(1)
    same = (labels[:, None] == labels).float().mean().item()
    return {"P@1": round((labels[nearest] == labels).float().mean().item(), 4), "chance": round(same, 4)}


class Colours:
    """A yardstick that needs no training: how often each of 64 colours occurs."""

    logit_scale = torch.ones(())

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
    colours = (Colours(), parts[1], None)
    print(f"64 colours, products: {photo_to_product(colours, arguments.data / 'products')}")
    print(f"64 colours, objects: {nearest_category(colours, arguments.data / 'objects')}")


if __name__ == "__main__":
    main()
