"""Documents into the library, as events: what every door does with files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.events import Indexed, Indexing
from tools.library.ingest.report import Report
from tools.library.sources.files import printable

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
        events = _FileEvents(on_event)
        report = library.add(places, events.on_file, events.on_page)
    report.embedded += embedded
    on_event(Indexed(report=as_dict(report)))
    return report


class _FileEvents:
    """Events of files, and of the pages of a large one between two files."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event
        self._last = Indexing(done=0, total=0)

    def on_file(self, done: int, total: int, path: Path) -> None:
        self._last = Indexing(done=done, total=total, path="" if path == Path() else printable(path))
        self._on_event(self._last)

    def on_page(self, path: Path, page: int, pages: int) -> None:
        self._on_event(self._last.model_copy(update={"path": printable(path), "page": page, "pages": pages}))


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
        "redacted": dict(report.redacted),
        "no_longer_redacted": report.no_longer_redacted,
        "embedded_again": report.embedded,
        "seconds": round(report.seconds, 3),
        "by_format": {name: row.__dict__ for name, row in report.by_format().items()},
        "by_folder": {name: row.__dict__ for name, row in report.by_folder().items()},
    }
