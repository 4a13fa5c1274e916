"""What the commands share on the screen: progress bars, tables, numbers in words."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

OnProgress = Callable[[int, int, str], None]
"""(done, total, what comes next)"""


@contextmanager
def bar(console: Console, task: str = "") -> Iterator[OnProgress]:
    """A progress bar; what comes next stands before it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        number = progress.add_task(task, total=None)
        yield lambda done, total, name: progress.update(
            number, description=f"{task} {escape(name[:40])}".strip(), completed=done, total=total
        )


def table(title: str, first: str, *heads: str) -> Table:
    """Words on the left, figures to the right."""
    shown = Table(first, title=title, title_justify="left")
    for head in heads:
        shown.add_column(head, justify="right")
    return shown


def wide(console: Console, width: int) -> Console:
    """The console, or one of `width` columns where nobody looks at it."""
    return console if console.is_terminal else Console(width=width)


def number(value: float | None, digits: int = 1, scale: float = 1, none: str = "") -> str:
    """`none` where there is no value."""
    return none if value is None or math.isnan(value) else f"{scale * value:.{digits}f}"


def percent(value: float | None, digits: int = 1, none: str = "") -> str:
    """A share without its sign."""
    return number(value, digits, 100, none)
