"""figures, screenshots: items.jsonl (id, alt, page, image) describes pictures in words that no page holds.

Gold is the picture on its page. `book` or `repo` is the kind; pages lie in folders of their own, beside the pictures.
"""

from pathlib import Path
from typing import Any

from evals.cases import Case, Gold
from evals.suites.parts import Parts
from evals.suites.rows import rows


def read(folder: Path, work: Path) -> Parts:
    found = list(rows(folder / "items.jsonl", lambda row: (_case(row), row["image"])))
    cases = tuple(case for case, _ in found)
    pages = sorted({Path(case.document).parent for case in cases})
    pictures = sorted({Path(image).parent for _, image in found})
    beside = tuple(path for at in pictures for path in sorted((folder / at).glob("*")) if path.is_file())
    return Parts(folder, folder, tuple(folder / at for at in pages), cases, beside)


def _case(row: dict[str, Any]) -> Case:
    return Case(
        id=row["id"],
        question=row["alt"],
        gold=(Gold(source=row["page"], picture=row["image"]),),
        tool="search_images",
        kind=row.get("book") or row.get("repo", ""),
        document=row["page"],
    )
