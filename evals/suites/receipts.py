"""receipts: items.jsonl with the gold fields of each scan (id, image, company, date, total) → two questions a receipt.

The total is asked by company and day, the day by company and total; what two receipts share is not asked.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from evals.cases import Case, Gold
from evals.suites.layout import Parts, rows


def read(folder: Path, work: Path) -> Parts:
    items = list(rows(folder / "items.jsonl", _item))
    return Parts(folder, folder, (folder / "images",), (*_ask(items, "total", "date"), *_ask(items, "date", "total")))


def _item(row: dict[str, Any]) -> dict[str, str]:
    return {name: row[name] for name in ("id", "image", "company", "date", "total")}


def _ask(items: list[dict[str, str]], wanted: str, by: str) -> list[Case]:
    shared = Counter((item["company"], item[by]) for item in items)
    words = {
        "total": "What is the total of the receipt from {company} of {date}?",
        "date": "What is the date of the receipt from {company} over {total}?",
    }
    return [
        Case(
            id=f"{item['id']}-{wanted}",
            question=words[wanted].format(**item),
            answer=item[wanted],
            gold=(Gold(source=item["image"], pages=(1,)),),
            kind=wanted,
            document=item["image"],
        )
        for item in items
        if shared[item["company"], item[by]] == 1 and item[wanted] and item[by]
    ]
