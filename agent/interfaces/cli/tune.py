"""exhibit tune: the image search fitted to the library's own figures, adopted only where it finds more."""

from typing import Annotated

import typer

from agent.interfaces.cli.console import AsJson, open_console, open_library, print_json


def tune(
    forget: Annotated[bool, typer.Option("--forget", help="Go back to the encoder as it came.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit the search for figures by words to this library's captions. It is adopted only if it wins on documents that
    were held out."""
    from dataclasses import asdict

    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from tools.library.upkeep import tune as fitting

    with open_library() as library:
        if forget:
            print("Forgotten." if fitting.drop(library.index) else "There was nothing to forget.")
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=open_console(stderr=True), disable=as_json) as bar:
            task = bar.add_task("Fitting", total=None)
            tuned = fitting.tune(library.index, lambda done, total: bar.update(task, completed=done, total=total))
    if as_json:
        print_json({**asdict(tuned), "adopted": tuned.adopted})
    else:
        _print(tuned)


def _print(tuned) -> None:
    from rich.table import Table

    table = Table("held-out texts → their figure", "as it came", "fitted")
    table.add_row("mean reciprocal rank", f"{tuned.before[0]:.3f}", f"{tuned.after[0]:.3f}")
    table.add_row("found among the first five", f"{tuned.before[1]:.0%}", f"{tuned.after[1]:.0%}")
    console = open_console()
    console.print(table)
    console.print(
        f"{tuned.pairs} texts about figures, {tuned.held_out} of them in documents that were held out: {tuned.rose} "
        f"rose, {tuned.fell} fell (by luck alone: {tuned.chance:.1%})."
    )
    console.print(
        "Adopted. To go back: exhibit tune --forget"
        if tuned.adopted
        else "Not adopted: it is not surely better. All is as it was."
    )
