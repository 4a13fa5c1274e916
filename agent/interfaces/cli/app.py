"""exhibit index | ask | chat | search | show | tune | doctor | setup | library. Heavy imports stand where used."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.interfaces.cli import library, move
from agent.interfaces.cli.console import AsJson, escape, open_console, print_json
from agent.interfaces.cli.search import search
from agent.interfaces.cli.tune import tune
from tools.errors import ExhibitError, NotInLibrary

if TYPE_CHECKING:
    from rich.console import Console

    from agent.answer import Answer
    from agent.assistant import Assistant
    from agent.interfaces.setup import Step

app = typer.Typer(
    help="Answers questions from your own manuals, papers, screenshots and photos, and shows the place for every "
    "sentence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(library.index)
library.app.command("move")(move.move)
app.add_typer(library.app, name="library")
installs = typer.Typer(help="Walks through an installation.", no_args_is_help=True)
app.add_typer(installs, name="setup")

INTERRUPTED = 130
"""Exit code after Ctrl-C, by the shell's convention; Typer turns the interrupt into it."""

Picture = Annotated[Path | None, typer.Option("--image", help="A picture to search with.")]
Thread = Annotated[str | None, typer.Option("--thread", help="The conversation to go on with.")]


def main() -> None:
    """Runs a command, and turns every foreseen failure into a sentence."""
    try:
        app()
    except ExhibitError as error:
        print(f"exhibit: {error.message}", file=sys.stderr)
        if error.next_step:
            print(f"         {error.next_step}", file=sys.stderr)
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            print("exhibit: interrupted. What was finished is kept; run the same command to go on.", file=sys.stderr)
        raise


# commands


@app.command()
def ask(
    question: str,
    image: Picture = None,
    thread: Thread = None,
    as_json: AsJson = False,
) -> None:
    """Ask one question; every sentence of the answer names its source."""
    with _assistant() as assistant:
        answer = _ask(assistant, question, image, thread, quiet=as_json)
    if as_json:
        print(answer.model_dump_json(indent=2))
    else:
        print_answer(answer)
    if answer.status == "not_found":
        raise typer.Exit(3)


@app.command()
def chat(thread: Thread = None) -> None:
    """A conversation: follow-up questions, /image FILE QUESTION, /show KEY, /quit. It is kept and can go on later."""
    from agent.assistant import new_thread

    console = open_console()
    thread = thread or new_thread()
    hint = "Ask, or type /image FILE QUESTION, /show KEY, /quit."
    console.print(f"Conversation {escape(thread)}. {hint}", highlight=False)
    with _assistant() as assistant:
        for number, turn in enumerate(assistant.history(thread), 1):
            console.print(f"[dim]{number}. {escape(turn.question)}\n{escape(turn.answer)}[/]", highlight=False)
        for line in _lines(console):
            try:
                _chat_turn(assistant, line, thread)
            except ExhibitError as error:
                console.print(f"[red]{escape(error.message)}[/] {escape(error.next_step)}", highlight=False)
    console.print(f"Go on with it: exhibit chat --thread {escape(thread)}")


app.command("search")(search)
app.command("tune")(tune)


@app.command()
def show(
    key: Annotated[int, typer.Argument(help="The number of a source, as in [3].", min=1)],
    thread: Thread = None,
    out: Annotated[Path, typer.Option(help="Folder for the picture.")] = Path("."),
    as_json: AsJson = False,
) -> None:
    """Write a PNG of the page that [KEY] stands on, with the cited place marked, and name it."""
    with _assistant() as assistant:
        pages = _show(assistant, key, thread, out)
    print_json([str(page) for page in pages]) if as_json else print("\n".join(map(str, pages)))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check settings, weights, library and model; each line that fails says what to type."""
    from agent import settings
    from agent.interfaces import checks as checks

    results = checks.run(settings.read())
    if as_json:
        print_json([result.__dict__ for result in results])
    else:
        _print_checks(results)
    if not all(result.ok for result in results):
        raise typer.Exit(1)


@installs.command("local")
def setup_local(
    model: Annotated[str, typer.Option(help="A vision model of Ollama.")] = "llama3.2-vision",
    image_encoder: Annotated[str | None, typer.Option(help="Default: CLIP for a new library.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before gigabytes are fetched.")] = False,
) -> None:
    """A model on this machine: pull it with Ollama, fetch CLIP's weights, write exhibit.toml. Run again, it goes on."""
    from agent import settings
    from agent.interfaces import setup

    chosen = settings.read()
    encoder = image_encoder or setup.encoder_for(chosen)
    print(f"Model {model} (Llama 3.2 Vision is 7.9 GB), image encoder {encoder} (CLIP ViT-B-32 is 0.6 GB).")
    if not yes:
        typer.confirm("Fetch what is not there, and write exhibit.toml here?", default=True, abort=True)
    _walk(setup.local(chosen, model, encoder, Path("exhibit.toml")))
    print('Now type: exhibit index <folder with documents>, then: exhibit ask "your question"')


