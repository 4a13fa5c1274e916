"""exhibit show: the page of a cited source, or of a hit of the last search, as a picture."""

from pathlib import Path
from typing import Annotated

import typer

from agent.interfaces.cli import console, hits
from agent.interfaces.cli.ask import open_assistant
from tools.errors import UsageError


def show(
    key: Annotated[int | None, typer.Argument(help="The number of a source, as in [3].", min=1)] = None,
    hit: Annotated[int | None, typer.Option(min=1, help="Instead of a source: that hit of the last search.")] = None,
    thread: console.Thread = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the picture; else 'shown' in the library.")] = None,
    uncited: Annotated[bool, typer.Option("--any", help="Also a source that was found but not cited.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """Write a PNG of the page that [KEY] stands on, with the cited place marked, and name it."""
    from agent.interfaces import page_pictures

    if (key is None) == (hit is None):
        raise UsageError("Name a source or a hit.", "For example: exhibit show 3, or: exhibit show --hit 3")
    if key is not None:
        with open_assistant() as assistant:
            pages = page_pictures.of_key(assistant, key, thread, out, uncited=uncited)
    elif hit is not None:
        with console.open_library() as library:
            pages = page_pictures.of_item(library, hits.item(library.root, hit), f"hit-{hit}", out)
    console.print_json([str(page) for page in pages]) if as_json else console.echo(*pages)
