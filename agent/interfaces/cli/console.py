"""What the commands share: the library that is set, and how things are printed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tools.errors import NotInLibrary

if TYPE_CHECKING:
    from rich.console import Console

    from tools.library.evidence import Source
    from tools.library.library import Library

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def open_library(create: bool = False) -> "Library":
    """The library of the settings. Raises NoLibrary where nothing was indexed and `create` is false."""
    from agent import settings

    return settings.read().open_library(create=create)


def source_named(library: "Library", name: str) -> "Source":
    """By path, title, or the first characters of its id. Raises NotInLibrary where that is not exactly one."""
    path = str(Path(name).expanduser().resolve())
    found = [s for s in library.sources() if path in s.paths or s.title == name or s.id.startswith(name)]
    if len(found) != 1:
        many = "more than one source" if found else "no source"
        raise NotInLibrary(f"'{name}' names {many}.", "Type: exhibit library list")
    return found[0]


def open_console(stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, soft_wrap=False)


def escape(text: str) -> str:
    """Rich would read "[x].pdf" as its own markup, and lose it."""
    from rich.markup import escape

    return escape(text)


def print_json(content: Any) -> None:
    print(json.dumps(content, indent=2, default=str, ensure_ascii=False))