# what the commands share


def _assistant() -> "Assistant":
    from agent.assistant import Assistant

    return Assistant()


def _ask(
    assistant: "Assistant", question: str, image: Path | None, thread: str | None, quiet: bool = False
) -> "Answer":
    """The answer; meanwhile the screen says what is being done."""
    from agent.interfaces.cli.progress import Progress

    progress = Progress()
    with open_console(stderr=True).status(progress, spinner="dots") as status:
        for event in assistant.stream(question, image=image, thread=thread):
            if event.event == "answer":
                return event.answer
            if not quiet:
                progress.add(event)
                status.update(progress)
    raise AssertionError("the graph ended without an answer")


def _lines(console: "Console") -> Iterator[str]:
    while True:
        try:
            line = console.input("[bold cyan]> [/]").strip()
        except EOFError:
            return
        if line == "/quit":
            return
        if line:
            yield line


def _chat_turn(assistant: "Assistant", line: str, thread: str) -> None:
    command, _, rest = line.partition(" ")
    if command == "/show":
        if not rest.strip().isdigit():
            raise NotInLibrary("/show takes the number of a source.", "For example: /show 3")
        print("\n".join(map(str, _show(assistant, int(rest), thread, Path(".")))))
    elif command == "/image":
        file, _, question = rest.strip().partition(" ")
        print_answer(_ask(assistant, question or "What is this?", Path(file), thread))
    elif command.startswith("/"):
        raise NotInLibrary(f"There is no command {command}.", "There are /image FILE QUESTION, /show KEY and /quit.")
    else:
        print_answer(_ask(assistant, line, None, thread))


def _show(assistant: "Assistant", key: int, thread: str | None, out: Path) -> list[Path]:
    """One PNG a page, written whole."""
    from agent.interfaces import page_pictures as pages

    return pages.write(assistant, key, thread, out)


# printing


def _walk(steps: "Iterator[Step]") -> None:
    """Prints what is done; a bar shows what is being fetched."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=open_console(), transient=True) as bar:
        task = bar.add_task("Pulling", total=None, visible=False)
        for step in steps:
            if step.total:
                bar.update(task, description=escape(step.says), completed=step.done, total=step.total, visible=True)
            else:
                bar.update(task, visible=False)
                bar.console.print(escape(step.says), highlight=False)


def print_answer(answer: "Answer") -> None:
    """Claims with their keys, what was not found, and the places, as a reader sees them."""
    console = open_console()
    for verdict in answer.verdicts:
        keys = "".join(rf" \[{key}]" for key in dict.fromkeys(c.key for c in verdict.claim.citations))
        mark = " [yellow](unchecked)[/]" if verdict.status == "unchecked" else ""
        console.print(f"{escape(verdict.claim.text)}[cyan]{keys}[/]{mark}", highlight=False)
    for gap in answer.gaps:
        console.print(f"[yellow]{escape(gap)}[/]", highlight=False)
    for note in answer.notes:
        console.print(escape(note), style="dim", highlight=False)
    if answer.verdicts:
        console.print()
    for line in dict.fromkeys(_place_line(place) for v in answer.verdicts for place in v.places):
        console.print(f"  {escape(line)}", style="dim", highlight=False, overflow="fold")
    console.print(
        f"  {answer.status.replace('_', ' ')} by {answer.answered_by} in {answer.seconds:.2f} s"
        f" · thread {escape(answer.thread)}",
        style="dim",
        highlight=False,
    )


def _place_line(place: Any) -> str:
    pages = ", ".join(str(region.page) for region in place.regions)
    return f"[{place.key}] {place.title}" + (f", page {pages} — exhibit show {place.key}" if pages else "")


def _print_checks(results: list[Any]) -> None:
    console = open_console()
    for result in results:
        mark = "[green]ok  [/]" if result.ok else "[red]fail[/]"
        console.print(f"{mark} {result.name}: {escape(result.message)}", highlight=False)
        if result.next_step:
            console.print(f"     {escape(result.next_step)}", highlight=False, style="bold")
