"""A folder measured: its documents indexed (what is indexed already is kept), every question asked."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import track

from evals.cases import Case
from evals.console import bar
from evals.retrieval.questions import Asker, Ranks, unit_of
from evals.retrieval.records import Header, RankingRun
from evals.suites import Suite
from tools.library.library import Library

STRANGERS = 60
"""Questions of each other suite that are asked too: nothing should fit them."""


def index(suite: Suite, library: Library, console: Console) -> None:
    """Reads what is new or changed, and says what could not be read."""
    with bar(console, f"Indexing {suite.name}") as on_progress:
        report = library.add(suite.parts.files, lambda n, total, path: on_progress(n, total, path.name))
    for path, error in report.failed:
        console.print(f"[red]not read[/] {escape(f'{path.name}: {error}')}")


def measure(suite: Suite, others: Sequence[Suite], library: Library, console: Console) -> RankingRun:
    """`others` lend questions that have no answer here."""
    strangers = [pair for other in others if other.name != suite.name for pair in _strangers(suite, other)]
    rows = tuple(track(_rows(suite, library, strangers), f"Asking {suite.name}", console=console, total=None))
    header = Header(suite=suite.name, cases=suite.fingerprint, encoders=library.names, weights=library.weights)
    return RankingRun(header=header, rows=rows)


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
