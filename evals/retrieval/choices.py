"""What a query's defaults are chosen by: the ways to join a picture and words, and to spread the hits, side by side."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from rich.console import Console
from rich.progress import track
from rich.table import Table

from evals.retrieval.questions import Ask, Asker, Ranks
from evals.retrieval.tables import measures
from evals.suites import Suite
from tools.library.library import Library
from tools.library.search import Query

Way = Callable[[Ask], Query]
JOINED: dict[str, Way] = {
    "the picture alone": lambda ask: ask.query,
    "the words alone": lambda ask: replace(ask.query, text=ask.case.hint, image=None),
    "ranks": lambda ask: replace(ask.query, text=ask.case.hint, blend="ranks"),
    "vector": lambda ask: replace(ask.query, text=ask.case.hint, blend="vector"),
    "cascade": lambda ask: replace(ask.query, text=ask.case.hint, blend="cascade"),
}
SPREAD: dict[str, Way] = {
    "diversity 0": lambda ask: replace(ask.query, limit=10),
    "diversity 0.2": lambda ask: replace(ask.query, limit=10, diversity=0.2),
    "diversity 0.5": lambda ask: replace(ask.query, limit=10, diversity=0.5),
}


def tables(suite: Suite, library: Library, console: Console) -> Iterator[Table]:
    """One for pictures that come with a hint, one for words; none of a kind that the suite does not ask."""
    asker = Asker(suite, library)
    asks = [asker.ready(case) for case in suite.cases if case.gold and not case.turns]
    for title, ways, some in (
        ("a picture and words", JOINED, [ask for ask in asks if ask.case.image and ask.case.hint]),
        ("spread hits", SPREAD, [ask for ask in asks if not ask.case.image]),
    ):
        if some:
            rows = [_row(asker, ask, ways) for ask in track(some, f"Asking {suite.name}: {title}", console=console)]
            yield measures(rows, list(ways), f"{suite.name}: {title}, {len(rows)} questions")


def _row(asker: Asker, ask: Ask, ways: Mapping[str, Way]) -> Ranks:
    ranks = {name: asker.among_hits(ask, way(ask)) for name, way in ways.items()}
    case = ask.case
    return Ranks(case=case.id, kind=case.kind, document=case.document, scope="all", ranks=ranks, best={}, fits=True)
