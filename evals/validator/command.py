"""What `python -m evals validator` does: attacks first, then each set of labelled claims."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from evals.console import wide

if TYPE_CHECKING:
    from agent.llm.protocol import ChatModel


def validator(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="JSON lines with claim, evidence, label; or documents*.jsonl and claims*.jsonl citing them."
        ),
    ] = None,
    prefix: Annotated[str, typer.Option(help="Only the files whose names start so.")] = "",
    split: Annotated[str, typer.Option(help="Which documents: all, fit, calibration, development.")] = "all",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first claims of each set.")] = None,
    library: Annotated[Path | None, typer.Option(help="Also its own sentences, on the wrong evidence.")] = None,
    model: Annotated[str | None, typer.Option(help="A chat model as one more judge, such as ollama/qwen3-vl.")] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="With --model: from now on its second opinion counts as it was measured.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="All figures as JSON.")] = None,
    fit: Annotated[
        bool, typer.Option("--fit", help="Choose weights and thresholds on these sets, and freeze them.")
    ] = False,
    also: Annotated[
        list[Path] | None, typer.Option(help="With --fit: more folders, without the documents for development.")
    ] = None,
) -> None:
    """How well the validator tells which claims their evidence has."""
    from evals.validator import attacks, path, perturb, sets, speed
    from evals.validator import fit as fitting
    from tools.library.library import Library

    console = wide(Console(), 120)
    if folder and fit:
        every = fitting.read(folder, prefix, limit, split)
        for other in also or []:
            every |= fitting.read(other, "", None, "all" if other.resolve() == sets.OURS.resolve() else "fit")
        made = {name: rows for name, rows in every.items() if fitting.is_written(name)}
        every |= {f"{name}, elsewhere": fitting.elsewhere(rows) for name, rows in made.items()}
        every |= {f"{name}, edited": fitting.edited(rows) for name, rows in made.items()}
        measured = {name: fitting.measure(rows, name) for name, rows in every.items()}
        frozen = fitting.fit(measured)
        fitting.freeze(frozen)
        fitting.show(measured, frozen, console)
        return
    outcomes = attacks.run(attacks.read())
    console.print(attacks.table(outcomes))
    console.print(speed.measure())
    if library:
        with Library(library) as opened:
            console.print(perturb.table(list(perturb.run(perturb.items(opened), 100))))
    if folder:
        judge = _judge(model) if model else None
        rows = sets.read(folder, prefix, limit, split)
        found = {name: path.run(name, some, console, judge) for name, some in rows.items()}
        if out:
            path.write(out, found)
        if judge and trust:
            path.trust(judge.name, next(iter(found.values()))["opinions"])
    if not all(outcome.right for outcome in outcomes):
        raise typer.Exit(1)


def _judge(name: str) -> "ChatModel":
    """Raises SettingsError for a model that cannot judge, ModelDown or ModelMissing where it cannot answer."""
    from agent.llm.models import load
    from agent.settings import read
    from tools.errors import SettingsError

    model = load(read(model=name), lambda text, others: [0.0 for _ in others])
    if not model.judges:
        raise SettingsError(f"{name} is no judge.", "Name a chat model: --model ollama/<model>.")
    model.check()
    return model
