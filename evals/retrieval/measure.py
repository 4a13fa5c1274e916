"""A folder measured: its documents indexed (what is indexed already is kept), every question asked."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evals.cases import Case
from evals.retrieval.questions import Asker, Ranks, unit_of
from evals.retrieval.records import Header, Run
from evals.suites import Suite
from tools.library.library import Library

STRANGERS = 60
"""Questions of each other suite that are asked too: nothing should fit them."""


def index(suite: Suite, library: Library, console: Console) -> None:
    """Reads what is new or changed, and says what could not be read."""
    with _bar(console) as bar:
        task = bar.add_task(f"Indexing {suite.name}", total=None)
        report = library.add(
            suite.parts.files,
            lambda n, total, path: bar.update(task, description=escape(path.name[:40]), completed=n, total=total),
        )
    for path, error in report.failed:
        console.print(f"[red]not read[/] {escape(f'{path.name}: {error}')}")


def measure(suite: Suite, others: Sequence[Suite], library: Library, console: Console) -> Run:
    """`others` lend questions that have no answer here."""
    strangers = [pair for other in others if other.name != suite.name for pair in _strangers(suite, other)]
    rows: list[Ranks] = []
    with _bar(console) as bar:
        for row in bar.track(_rows(suite, library, strangers), description=f"Asking {suite.name}"):
            rows.append(row)
    header = Header(suite=suite.name, cases=suite.fingerprint, encoders=library.names, weights=library.weights)
    return Run(header=header, rows=tuple(rows))


def _rows(suite: Suite, library: Library, strangers: Sequence[tuple[Path, Case]]) -> Iterator[Ranks]:
    asker = Asker(suite, library)
    for case in suite.cases:
        if case.turns or not (case.gold or not case.answerable):
            continue
        ask = asker.ready(case)
        if ask.unit == "page" and case.document:
            yield asker.ask(ask, "document")
        yield asker.ask(ask, "all" if case.answerable else "foreign")
    unit = next((unit_of(case) for case in suite.cases if case.gold), "")
    for folder, case in strangers:
        yield asker.ask(asker.ready(case.model_copy(update={"gold": ()}), folder, unit), "foreign")


def _strangers(suite: Suite, other: Suite) -> list[tuple[Path, Case]]:
    """Questions of another suite, asked as this one's are (in words, or with a picture), evenly drawn: those of one
    document stand together."""
    pictures = any(case.image for case in suite.cases)
    asked = [case for case in other.cases if bool(case.image) == pictures and not case.turns and case.answerable]
    some = asked[:: max(1, len(asked) // STRANGERS)][:STRANGERS]
    return [(other.parts.folder, case) for case in some]


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)
