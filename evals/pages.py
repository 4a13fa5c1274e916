"""Is the gold page among the first five? Recall@5 of pages for sets of questions with gold pages, leg by leg.

A set is a folder in the layout of reports_qa and filings_qa: questions.jsonl (question, doc, gold_pages) beside
the documents. A question counts as found where any of its gold pages is among the first k pages.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, track
from rich.table import Table

from tools.library.evidence import Hit, Record
from tools.library.library import WEIGHTS, Library

KINDS = ("passage", "table", "figure")
LEGS: dict[str, dict[str, float]] = {
    "bm25": {"bm25": 1.0},
    "text": {"text": 1.0},
    "clip": {"clip": 1.0},
    "fused": dict(WEIGHTS),
}


@dataclass(frozen=True)
class Question:
    """One line of questions.jsonl that can be scored: answerable, with gold pages that are right."""

    text: str
    doc: str
    gold: frozenset[int]
    evidence: tuple[str, ...]


def read(folder: Path) -> list[Question]:
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    return [
        Question(
            row["question"],
            row["doc"],
            frozenset(row["gold_pages"]),
            tuple(row.get("evidence_sources") or filter(None, [row.get("type")])),
        )
        for row in rows
        if row.get("answerable", True) and row.get("page_ok", True) and row["gold_pages"]
    ]


def pages_of(hits: Iterable[Hit]) -> list[tuple[str, int]]:
    """(source, page) in the order in which a reader of the hits would meet them, each once."""
    found: dict[tuple[str, int], None] = {}
    for hit in hits:
        if not isinstance(hit.item, Record):
            found.update(dict.fromkeys((hit.item.source_id, region.page) for region in hit.item.regions))
    return list(found)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.pages", description=__doc__.split("\n")[0])
    parser.add_argument("sets", nargs="*", type=Path, help="folders with questions.jsonl")
    parser.add_argument("--library", type=Path, default=Path(".exhibit/evals"), help="where indexes are kept")
    parser.add_argument("-k", type=int, default=5)
    given = parser.parse_args(argv)
    data = Path(__file__).resolve().parents[2] / "shared" / "data"
    sets = given.sets or [f for f in (data / "reports_qa", data / "filings_qa") if f.is_dir()]
    for folder in sets:
        _score(folder, given.library / folder.name, given.k, Console())
    return 0


def _score(folder: Path, root: Path, k: int, console: Console) -> None:
    questions = read(folder)
    with Library(root, create=True) as library:
        _index(library, folder, questions, console)
        ids = {Path(source.uri).relative_to(folder.resolve()).as_posix(): source.id for source in library.sources()}
        found: dict[tuple[str, bool], list[bool]] = defaultdict(list)
        for question in track(questions, f"Asking {folder.name}", console=console):
            for leg, weights in LEGS.items():
                for within in (True, False):
                    scope = (ids[question.doc],) if within else ()
                    hits = library.search(question.text, kinds=KINDS, sources=scope, limit=4 * k, weights=weights)
                    pages = pages_of(hits)[:k]
                    found[leg, within].append(any((ids[question.doc], page) in pages for page in question.gold))
    console.print(_table(folder.name, questions, found, k))


def _index(library: Library, folder: Path, questions: Sequence[Question], console: Console) -> None:
    docs = sorted({folder / question.doc for question in questions})
    with Progress(console=console) as bar:
        task = bar.add_task(f"Indexing {folder.name}", total=len(docs))
        report = library.add(docs, lambda n, total, path: bar.update(task, completed=n, description=path.name[:40]))
        bar.update(task, completed=len(docs))
    for path, error in report.failed:
        console.print(f"not read: {path.name}: {error}")


def _table(name: str, questions: Sequence[Question], found: dict[tuple[str, bool], list[bool]], k: int) -> Table:
    table = Table("evidence", "questions", *LEGS)
    table.title = f"{name}: gold page among the first {k} pages, % in the named document / over all documents"
    groups: dict[str, list[int]] = {"all": list(range(len(questions)))}
    for number, question in enumerate(questions):
        for evidence in question.evidence:
            groups.setdefault(evidence, []).append(number)
    for group, members in groups.items():
        share = {key: round(100 * sum(hits[n] for n in members) / len(members)) for key, hits in found.items()}
        cells = [f"{share[leg, True]} / {share[leg, False]}" for leg in LEGS]
        table.add_row(group, str(len(members)), *cells)
    return table


if __name__ == "__main__":
    sys.exit(main())
