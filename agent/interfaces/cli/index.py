"""exhibit index: documents into the library, and what became of each."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.interfaces.cli import console
from tools.errors import UsageError
from tools.library.sources.address import is_url

if TYPE_CHECKING:
    from rich.table import Table

    from agent.events import Indexed, Indexing
    from agent.interfaces.indexing import OnEvent
    from tools.library.ingest.report import Report, Totals

MOST = 20
"""Lines of one kind that are printed; --json has them all."""


def index(
    paths: Annotated[list[str] | None, typer.Argument(help="Files, folders and URLs to read.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Embed all that the library has, for other encoders.")] = False,
    redact: Annotated[
        bool | None,
        typer.Option(
            "--redact/--no-redact",
            help="Black out e-mail addresses, phone numbers and the like, from now on until --no-redact.",
        ),
    ] = None,
    as_json: console.AsJson = False,
    stream_json: console.StreamJson = False,
) -> None:
    """Read documents into the library. Run it again at any time: only what changed is read."""
    from agent.interfaces import indexing

    if not paths and not again:
        raise UsageError("There is nothing to index.", "Type: exhibit index <folder with documents>")
    places = _places(paths or [])
    quiet = as_json or stream_json
    with (
        console.open_library(create=bool(paths), redact=redact) as library,
        console.progress_bar("Looking for files", hidden=quiet) as show,
    ):
        on_event = _print_event if stream_json else _shown_by(show)
        report = indexing.index(library, places, on_event, embed_again=again)
    if not quiet:
        print_report(report)
    elif not stream_json:
        console.print_json(indexing.as_dict(report))
    if report.failed or report.empty:
        raise typer.Exit(1)


def _places(paths: list[str]) -> list[Path | str]:
    places = [path if is_url(path) else Path(path).expanduser() for path in paths]
    missing = [str(path) for path in places if isinstance(path, Path) and not path.exists()]
    if missing:
        raise UsageError(f"There is no file or folder {', '.join(missing)}.", "Check the path and try again.")
    return places


def _print_event(event: "Indexing | Indexed") -> None:
    console.print_json(event, indent=None)


def _shown_by(show: console.OnProgress) -> "OnEvent":
    from agent.events import Indexing

    def on_event(event: "Indexing | Indexed") -> None:
        if isinstance(event, Indexing):
            page = f"page {event.page} of {event.pages}: " if event.pages > 1 else ""
            show(page + Path(event.path).name or "Indexed", event.done, event.total)

    return on_event


# printing


def print_report(report: "Report") -> None:
    screen = console.open_console()
    if report.empty:
        screen.print("There was nothing to read: no files there. Name a folder that holds documents.")
        return
    if report.added or report.failed:
        for title, rows in (("format", report.by_format()), ("folder", report.by_folder())):
            if title == "format" or len(rows) > 1:
                screen.print(_sums(title, rows))
    if report.embedded:
        screen.print(f"{report.embedded} sources embedded again, without reading them.")
    screen.print(
        f"[green]{len(report.added)} added[/], {len(report.unchanged)} unchanged, {len(report.removed)} removed, "
        f"{len(report.failed)} not read: {report.passages} passages, {report.figures} figures, {report.tables} tables, "
        f"in {_time(report.seconds)}."
    )
    if report.redacted:
        found = ", ".join(f"{number} {kind}" for kind, number in sorted(report.redacted.items()))
        screen.print(f"Redacted: {found}.")
    if report.no_longer_redacted:
        screen.print(
            "[yellow]note[/] Until now personal data was left out of this library. From now on documents are read with "
            "all that is in them. To leave it out again, type: exhibit index --redact <folder>"
        )
    for path, error in report.failed[:MOST]:
        screen.print(f"[red]not read[/] {console.escape(path.name)}: {console.escape(error)}")
    for path, note in report.notes[:MOST]:
        screen.print(f"[yellow]note[/] {console.escape(path.name)}: {console.escape(note)}")
    more = max(0, len(report.failed) - MOST) + max(0, len(report.notes) - MOST)
    if more:
        screen.print(f"{more} more lines of this kind: exhibit index --json, or exhibit library list")


def _sums(title: str, rows: "dict[str, Totals]") -> "Table":
    table = console.open_table(expand=False)
    table.add_column(title, no_wrap=True)
    console.add_numbers(table, "added", "unchanged", "not read", "passages", "figures", "tables", "  time")
    ordered = sorted(rows.items(), key=lambda named: -named[1].seconds - named[1].failed)
    for name, row in ordered[:MOST]:
        numbers = (row.added, row.unchanged, row.failed, row.passages, row.figures, row.tables)
        cells = [f"{number:,}" if number else "·" for number in numbers]
        table.add_row(console.escape(_ending(name, 15)), *cells, _time(row.seconds) if row.added else "·")
    if len(ordered) > MOST:
        table.caption = f"and {len(ordered) - MOST} more: exhibit index --json"
    return table


def _short(folder: str) -> str:
    """A path from the home folder or from here, if that is shorter."""
    for start, sign in ((Path.cwd(), "."), (Path.home(), "~")):
        if Path(folder).is_relative_to(start) and start != Path("/"):
            return str(Path(sign, Path(folder).relative_to(start)))
    return folder


def _ending(folder: str, width: int) -> str:
    """The end of a path tells more than its beginning."""
    short = _short(folder)
    return short if len(short) <= width else "…" + short[1 - width :]


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes / 60:.1f} h"
