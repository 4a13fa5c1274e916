"""The command `exhibit`: puts its commands together, and makes a sentence of every foreseen failure."""

import io
import sys
from typing import Annotated

import typer

from agent.interfaces.cli import library_doctor, library_list, library_move, library_remove, setup
from agent.interfaces.cli.ask import ask
from agent.interfaces.cli.chat import chat
from agent.interfaces.cli.doctor import doctor
from agent.interfaces.cli.index import index
from agent.interfaces.cli.search import search
from agent.interfaces.cli.show import show
from agent.interfaces.cli.tune import tune
from tools.errors import ExhibitError
from tools.language.controls import clean

INTERRUPTED = 130
"""Exit code after Ctrl-C, by the shell's convention; Typer turns the interrupt into it."""

app = typer.Typer(
    help="Answers questions from your own manuals, papers, screenshots and photos, and shows the place for every "
    "sentence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (index, ask, chat, search, show, tune, doctor):
    app.command()(command)
library = typer.Typer(help="What the library has: list it, check it, remove from it, move it.", no_args_is_help=True)
library.command("list")(library_list.list_sources)
library.command()(library_remove.remove)
library.command()(library_doctor.doctor)
library.command()(library_move.move)
app.add_typer(library, name="library")
app.add_typer(setup.app, name="setup")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"exhibit {version('exhibit-cited-answers')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of `exhibit` itself."""


def main() -> None:
    """Runs a command."""
    _take_any_text()
    try:
        app()
    except ExhibitError as error:
        _complain(error.message, error.next_step)
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            _complain("interrupted. What was finished is kept; run the same command to go on.")
        raise


def _complain(message: str, next_step: str = "") -> None:
    print(f"exhibit: {clean(message)}", file=sys.stderr)
    if next_step:
        print(f"         {clean(next_step)}", file=sys.stderr)


def _take_any_text() -> None:
    """What the terminal's encoding does not have is written as an escape, and read without an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
