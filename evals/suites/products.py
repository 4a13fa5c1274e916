"""products: pairs.jsonl (id, name, text, image, coarse) is the catalogue, photos.jsonl (image, class_id) what is asked.

Which product a photo shows is gold by `class_id`; names in a photo's path are not read.
"""

from pathlib import Path
from typing import Any

from evals.cases import Case, Gold
from evals.suites.parts import Parts
from evals.suites.rows import rows


def read(folder: Path, work: Path) -> Parts:
    pairs = {row["id"]: row for row in rows(folder / "pairs.jsonl", _pair)}
    photos = list(rows(folder / "photos.jsonl", lambda row: (row["image"], pairs[row["class_id"]])))
    cases = tuple(_case(number, image, pair) for number, (image, pair) in enumerate(photos))
    files = tuple(folder / row[name] for row in pairs.values() for name in ("text", "image"))
    return Parts(folder, folder, files, cases)


def _pair(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "text", "image")} | {"coarse": row.get("coarse", "")}


def _case(number: int, image: str, pair: dict[str, Any]) -> Case:
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
