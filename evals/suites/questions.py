"""reports_qa and filings_qa: questions.jsonl with gold pages of the documents beside it.

A row: id, question, doc, answer, gold_pages; where there are: answerable, page_ok (false: the gold pages are wrong,
so only the document is gold), evidence [{doc, page}] (pages of several documents), evidence_sources or type (kind).
"""

import ast
from pathlib import Path
from typing import Any

from evals.cases import Case, Gold
from evals.suites.layout import Parts, rows


def read(folder: Path, work: Path) -> Parts:
    cases = tuple(rows(folder / "questions.jsonl", _case))
    files = tuple(folder / doc for doc in sorted({case.document for case in cases}))
    return Parts(folder, folder, files, cases)


def _case(row: dict[str, Any]) -> Case:
    answerable = row.get("answerable", True)
    wanted = _listed(row) if answerable else ()
    return Case(
        id=row["id"],
        question=row["question"],
        answer=(", ".join(wanted) or row["answer"]) if answerable else "",
        must_contain=wanted,
        gold=_gold(row) if answerable else (),
        kind=" + ".join(row.get("evidence_sources") or filter(None, [row.get("type")])) or _unknown(answerable),
        document=row["doc"],
        answerable=answerable,
    )


def _unknown(answerable: bool) -> str:
    return "" if answerable else "unanswerable"


def _listed(row: dict[str, Any]) -> tuple[str, ...]:
    """The items of an answer that is a list: each has to be said."""
    if row.get("answer_format") != "List":
        return ()
    try:
        listed = ast.literal_eval(row["answer"])
    except (SyntaxError, ValueError):  # a list in prose: one reference, as it stands
        return ()
    return tuple(str(item) for item in listed) if isinstance(listed, list) else ()


def _gold(row: dict[str, Any]) -> tuple[Gold, ...]:
    if not row.get("page_ok", True):
        return (Gold(source=row["doc"]),)
    pages: dict[str, list[int]] = {}
    for evidence in row.get("evidence") or [{"doc": row["doc"], "page": page} for page in row["gold_pages"]]:
        pages.setdefault(evidence["doc"], []).append(evidence["page"])
    return tuple(Gold(source=doc, pages=tuple(sorted(set(on)))) for doc, on in pages.items())
