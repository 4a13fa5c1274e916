"""What the commands of the command line share: the library they open, and the screen they print on."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from tools.library.library import Library

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def open_library(create: bool = False) -> "Library":
    from agent import settings
    from tools.library.library import Library

    chosen = settings.read()
    return Library(
        chosen.library,
        text_encoder=chosen.text_encoder,
        image_encoder=chosen.image_encoder,
        qdrant_url=chosen.qdrant_url,
        create=create,
        workers=chosen.workers,
    )


def console(stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, soft_wrap=False)


def escape(text: str) -> str:
    """Rich would read "[x].pdf" as its own markup, and lose it."""
    from rich.markup import escape

    return escape(text)


def print_json(content: Any) -> None:
    print(json.dumps(content, indent=2, default=str, ensure_ascii=False))
