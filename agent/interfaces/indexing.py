"""Documents into the library, as events: what every door does with files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.events import Indexed, Indexing
from tools.library.ingest.report import Report

if TYPE_CHECKING:
    from tools.library.library import Library

OnEvent = Callable[[Indexing | Indexed], None]


def index(library: "Library", places: Sequence[Path | str], on_event: OnEvent, *, embed_again: bool = False) -> Report:
    """Reads what changed under `places` (text is a URL); `embed_again` first embeds what the library has, for other
    encoders. Raises as `Library.add` does."""
    embedded = 0
    if embed_again:
        embedded = library.embed_again(lambda done, total: on_event(Indexing(done=done, total=total)))
    report = Report()
    if places:
        report = library.add(places, lambda done, total, path: on_event(_indexing(done, total, path)))
    report.embedded += embedded
    on_event(Indexed(report=as_dict(report)))
    return report


def _indexing(done: int, total: int, path: Path) -> Indexing:
    name = "" if path == Path() else str(path)
    return Indexing(done=done, total=total, path=name.encode(errors="backslashreplace").decode())  # of odd file names


def as_dict(report: Report) -> dict[str, Any]:
    """A report for a program; times are seconds."""
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
