"""exhibit setup local: from nothing to a model of one's own."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.interfaces.cli import console

if TYPE_CHECKING:
    from agent.interfaces.setup import Step

app = typer.Typer(help="Walks through an installation.", no_args_is_help=True)


@app.command("local")
def local(
    model: Annotated[str, typer.Option(help="A vision model of Ollama.")] = "llama3.2-vision",
    image_encoder: Annotated[str | None, typer.Option(help="Default: CLIP for a new library.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before gigabytes are fetched.")] = False,
) -> None:
    """A model on this machine: pull it with Ollama, fetch CLIP's weights, write exhibit.toml. Run again, it goes on."""
    from agent import settings
    from agent.interfaces import setup

    chosen = settings.read()
    encoder = image_encoder or setup.encoder_for(chosen)
    console.echo(f"Model {model} (Llama 3.2 Vision is 7.9 GB), image encoder {encoder} (CLIP ViT-B-32 is 0.6 GB).")
    if not yes:
        typer.confirm("Fetch what is not there, and write exhibit.toml here?", default=True, abort=True)
    _follow(setup.local(chosen, model, encoder, Path("exhibit.toml")))
    console.echo('Now type: exhibit index <folder with documents>, then: exhibit ask "your question"')


def _follow(steps: "Iterator[Step]") -> None:
    """Prints what is done; a bar shows what is being fetched."""
    for counted, some in groupby(steps, key=lambda step: step.total > 0):
        if counted:
            with console.progress_bar("Pulling", in_bytes=True) as show:
                for step in some:
                    show(step.text, step.done, step.total)
        else:
            for step in some:
                console.echo(step.text)
