"""exhibit library remove: forget sources."""

from typing import Annotated

import typer

from agent.interfaces.cli import console


def remove(
    names: Annotated[list[str], typer.Argument(help="Paths, folders, titles, or the first characters of ids.")],
) -> None:
    """Forget sources. The files themselves are not touched."""
    with console.open_library() as library:
        for name in names:
            sources = console.sources_named(library, name)
            library.remove(*(source.id for source in sources))
            console.echo(
                *(f"Removed {console.one_line(source.title)} ({console.one_line(source.uri)})." for source in sources)
            )
