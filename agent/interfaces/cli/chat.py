"""exhibit chat: a conversation that is kept, and goes on tomorrow."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from agent.interfaces.cli import console
from agent.interfaces.cli.answers import print_answer
from agent.interfaces.cli.ask import follow, open_assistant
from tools.errors import ExhibitError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from agent.assistant import Assistant


def chat(thread: console.Thread = None) -> None:
    """A conversation: follow-up questions, /image FILE QUESTION, /show KEY, /quit. It is kept and can go on later."""
    from agent.assistant import new_thread

    screen = console.open_console()
    thread = thread or new_thread()
    console.echo(f"Conversation {console.one_line(thread)}. Ask, or type /image FILE QUESTION, /show KEY, /quit.")
    with open_assistant() as assistant:
        for number, turn in enumerate(assistant.history(thread), 1):
            screen.print(f"[dim]{number}. {console.escape(turn.question)}\n{console.escape(turn.answer)}[/]")
        for line in _lines(screen):
            try:
                _turn(assistant, line, thread)
            except ExhibitError as error:
                screen.print(f"[red]{console.escape(error.message)}[/] {console.escape(error.next_step)}")
    console.echo(f"Go on with it: exhibit chat --thread {console.one_line(thread)}")


def _lines(screen: "Console") -> Iterator[str]:
    """What is typed, until /quit or the end of the input."""
    while True:
        try:
            line = screen.input("[bold cyan]> [/]").strip()
        except EOFError:
            return
        if line == "/quit":
            return
        if line:
            yield line


def _turn(assistant: "Assistant", line: str, thread: str) -> None:
    """A question, or a command that begins with /."""
    from agent.interfaces import page_pictures

    command, _, rest = line.partition(" ")
    if command == "/show":
        if not rest.strip().isdecimal():
            raise UsageError("/show takes the number of a source.", "For example: /show 3")
        console.echo(*page_pictures.of_key(assistant, int(rest), thread))
    elif command == "/image":
        file, _, question = rest.strip().partition(" ")
        print_answer(follow(assistant, question or "What is this?", Path(file), thread))
    elif command.startswith("/"):
        raise UsageError(f"There is no command {command}.", "There are /image FILE QUESTION, /show KEY and /quit.")
    else:
        print_answer(follow(assistant, line, None, thread))
