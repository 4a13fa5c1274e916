"""exhibit library remove: forget sources."""

from typing import Annotated

import typer

from agent.interfaces.cli.console import echo, one_line, open_library, sources_named


def remove(
    names: Annotated[list[str], typer.Argument(help="Paths, folders, titles, or the first characters of ids.")],
) -> None:
    """Forget sources. The files themselves are not touched."""
    with open_library() as library:
        for name in names:
            sources = sources_named(library, name)
            library.remove(*(source.id for source in sources))
            echo(*(f"Removed {one_line(source.title)} ({one_line(source.uri)})." for source in sources))
