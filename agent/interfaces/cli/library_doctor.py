"""exhibit library doctor: is what the library says true of the disk? And mending what is not."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from agent.interfaces.cli import console

if TYPE_CHECKING:
    from tools.library.upkeep.check import Health

MOST = 20
"""Faults that are printed; --json has them all."""


def doctor(
    mend: Annotated[bool, typer.Option("--mend", help="Cure what can be cured.")] = False,
    as_json: console.AsJson = False,
) -> None:
    """Compare the library with the disk: documents, pages, pictures, points. It reads all of it."""
    from tools.library.upkeep import check
    from tools.library.upkeep.mend import mend as mend_faults

    with console.open_library() as library, console.progress_bar("Documents", hidden=as_json) as show:
        health = check.check(library.index, show)
        cured = mend_faults(library.index, health.faults) if mend and health.faults else 0
        left = check.check(library.index, show) if cured else health
    if as_json:
        console.print_json({**asdict(left), "mended": cured})
    else:
        _print(left, cured)
    if left.faults:
        raise typer.Exit(1)


def _print(health: "Health", cured: int) -> None:
    screen = console.open_console()
    console.echo(
        f"{health.files} files, {health.sources} sources, {health.pictures} pictures and {health.points} points "
        "were looked at."
    )
    if cured:
        screen.print(f"[green]{cured} faults mended.[/]")
    for fault in health.faults[:MOST]:
        screen.print(f"[red]fault[/] {console.escape(fault.what)}")
    if len(health.faults) > MOST:
        console.echo(f"and {len(health.faults) - MOST} more: exhibit library doctor --json")
    if any(fault.cure != "index" for fault in health.faults):
        screen.print("Type: exhibit library doctor --mend", style="bold")
    elif health.faults:
        screen.print("Type: exhibit index <their folders>", style="bold")
    else:
        screen.print("[green]All is as it should be.[/]")
