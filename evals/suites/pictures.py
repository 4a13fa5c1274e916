"""Folders of pictures, each asked for by words, by another photo or by what it has in common with others.

What a photo shows is read from its fields, never from its path.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

from evals.cases import Case, Gold
from evals.suites.layout import Parts, rows


def figures(folder: Path, work: Path) -> Parts:
    """items.jsonl (id, alt, page, image) describes pictures in words that no page holds; gold is the picture.

    `book` or `repo` is the kind; pages lie in folders of their own, beside the pictures.
    """
    cases = tuple(rows(folder / "items.jsonl", _figure))
    pages = sorted({Path(case.document).parent for case in cases})
    pictures = sorted({Path(case.gold[0].picture).parent for case in cases})
    beside = tuple(path for at in pictures for path in sorted((folder / at).glob("*")) if path.is_file())
    return Parts(folder, folder, tuple(folder / at for at in pages), cases, beside)


def _figure(row: dict[str, Any]) -> Case:
    return Case(
        id=row["id"],
        question=row["alt"],
        gold=(Gold(source=row["page"], picture=row["image"]),),
        tool="search_images",
        kind=row.get("book") or row.get("repo", ""),
        document=row["page"],
    )


def captions(folder: Path, work: Path) -> Parts:
    """items.jsonl (id, image, captions): each caption asks for its photo."""
    cases = tuple(case for row in rows(folder / "items.jsonl", _captions) for case in row)
    files = tuple(dict.fromkeys(folder / case.document for case in cases))
    return Parts(folder, folder, files, cases)


def _captions(row: dict[str, Any]) -> list[Case]:
    return [
        Case(
            id=f"{row['id']}-{number}",
            question=caption,
            gold=(Gold(source=row["image"], picture=row["image"]),),
            tool="search_images",
            kind="caption",
            document=row["image"],
        )
        for number, caption in enumerate(row["captions"], 1)
    ]


def objects(folder: Path, work: Path) -> Parts:
    """items.jsonl (image, category): each photo asks for the others of its category. It is itself in the library, and
    finding it again counts for nothing."""
    found = list(rows(folder / "items.jsonl", lambda row: (row["image"], row["category"])))
    alike: dict[str, list[str]] = defaultdict(list)
    for image, category in found:
        alike[category].append(image)
    cases = tuple(
        Case(
            id=f"object-{number:04}",
            question="What else is of this kind?",
            image=image,
            gold=tuple(Gold(source=other) for other in alike[category] if other != image),
            tool="search_by_image",
            kind="photo",
            document=image,
        )
        for number, (image, category) in enumerate(found)
    )
    return Parts(folder, folder, tuple(folder / image for image, _ in found), cases)


def products(folder: Path, work: Path) -> Parts:
    """pairs.jsonl (id, name, text, image, coarse) is the catalogue, photos.jsonl (image, class_id) what is asked: which
    product a photo shows is gold by `class_id`."""
    pairs = {row["id"]: row for row in rows(folder / "pairs.jsonl", _pair)}
    photos = list(rows(folder / "photos.jsonl", lambda row: (row["image"], pairs[row["class_id"]])))
    cases = tuple(_product(number, image, pair) for number, (image, pair) in enumerate(photos))
    files = tuple(folder / row[name] for row in pairs.values() for name in ("text", "image"))
    return Parts(folder, folder, files, cases)


def _pair(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "text", "image")} | {"coarse": row.get("coarse", "")}


def _product(number: int, image: str, pair: dict[str, Any]) -> Case:
    return Case(
        id=f"photo-{number:04}",
        question="Which product is this?",
        image=image,
        hint=pair["coarse"].replace("-", " "),
        answer=pair["name"].replace("-", " "),
        gold=(Gold(source=pair["image"]),),
        tool="search_by_image",
        kind="photo",
        document=pair["image"],
    )
