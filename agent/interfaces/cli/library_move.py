"""exhibit library move: the vectors from the library's folder to a Qdrant server, or back."""

from typing import TYPE_CHECKING, Annotated

import typer

from agent.interfaces.cli import console
from tools.errors import UsageError

if TYPE_CHECKING:
    from tools.library.library import Library
    from tools.library.upkeep.move import Moved

FOLDER = "folder"


def move(
    to: Annotated[str, typer.Option("--to", help="The URL of a Qdrant server, or 'folder': the library's own.")],
) -> None:
    """Copy the vectors to a Qdrant server, or back into the folder, and check the copy. Run again, it goes on."""
    from agent import settings

    here, there = settings.read().qdrant_url, None if to == FOLDER else to
    if there is not None and not there.startswith(("http://", "https://")):
        raise UsageError(f"'{to}' is no URL.", "For example: exhibit library move --to http://127.0.0.1:6333")
    if here == there:
        other = "http://127.0.0.1:6333" if here is None else FOLDER
        raise UsageError(f"The vectors are in {_named(here)} already.", f"Type: exhibit library move --to {other}")
    with console.open_library() as library:
        moved = _with_progress(library, there)
    console.echo(f"{moved.points} points are in {_named(there)}, {moved.copied} of them copied now.")
    console.echo(f"{moved.questions} questions were answered alike by both. What is in {_named(here)} is kept.")
    console.echo(f"From now on: {_setting(there)}")


def _with_progress(library: "Library", to: str | None) -> "Moved":
    from tools.library.upkeep import move

    old, new = library.store, library.index.open_copy(to)
    try:
        with console.progress_bar("Copying points") as show:
            return move.move(old, new, lambda done, total: show("Copying points", done, total))
    finally:
        new.close()


def _named(url: str | None) -> str:
    return url or "the library's folder"


def _setting(url: str | None) -> str:
    if url is None:
        return "unset EXHIBIT_QDRANT_URL   (or take qdrant_url out of exhibit.toml)"
    return f'export EXHIBIT_QDRANT_URL={url}   (or qdrant_url = "{url}" in exhibit.toml)'
