"""exhibit library list: every source, and every file that could not be read."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.interfaces.cli import console

if TYPE_CHECKING:
    from tools.library.store.catalog import FileRow


def list_sources(as_json: console.AsJson = False) -> None:
    """Every source, with what was found in it, and every file that could not be read."""
    with console.open_library() as library:
        counts = library.catalog.counts()
        rows = [{**source.model_dump(), "items": counts.get(source.id, {})} for source in library.sources()]
        failed = [row for row in library.catalog.files() if row.state == "failed"]
    if as_json:
        console.print_json({"sources": rows, "failed": [{"path": row.path, "error": row.error} for row in failed]})
    else:
        _print(rows, failed)


def _print(rows: Sequence[dict[str, Any]], failed: "Sequence[FileRow]") -> None:
    table = console.open_table()
    table.add_column("id", no_wrap=True, min_width=8)
    console.add_texts(table, "title", "file", ratio=1)
    console.add_numbers(table, "pages", "passages", "figures", "tables")
    for row in rows:
        numbers = [str(row["items"].get(kind, 0)) for kind in ("passage", "figure", "table")]
        copies = f" and {len(row['also'])} more" if row["also"] else ""
        names = (console.escape(console.one_line(name)) for name in (row["title"], Path(row["uri"]).name + copies))
        table.add_row(row["id"][:8], *names, str(row["pages"]), *numbers)
    screen = console.open_console()
    screen.print(table)
    for file in failed:
        screen.print(f"[red]not read[/] {console.escape(console.one_line(file.path))}: {console.escape(file.error)}")
