"""What came of an attack, and the table of all."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

from evals import console


@dataclass(frozen=True)
class Outcome:
    """`problem` is a sentence, "" where it held. `seconds` and `megabytes` (of the largest process) are 0 where they
    were not measured. `tries` counts attacks that were made together, and `harmed` those of them that did harm: all,
    where nobody can tell."""

    name: str
    problem: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0
    tries: int = 1
    harmed: int | None = None

    @property
    def held(self) -> int:
        """Attacks that did no harm."""
        return self.tries - (self.tries if self.harmed is None else self.harmed) if self.problem else self.tries


def table(outcomes: dict[str, Sequence[Outcome]]) -> Table:
    """A row a kind."""
    shown = console.table("attacks", "kind", "tried", "held", "longest s", "most MB")
    for kind, found in outcomes.items():
        tried, held = sum(one.tries for one in found), sum(one.held for one in found)
        longest = max((one.seconds for one in found), default=0.0)
        most = max((one.megabytes for one in found), default=0.0)
        cells = (kind, str(tried), str(held), f"{longest:.1f}", f"{most:.0f}")
        shown.add_row(*cells, style="" if tried == held else "red")
    return shown
