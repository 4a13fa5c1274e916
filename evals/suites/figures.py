"""figures: items.jsonl (id, alt, page, book) describes figures in words that no page holds; the page is gold."""

from pathlib import Path
from typing import Any

from evals.cases import Case, Gold
from evals.suites.parts import Parts
from evals.suites.rows import rows


def read(folder: Path, work: Path) -> Parts:
    cases = tuple(rows(folder / "items.jsonl", _case))
    books = sorted({case.kind for case in cases})
    beside = tuple(path for book in books for path in sorted((folder / book / "images").glob("*")))
    return Parts(folder, folder, tuple(folder / book / "pages" for book in books), cases, beside)


def _case(row: dict[str, Any]) -> Case:
    return Case(
        id=row["id"],
        question=row["alt"],
        gold=(Gold(source=row["page"]),),
        tool="search_images",
        kind=row["book"],
        document=row["page"],
    )
