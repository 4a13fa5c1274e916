"""What the commands share: the one place that prints, tables, bars, the library that is set, and sources by name."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tools.errors import NotInLibrary, UsageError
from tools.language.controls import CONTROLS

if TYPE_CHECKING:
    from rich.table import Table

    from agent.interfaces.cli.terminal import Terminal
    from tools.library.evidence import Source
    from tools.library.library import Library


def in_utf8(text: str | None) -> str | None:
    """What was typed; bytes that are no text would fail anywhere below."""
    try:
        (text or "").encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"'{text}' is not UTF-8.", "Type it again, in a terminal that is set to UTF-8.") from error
    return text


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
StreamJson = Annotated[
    bool, typer.Option("--stream-json", help="Print each event at once, a line of JSON; the last has the result.")
]
Image = Annotated[Path | None, typer.Option("--image", help="A picture to search with.")]
Thread = Annotated[str | None, typer.Option("--thread", callback=in_utf8, help="The conversation to go on with.")]
OnProgress = Callable[[str, int, int], None]
"""Called with what is done now, how much of it is done, and all of it."""


# printing


def open_console(stderr: bool = False) -> "Terminal":
    from agent.interfaces.cli.terminal import Terminal

    return Terminal(stderr)


def echo(*lines: object) -> None:
    """Lines of plain text."""
    console = open_console()
    for line in lines:
        console.print(str(line), markup=False)


def escape(text: str) -> str:
    """Rich would read "[x].pdf" as its own markup, and lose it."""
    from rich.markup import escape

    return escape(text)


def one_line(text: str) -> str:
    """A name or title: a line break in it must not look like a line of ours."""
    return " ".join(text.split())


def print_json(content: Any, indent: int | None = 2) -> None:
    """JSON of dicts, lists and models; without indent, in one line, and at once."""
    plain = content.model_dump(mode="json") if hasattr(content, "model_dump") else content
    print(_escaped(json.dumps(plain, indent=indent, default=str, ensure_ascii=False)), flush=True)


def _escaped(text: str) -> str:
    r"""Writes as \u0000 what a terminal obeys or the output's encoding does not have; it reads back as the same."""
    text = CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    encoding = sys.stdout.encoding or "utf-8"
    if _has(encoding, text):
        return text
    return "".join(one if _has(encoding, one) else json.dumps(one)[1:-1] for one in text)


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def open_table(title: str | None = None, *, expand: bool = True) -> "Table":
    """A table with a rule below its head. On a terminal it may fill the line; elsewhere nothing is cut."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    wide = expand and open_console().is_terminal
    return Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, expand=wide)


def add_numbers(table: "Table", *names: str) -> None:
    for name in names:
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))


def add_texts(table: "Table", *names: str, **look: Any) -> None:
    """Columns that end in … where the terminal is too narrow."""
    for name in names:
        table.add_column(name, no_wrap=True, overflow="ellipsis", **look)


@contextmanager
def progress_bar(start: str, *, hidden: bool = False, in_bytes: bool = False) -> Iterator[OnProgress]:
    """A bar on stderr, where that is a terminal: what is done now, how much, how fast, and the time that is left."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    columns = (
        TextColumn("{task.description}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
        BarColumn(bar_width=20),
        DownloadColumn() if in_bytes else MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    console = open_console(stderr=True)
    with Progress(*columns, console=console, disable=hidden or not console.is_terminal, expand=True) as bar:
        task = bar.add_task(start, total=None, rate="")

        def show(what: str, done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            rate = "" if not speed else f"{speed / 1e6:.1f} MB/s" if in_bytes else f"{speed:.1f}/s"
            bar.update(task, description=escape(one_line(what)), completed=done, total=total, rate=rate)

        yield show


# the library


def open_library(create: bool = False, **given: Any) -> "Library":
    """The library of the settings, those that are given before all others (None: not given).

    Raises NoLibrary where nothing was indexed and `create` is false."""
    from agent import settings

    chosen = {name: value for name, value in given.items() if value is not None}
    return settings.read(**chosen).open_library(create=create)


def sources_named(library: "Library", name: str) -> "list[Source]":
    """By path, title, or the first characters of its id; where no source is called so, all in a folder of that name.
    Raises NotInLibrary where there is none, or more than one that is no folder's."""
    path = str(Path(name).expanduser().resolve())
    sources = library.sources()
    found = [s for s in sources if path in s.paths or s.title == name or s.id.startswith(name)]
    if len(found) > 1:
        raise NotInLibrary(f"'{name}' names more than one source.", "Type: exhibit library list")
    below = path.rstrip("/") + "/"
    found = found or [s for s in sources if all(p.startswith(below) for p in s.paths)]
    if not found:
        raise NotInLibrary(f"'{name}' names no source.", "Type: exhibit library list")
    return found


def source_named(library: "Library", name: str) -> "Source":
    """The one source of that name."""
    found = sources_named(library, name)
    if len(found) > 1:
        raise NotInLibrary(f"'{name}' is a folder, and names more than one source.", "Type: exhibit library list")
    return found[0]
