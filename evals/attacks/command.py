"""What `python -m evals attacks` does."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from evals.console import wide


def attacks(
    kinds: Annotated[list[str] | None, typer.Argument(help="Of those in the table; all of them by default.")] = None,
    files: Annotated[int, typer.Option(min=1, help="Mutated files.")] = 300,
    kills: Annotated[int, typer.Option(min=0, help="Of index; 1000 for the figure.")] = 20,
    ask_kills: Annotated[int, typer.Option(min=0, help="Of ask; 200 for the figure.")] = 10,
    questions: Annotated[int, typer.Option(min=16, help="By eight threads; 400 for the figure.")] = 80,
    seed: Annotated[int, typer.Option(help="Of mutations and kills.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Every attack and what came of it, as JSON.")] = None,
) -> None:
    """Attack the product from every side; a table of what was tried and what held."""
    from evals.attacks.kinds import KINDS, Size
    from evals.attacks.outcome import Outcome, table
    from tools.errors import UsageError

    if unknown := [kind for kind in kinds or () if kind not in KINDS]:
        raise UsageError(f"There is no kind of attack '{unknown[0]}'.", f"There are: {', '.join(KINDS)}.")
    console, bar = wide(Console(), 120), Console(stderr=True)
    size = Size(files, kills, ask_kills, questions, seed)
    found: dict[str, Sequence[Outcome]] = {}
    for name in kinds or KINDS:
        with tempfile.TemporaryDirectory() as work, bar.status(f"{name}: {KINDS[name].what}") as status:
            done: list[Outcome] = []
            for outcome in KINDS[name].run(Path(work), size):
                done.append(outcome)
                status.update(escape(f"{name} {len(done)}: {outcome.name[:80]}"))
                if outcome.problem:
                    bar.print(f"[red]{name}[/] {escape(f'{outcome.name[:120]}: {outcome.problem}')}", highlight=False)
            found[name] = done
    console.print(table(found))
    if out:
        out.write_text(json.dumps({name: list(map(asdict, some)) for name, some in found.items()}, indent=1), "utf-8")
    if any(outcome.problem for some in found.values() for outcome in some):
        raise typer.Exit(1)
