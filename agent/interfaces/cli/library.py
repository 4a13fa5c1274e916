"""exhibit index, exhibit library list | remove | doctor: what goes into the library, and what is in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.interfaces.cli.console import AsJson, escape, open_console, open_library, print_json
from tools.errors import NotInLibrary
from tools.library.sources.address import is_url

if TYPE_CHECKING:
    from tools.library.ingest.report import Report, Row
    from tools.library.library import Library
    from tools.library.upkeep.check import Health

app = typer.Typer(help="What is held: list it, check it, remove from it.", no_args_is_help=True)
MOST = 20
"""Lines of one kind that are printed; --json has them all."""


def index(
    paths: Annotated[list[str] | None, typer.Argument(help="Files, folders and URLs to read.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Embed all that is held anew, for other encoders.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read documents into the library. Run it again at any time: only what changed is read."""
    places = [path if is_url(path) else Path(path).expanduser() for path in paths or []]
    missing = [str(path) for path in places if isinstance(path, Path) and not path.exists()]
    if missing:
        raise NotInLibrary(f"There is no file or folder {', '.join(missing)}.", "Check the path and try again.")
    if not paths and not again:
        raise NotInLibrary("There is nothing to index.", "Type: exhibit index <folder with documents>")
    with open_library(create=bool(paths)) as library, _bar(hidden=as_json) as bar:
        embedded = library.embed_again(bar.sources) if again else 0
        report = library.add(places, bar.files) if paths else _nothing()
    report.embedded += embedded
    print_json(as_dict(report)) if as_json else print_report(report)
    if report.failed or report.empty:
        raise typer.Exit(1)


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """Every source, with what was found in it, and every file that could not be read."""
    with open_library() as library:
        counts = library.catalog.counts()
        rows = [{**s.model_dump(), "items": counts.get(s.id, {})} for s in library.sources()]
        failed = [row for row in library.catalog.files() if row.state == "failed"]
    if as_json:
        print_json({"sources": rows, "failed": [{"path": f.path, "error": f.error} for f in failed]})
    else:
        _print_sources(rows, [(f.path, f.error) for f in failed])


@app.command("remove")
def remove(
    names: Annotated[list[str], typer.Argument(help="Paths, folders, titles, or the first characters of ids.")],
) -> None:
    """Forget sources. The files themselves are not touched."""
    with open_library() as library:
        for name in names:
            sources = _named(library, name)
            library.remove(*(source.id for source in sources))
            for source in sources:
                print(f"Removed {source.title} ({source.uri}).")


