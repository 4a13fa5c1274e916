"""Files in, library out. Each file is a unit: points first, then one transaction, so a killed run goes on."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import UnreadableFile
from tools.library import chunk, pair, points
from tools.library.catalog import Entry, FileRow
from tools.library.evidence import Figure, Passage, Region, Source, Table, Word, regions_of, text_of
from tools.library.parse import PARSER_VERSION, parse
from tools.library.parse.parts import FigurePart, Parsed, TablePart

if TYPE_CHECKING:
    from tools.library.library import Library

Progress = Callable[[int, int, Path], None]
"""Called before each file with its number (from 0), the number of files, and its path."""


@dataclass
class Report:
    """What one run did. `failed` names each file that could not be read and why."""

    added: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    failed: list[tuple[Path, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    notes: list[tuple[Path, str]] = field(default_factory=list)
    passages: int = 0
    figures: int = 0
    tables: int = 0


def ingest(library: "Library", paths: Sequence[Path], progress: Progress | None = None) -> Report:
    """Reads every file under `paths`. A file that cannot be read is reported; the rest goes in."""
    report = Report()
    if library.store.count() == 0:  # another server, or a folder that was moved away: the catalogue alone finds nothing
        library.catalog.distrust()
    _sweep(library)
    files = list(dict.fromkeys(file for path in paths for file in _files(path)))
    for number, path in enumerate(files):
        if progress:
            progress(number, len(files), path)
        _one(library, path, report)
    _forget_missing(library, paths, set(files), report)
    if report.added:
        library.store.optimize()
    return report


def _files(path: Path) -> Iterator[Path]:
    """The files under a path in a fixed order; hidden ones are left out unless they were named. Links to files are
    followed, links to folders are not: they may lead round in a circle."""
    path = path.resolve()
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):  # Path.walk came with Python 3.12
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def _one(library: "Library", path: Path, report: Report) -> None:
    recipe = ""
    try:
        stat = path.stat()
        caption = pair.caption_of(path)
        recipe = _recipe(caption)
        before = library.catalog.file(str(path))
        if before and (before.size, before.mtime_ns, before.recipe) == (stat.st_size, stat.st_mtime_ns, recipe):
            _unchanged(before, path, report)
            return
        _read(library, path, caption, recipe, report)
        if before and before.source in library.catalog.unheld():  # what this path held before it changed
            library.remove(before.source)
    except (UnreadableFile, OSError) as error:
        message = str(error) if isinstance(error, UnreadableFile) else f"{error.strerror}: {path}"
        report.failed.append((path, message))
        if path.exists():
            stat = path.stat()
            row = FileRow(str(path), stat.st_size, stat.st_mtime_ns, recipe, "failed", "", message)
            library.catalog.put_file(row)


def _unchanged(before: FileRow, path: Path, report: Report) -> None:
    if before.state == "failed":
        report.failed.append((path, before.error))
    else:
        report.unchanged.append(path)


def _recipe(caption: str) -> str:
    """All that the result depends on besides the file's bytes."""
    return f"{PARSER_VERSION}:{hashlib.sha256(caption.encode()).hexdigest()[:16] if caption else ''}"


def _read(library: "Library", path: Path, caption: str, recipe: str, report: Report) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    stat = path.stat()
    row = FileRow(str(path), stat.st_size, stat.st_mtime_ns, recipe, "indexed", digest)
    if library.catalog.has_source(digest, recipe):
        library.catalog.put_file(row)
        report.unchanged.append(path)
        return
    parsed = parse(path, caption)
    source = Source(
        id=digest, title=parsed.title, uri=str(path), media_type=parsed.media_type, pages=parsed.pages
    )
    entries = list(_entries(library, source, parsed))
    windows = points.windows(library, entries, source)
    library.catalog.begin(digest)
    library.store.remove(digest)
    library.store.add(windows)
    if parsed.rendition is not None:
        library.keep_rendition(digest, parsed.rendition)
    library.catalog.put_source(source, recipe, entries, row)
    _count(report, path, entries, parsed.notes)


def _count(report: Report, path: Path, entries: Iterable[Entry], notes: Iterable[str]) -> None:
    kinds = [entry.part.kind for entry in entries]
    report.added.append(path)
    report.passages += kinds.count("passage")
    report.figures += kinds.count("figure")
    report.tables += kinds.count("table")
    report.notes += [(path, note) for note in notes]


def _entries(library: "Library", source: Source, parsed: Parsed) -> Iterator[Entry]:
    """The source's parts, with ids that say where they are from; pictures go to the picture folder."""
    stem = source.id[:16]
    for number, passage in enumerate(chunk.chunk(parsed.blocks, library.text_encoder.count)):
        yield _passage(f"{stem}:p{number}", source, passage)
    for number, figure in enumerate(parsed.figures):
        yield _figure(f"{stem}:f{number}", source, figure, library.keep_picture(figure.image))
    for number, table in enumerate(parsed.tables):
        yield _table(f"{stem}:t{number}", source, table)


def _passage(id: str, source: Source, part: chunk.Chunk) -> Entry:
    text, regions = text_of(part.words), regions_of(part.words)
    return Entry(
        Passage(id=id, source_id=source.id, text=text, heading=part.heading, regions=regions), part.words
    )


def _figure(id: str, source: Source, part: FigurePart, image: str) -> Entry:
    figure = Figure(
        id=id,
        source_id=source.id,
        image=image,
        caption=text_of(part.caption),
        ocr_text=text_of(part.inside),
        heading=part.heading,
        mention=part.mention,
        regions=(Region(page=part.page, boxes=(part.box,)),),
    )
    return Entry(figure, (*_line(part.caption), *part.inside))


def _table(id: str, source: Source, part: TablePart) -> Entry:
    table = Table(
        id=id,
        source_id=source.id,
        markdown=text_of(part.words),
        caption=text_of(part.caption),
        heading=part.heading,
        regions=(part.region,),
    )
    return Entry(table, (*_line(part.caption), *part.words))


def _line(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words as a line of their own, as a caption stands in an item's `text`."""
    return (*words[:-1], words[-1]._replace(sep="\n")) if words else ()


def _sweep(library: "Library") -> None:
    """Clears up after a run that was killed: points of sources the catalogue never got, or already let go."""
    for source in library.catalog.pending():
        library.store.remove(source)
        library.catalog.drop_source(source)
        library.catalog.settle(source)


def _forget_missing(library: "Library", paths: Sequence[Path], found: set[Path], report: Report) -> None:
    """Files that were under these paths and are there no more leave the library."""
    folders = [path.resolve() for path in paths if path.is_dir()]
    for row in library.catalog.files():
        path = Path(row.path)
        if path not in found and any(path.is_relative_to(folder) for folder in folders):
            library.catalog.forget_file(row.path)
            report.removed.append(row.path)
    for source in library.catalog.unheld():
        library.remove(source)
