"""python -m evals COMMAND: the table of commands. A command's module is imported when it is called."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from tools.errors import ExhibitError

COMMANDS = {
    "run": "evals.commands:run",
    "report": "evals.commands:report",
    "compare": "evals.commands:compare",
    "list": "evals.commands:list_",
    "convert": "evals.commands:convert",
    "baseline": "evals.commands:baseline",
    "agreement": "evals.commands:agreement",
    "judge": "evals.commands:judge",
    "validator": "evals.validator.command:validator",
    "reader": "evals.reader.command:reader",
    "retrieval": "evals.retrieval.command:retrieval",
    "scale": "evals.retrieval.scale:scale",
    "attacks": "evals.attacks.command:attacks",
}
"""Name → module:function; a function's signature and docstring are its options and its help."""


class Table(TyperGroup):
    """The commands of the table."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(":")
        one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        one.command(cmd_name)(getattr(import_module(module), function))
        return typer.main.get_command(one)


app = typer.Typer(cls=Table, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _help() -> None:
    """How good is the assistant, and did today's change make it better?"""


def main() -> None:
    """Runs a command, and turns every foreseen failure into a sentence."""
    try:
        app()
    except ExhibitError as error:
        print(f"evals: {error.message}", file=sys.stderr)
        if error.next_step:
            print(f"       {error.next_step}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
