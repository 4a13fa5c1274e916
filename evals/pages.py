"""Is the gold page among the first five? Recall@5 of pages for sets of questions with gold pages, leg by leg.

A set is any suite. A question counts as found where any of its gold pages is among the first k pages (success@k).
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, track
from rich.table import Table

from evals import suites
from evals.cases import Case
from evals.suites import Suite
from tools.library.evidence import Hit, Record
from tools.library.library import WEIGHTS, Library

KINDS = ("passage", "table", "figure")
LEGS: dict[str, dict[str, float]] = {
    "bm25": {"bm25": 1.0},
    "text": {"text": 1.0},
    "clip": {"clip": 1.0},
    "fused": dict(WEIGHTS),
}


def questions(suite: Suite) -> list[Case]:
    """The cases that can be scored: asked in words alone, with gold pages of a document."""
    return [
        case
        for case in suite.cases
        if not case.image and not case.turns and any(gold.pages for gold in case.gold) and _document(case)
    ]


def _document(case: Case) -> str:
    return case.document or case.gold[0].source


def pages_of(hits: Iterable[Hit]) -> list[tuple[str, int]]:
    """(source, page) in the order in which a reader of the hits would meet them, each once."""
    found: dict[tuple[str, int], None] = {}
    for hit in hits:
        if not isinstance(hit.item, Record):
            found.update(dict.fromkeys((hit.item.source_id, region.page) for region in hit.item.regions))
    return list(found)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.pages", description=__doc__.split("\n")[0])
    parser.add_argument("sets", nargs="*", type=Path, help="folders with suites")
    parser.add_argument("--library", type=Path, default=Path(".exhibit/evals"), help="where indexes are kept")
    parser.add_argument("-k", type=int, default=5)
    given = parser.parse_args(argv)
    sets = given.sets or [f for f in (suites.DATA / "reports_qa", suites.DATA / "filings_qa") if f.is_dir()]
    for folder in sets:
        suite = suites.load(folder)
        _score(suite, given.library / suite.name, given.k, Console())
    return 0


def _score(suite: Suite, root: Path, k: int, console: Console) -> None:
    todo = questions(suite)
    with Library(root, create=True) as library:
        _index(library, suite, console)
        ids = {Path(p).relative_to(suite.parts.root).as_posix(): s.id for s in library.sources() for p in s.paths}
        found: dict[tuple[str, bool], list[bool]] = defaultdict(list)
        for case in track(todo, f"Asking {suite.name}", console=console):
            gold = {(ids[gold.source], page) for gold in case.gold for page in gold.pages}
            for leg, weights in LEGS.items():
                for within in (True, False):
                    scope = (ids[_document(case)],) if within else ()
                    hits = library.search(case.question, kinds=KINDS, sources=scope, limit=4 * k, weights=weights)
                    found[leg, within].append(bool(gold & set(pages_of(hits)[:k])))
    console.print(_table(suite.name, todo, found, k))


def _index(library: Library, suite: Suite, console: Console) -> None:
    with Progress(console=console) as bar:
        task = bar.add_task(f"Indexing {suite.name}", total=None)
        report = library.add(
            suite.parts.files,
            lambda n, total, path: bar.update(task, completed=n, total=total, description=path.name[:40]),
        )
    for path, error in report.failed:
        console.print(f"not read: {path.name}: {error}")


def _table(name: str, todo: Sequence[Case], found: dict[tuple[str, bool], list[bool]], k: int) -> Table:
    table = Table("evidence", "questions", *LEGS)
    table.title = f"{name}: gold page among the first {k} pages, % in the named document / over all documents"
    groups: dict[str, list[int]] = {"all": list(range(len(todo)))}
    for number, case in enumerate(todo):
        for evidence in filter(None, case.kind.split(" + ")):
            groups.setdefault(evidence, []).append(number)
    for group, members in groups.items():
        share = {key: round(100 * sum(hits[n] for n in members) / len(members)) for key, hits in found.items()}
        cells = [f"{share[leg, True]} / {share[leg, False]}" for leg in LEGS]
        table.add_row(group, str(len(members)), *cells)
    return table


if __name__ == "__main__":
    sys.exit(main())
