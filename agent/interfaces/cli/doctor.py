"""exhibit doctor: is everything there that answering needs?"""

from typing import TYPE_CHECKING

import typer

from agent.interfaces.cli import console

if TYPE_CHECKING:
    from agent.interfaces.checks import Check


def doctor(as_json: console.AsJson = False) -> None:
    """Check settings, weights, library and model; each line that fails says what to type."""
    from agent import settings
    from agent.interfaces import checks

    results = checks.run(settings.read())
    if as_json:
        console.print_json([result.__dict__ for result in results])
    else:
        _print(results)
    if not all(result.ok for result in results):
        raise typer.Exit(1)


def _print(results: "list[Check]") -> None:
    screen = console.open_console()
    for result in results:
        mark = "[green]ok  [/]" if result.ok else "[red]fail[/]"
        screen.print(f"{mark} {result.name}: {console.escape(result.message)}")
        if result.next_step:
            screen.print(f"     {console.escape(result.next_step)}", style="bold")
