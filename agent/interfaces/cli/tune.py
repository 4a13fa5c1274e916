"""exhibit tune: the image search fitted to the library's own figures, adopted only where it finds more."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from agent.interfaces.cli import console

if TYPE_CHECKING:
    from tools.library.upkeep.tune import Tuned


def tune(
    forget: Annotated[bool, typer.Option("--forget", help="Go back to the encoder as it came.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """Fit the search for figures by words to this library's captions. It is adopted only if it wins on held-out
    documents."""
    from tools.library.upkeep import tune as fitting

    with console.open_library() as library, console.progress_bar("Fitting", hidden=as_json or forget) as show:
        if forget:
            console.echo("Forgotten." if fitting.drop(library.index) else "There was nothing to forget.")
            return
        tuned = fitting.tune(library.index, lambda done, total: show("Fitting", done, total))
    if as_json:
        console.print_json({**asdict(tuned), "adopted": tuned.adopted})
    else:
        _print(tuned)


def _print(tuned: "Tuned") -> None:
    table = console.open_table(expand=False)
    table.add_column("held-out texts → their figure")
    console.add_numbers(table, "as it came", "fitted")
    table.add_row("mean reciprocal rank", f"{tuned.before[0]:.3f}", f"{tuned.after[0]:.3f}")
    table.add_row("found among the first five", f"{tuned.before[1]:.0%}", f"{tuned.after[1]:.0%}")
    console.open_console().print(table)
    console.echo(
        f"{tuned.pairs} texts about figures, {tuned.held_out} of them in held-out documents: {tuned.rose} rose, "
        f"{tuned.fell} fell (by luck alone: {tuned.chance:.1%}).",
        "Adopted. To go back: exhibit tune --forget"
        if tuned.adopted
        else "Not adopted: it is not surely better. All is as it was.",
    )