@app.command("doctor")
def doctor(
    mend: Annotated[bool, typer.Option("--mend", help="Cure what can be cured.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold the library against the disk: documents, pages, pictures, points. It reads all of it."""
    from tools.library.upkeep import check

    with open_library() as library, _bar(hidden=as_json) as bar:
        health = check.check(library.index, bar.steps)
        cured = check.mend(library.index, health.faults) if mend and health.faults else 0
        left = check.check(library.index, bar.steps) if cured else health
    if as_json:
        print_json({**asdict(left), "mended": cured})
    else:
        _print_health(left, cured)
    if left.faults:
        raise typer.Exit(1)


def _nothing() -> "Report":
    from tools.library.ingest.report import Report

    return Report()


def _named(library: "Library", name: str):
    """The one source of that name, or all that lie in a folder of that name."""
    path = str(Path(name).expanduser().resolve())
    sources = library.sources()
    found = [s for s in sources if path in s.paths or s.title == name or s.id.startswith(name)]
    if not found:
        found = [s for s in sources if all(p.startswith(path.rstrip("/") + "/") for p in s.paths)]
    elif len(found) > 1:
        raise NotInLibrary(f"'{name}' names more than one source.", "Type: exhibit library list")
    if not found:
        raise NotInLibrary(f"'{name}' names no source.", "Type: exhibit library list")
    return found


# printing


class _Bar:
    """Progress on the screen: file, share, files a second, time that is left."""

    def __init__(self, tell: Callable[[str, int, int], None]) -> None:
        self.steps = tell

    def files(self, done: int, total: int, path: Path) -> None:
        self.steps(path.name or "Indexed", done, total)

    def sources(self, done: int, total: int) -> None:
        self.steps("Embedding", done, total)


@contextmanager
def _bar(hidden: bool) -> Iterator[_Bar]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    columns = (
        TextColumn("{task.description}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    with Progress(*columns, console=open_console(stderr=True), disable=hidden, expand=True) as bar:
        task = bar.add_task("Looking for files", total=None, rate="")

        def tell(what: str, done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:.1f}/s" if speed else ""
            bar.update(task, description=escape(what), completed=done, total=total, rate=rate)

        yield _Bar(tell)


def as_dict(report: "Report") -> dict[str, Any]:
    return {
        "added": [str(path) for path in report.added],
        "unchanged": [str(path) for path in report.unchanged],
        "removed": report.removed,
        "failed": [{"path": str(path), "error": error} for path, error in report.failed],
        "notes": [{"path": str(path), "note": note} for path, note in report.notes],
        "passages": report.passages,
        "figures": report.figures,
        "tables": report.tables,
        "embedded_again": report.embedded,
        "seconds": round(report.seconds, 3),
        "by_format": {name: row.__dict__ for name, row in report.by_format().items()},
        "by_folder": {name: row.__dict__ for name, row in report.by_folder().items()},
    }


def print_report(report: "Report") -> None:
    console = open_console()
    if report.empty:
        console.print("There was nothing to read: no files there. Name a folder that holds documents.")
        return
    if report.added or report.failed:
        for title, rows in (("format", report.by_format()), ("folder", report.by_folder())):
            if title == "format" or len(rows) > 1:
                console.print(_sums(title, rows))
    if report.embedded:
        console.print(f"{report.embedded} sources embedded anew, without reading them.")
    console.print(
        f"[green]{len(report.added)} added[/], {len(report.unchanged)} unchanged, {len(report.removed)} removed, "
        f"{len(report.failed)} not read: {report.passages} passages, {report.figures} figures, {report.tables} tables, "
        f"in {_time(report.seconds)}."
    )
    for path, error in report.failed[:MOST]:
        console.print(f"[red]not read[/] {escape(path.name)}: {escape(error)}", highlight=False)
    for path, note in report.notes[:MOST]:
        console.print(f"[yellow]note[/] {escape(path.name)}: {escape(note)}", highlight=False)
    more = max(0, len(report.failed) - MOST) + max(0, len(report.notes) - MOST)
    if more:
        console.print(f"{more} more lines of this kind: exhibit index --json, or exhibit library list")


def _print_health(health: "Health", cured: int) -> None:
    console = open_console()
    console.print(
        f"{health.files} files, {health.sources} sources, {health.pictures} pictures and {health.points} points "
        "were looked at."
    )
    if cured:
        console.print(f"[green]{cured} faults mended.[/]")
    for fault in health.faults[:MOST]:
        console.print(f"[red]fault[/] {escape(fault.what)}", highlight=False)
    if len(health.faults) > MOST:
        console.print(f"and {len(health.faults) - MOST} more: exhibit library doctor --json")
    if any(fault.cure != "index" for fault in health.faults):
        console.print("Type: exhibit library doctor --mend", style="bold")
    elif health.faults:
        console.print("Type: exhibit index <their folders>", style="bold")
    else:
        console.print("[green]All is as it should be.[/]")


def _sums(title: str, rows: "dict[str, Row]"):
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(title, no_wrap=True)
    for name in ("added", "unchanged", "not read", "passages", "figures", "tables", "  time"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    ordered = sorted(rows.items(), key=lambda named: -named[1].seconds - named[1].failed)
    for name, row in ordered[:MOST]:
        numbers = (row.added, row.unchanged, row.failed, row.passages, row.figures, row.tables)
        cells = [f"{number:,}" if number else "·" for number in numbers]
        table.add_row(escape(_ending(name, 15)), *cells, _time(row.seconds) if row.added else "·")
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


def _print_sources(rows: list[dict[str, Any]], failed: list[tuple[str, str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, expand=True)
    table.add_column("id", no_wrap=True, min_width=8)
    for name in ("title", "file"):
        table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=1)
    for name in ("pages", "passages", "figures", "tables"):
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    for row in rows:
        numbers = [str(row["items"].get(kind, 0)) for kind in ("passage", "figure", "table")]
        copies = f" and {len(row['also'])} more" if row["also"] else ""
        file = Path(row["uri"]).name + copies
        table.add_row(row["id"][:8], escape(row["title"]), escape(file), str(row["pages"]), *numbers)
    console = open_console()
    console.print(table)
    for path, error in failed:
        console.print(f"[red]not read[/] {escape(path)}: {escape(error)}", highlight=False)
