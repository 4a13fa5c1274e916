"""photos_captions: items.jsonl (id, image, captions). objects: items.jsonl (image, category), each photo asks for the
others of its category; it is itself in the library, and finding it again counts for nothing.

A category is read from its field, never from a path.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

from evals.cases import Case, Gold
from evals.suites.parts import Parts
from evals.suites.rows import rows


def captions(folder: Path, work: Path) -> Parts:
    found = [pair for row in rows(folder / "items.jsonl", _captions) for pair in row]
    files = tuple(dict.fromkeys(folder / case.document for case in found))
    return Parts(folder, folder, files, tuple(found))


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
    found = list(rows(folder / "items.jsonl", lambda row: (row["image"], row["category"])))
    alike: dict[str, list[str]] = defaultdict(list)
    for image, category in found:
        alike[category].append(image)
    cases = tuple(_object(number, image, alike[category]) for number, (image, category) in enumerate(found))
    return Parts(folder, folder, tuple(folder / image for image, _ in found), cases)


def _object(number: int, image: str, alike: list[str]) -> Case:
    return Case(
        id=f"object-{number:04}",
        question="What else is of this kind?",
        image=image,
        gold=tuple(Gold(source=other) for other in alike if other != image),
        tool="search_by_image",
        kind="photo",
        document=image,
    )
