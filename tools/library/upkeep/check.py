"""`exhibit library doctor`: is what the catalogue says true of the disk and of the store? And mending what is not."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tools.errors import LibraryError, NotInLibrary
from tools.library.evidence import Source
from tools.library.index import Index
from tools.library.ingest import pipeline, rebuild
from tools.library.parse import PARSER_VERSION, page_image
from tools.library.store import disk, point_id
from tools.library.store.catalog import FileRow

Cure = Literal["forget", "read", "embed", "clear", "index"]
"""Forget the path; read the file again; embed the source again; remove points that belong to nothing; and what only a
person can do: index the folder again."""
Told = Callable[[str, int, int], None]
"""Called with what is being checked, how much of it is done, and all of it."""


@dataclass(frozen=True)
class Fault:
    """Something that is not as the catalogue says. `what` is a sentence, `source` an id, `path` that of a document, and
    `bad` a file of the library's folder that is in the way."""

    cure: Cure
    what: str
    source: str = ""
    path: str = ""
    bad: Path | None = None


@dataclass(frozen=True)
class Health:
    """How much was looked at, and what was wrong."""

    files: int
    sources: int
    points: int
    pictures: int
    faults: tuple[Fault, ...] = field(default=())


def check(index: Index, told: Told = lambda what, done, total: None) -> Health:
    """Reads every byte that the library rests on: documents, pictures, renditions; compares every point."""
    catalog = index.catalog
    if broken := catalog.damage():
        raise LibraryError(
            f"The catalogue in {index.root} is damaged: {broken}.",
            f"Move {index.root} away and index your documents anew.",
        )
    rows, sources = catalog.files(), {source.id: source for source in index.catalog.sources()}
    pictures = catalog.pictures()
    faults = [
        *_left_over(index),
        *_files(rows, sources, told),
        *_sources(index, rows, sources, told),
        *_pictures(index, pictures, told),
        *_points(index, sources, told),
    ]
    return Health(len(rows), len(sources), index.store.count(), len(pictures), tuple(faults))


def mend(index: Index, faults: Sequence[Fault]) -> int:
    """Cures what can be cured without a person; the number of faults that it dealt with. Check again afterwards."""
    by: dict[str, list[Fault]] = {}
    for fault in faults:
        by.setdefault(fault.cure, []).append(fault)
    again_read = {fault.source for fault in by.get("read", [])}
    with disk.only_one(index.root):
        for fault in by.get("read", []):
            if fault.bad:
                fault.bad.unlink(missing_ok=True)
        pipeline.put(index, [], [], [fault.path for fault in by.get("forget", [])])
        index.catalog.distrust([s for s in again_read if s], [f.path for f in by.get("read", []) if f.path])
        if gone := sorted({fault.source for fault in by.get("clear", [])}):
            index.store.remove(*gone)
        if sick := sorted({fault.source for fault in by.get("embed", [])} - again_read):
            index.store.remove(*sick)
            rebuild.fill(index, index.store, sick)
        pipeline.settle(index)
        pipeline.collect_garbage(index)
        index.drop_other_stores()
    paths = {path for id in again_read if id in index.catalog.recipes() for path in index.catalog.source(id).paths}
    paths |= {fault.path for fault in by.get("read", []) if fault.path}
    if paths:
        pipeline.ingest(index, [Path(path) for path in sorted(paths)])
    return sum(len(some) for cure, some in by.items() if cure != "index")


def _left_over(index: Index) -> Iterator[Fault]:
    catalog = index.catalog
    for source in catalog.pending():
        yield Fault("clear", f"A run was cut short while it wrote or removed {source[:12]}….", source)
    for path in catalog.garbage():
        yield Fault("clear", f"{path} in the library's folder belongs to nothing any more.")
    for folder in index.other_stores():
        yield Fault("clear", f"{folder.name} holds vectors of an earlier make.")


def _files(rows: Sequence[FileRow], sources: dict[str, Source], told: Told) -> Iterator[Fault]:
    for number, row in enumerate(rows, 1):
        told("Documents", number, len(rows))
        if row.state == "indexed" and row.source not in sources:
            yield Fault("read", f"{row.path} is said to be held, but is not.", path=row.path)
        elif not _on_disk(row.path):
            continue
        elif not Path(row.path).parent.is_dir():
            yield Fault("index", f"The folder of {row.path} is not there. Mount its disk, or index again.")
        elif not Path(row.path).exists():
            yield Fault("forget", f"{row.path} is there no more.", path=row.path)
        elif row.sha256 and (why := _differs(Path(row.path), row.sha256)):
            yield Fault("read", f"{row.path} {why}.", path=row.path)


def _on_disk(path: str) -> bool:
    """Whether a path is that of a file, not of one in an archive or on the net."""
    return "!/" not in path and "://" not in path


def _differs(path: Path, sha256: str) -> str:
    """Half a sentence; "" where the file has these bytes."""
    try:
        return "" if disk.sha256(path) == sha256 else "has changed since it was read"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _sources(index: Index, rows: Sequence[FileRow], sources: dict[str, Source], told: Told) -> Iterator[Fault]:
    held = {row.source for row in rows}
    recipes = index.catalog.recipes()
    for number, (id, source) in enumerate(sources.items(), 1):
        told("Pages", number, len(sources))
        if id not in held:
            yield Fault("clear", f"No file holds {source.title} any more.", id)
        elif not recipes[id].startswith(f"{PARSER_VERSION}:"):
            yield Fault("index", f"{source.uri} was read by an older version. Index its folder again.", id)
        elif why := _no_pages(index, source):
            bad = index.root / disk.rendition(id)
            yield Fault("read", f"The pages of {source.uri} cannot be shown: {why}", id, bad=bad)


def _no_pages(index: Index, source: Source) -> str:
    """Why no page of a source can be drawn; "" where it can. The last page stands for all: it is written last."""
    if not any(Path(path).exists() for path in source.paths) and _on_disk(source.uri):
        return ""  # it is gone, which is told of the file
    try:
        page_image.page(disk.page_file(index.root, source), source.pages, dpi=10)
    except NotInLibrary as error:
        return error.message
    except Exception as error:  # whatever MuPDF and Pillow say of a broken file
        return f"{type(error).__name__}: {error}."
    return ""


def _pictures(index: Index, pictures: dict[str, str], told: Told) -> Iterator[Fault]:
    for number, (sha, source) in enumerate(pictures.items(), 1):
        told("Pictures", number, len(pictures))
        path = index.root / disk.picture(sha)
        if not path.exists():
            yield Fault("read", f"The picture {sha[:12]}… is missing.", source)
        elif why := _differs(path, sha):
            yield Fault(
                "read", f"The picture {sha[:12]}… {why.replace('since it was read', 'on the disk')}.", source, bad=path
            )


def _points(index: Index, sources: dict[str, Source], told: Told) -> Iterator[Fault]:
    """Every item that has words or pixels has points, numbered from 0 without a gap, and no other item has any."""
    there: dict[str, set[str]] = {}
    owners: dict[str, str] = {}
    total = index.store.count()
    for number, point in enumerate(index.store.scan(), 1):
        told("Points", number, total)
        there.setdefault(point.item, set()).add(str(uuid.UUID(point.id)))
        owners[point.item] = point.source
    wanted: dict[str, str] = {}
    for id in sources:
        for item in index.catalog.items_of(id):
            if item.kind == "figure" or item.text.strip():
                wanted[item.id] = id
    strange = {owners[item] for item in there.keys() - wanted.keys()}
    yield from (
        Fault("clear", f"The store holds points of {source[:12]}…, which is not held.", source)
        for source in sorted(strange - sources.keys())
    )
    poor = {wanted[item] for item in wanted.keys() - there.keys()} | (strange & sources.keys())
    poor |= {owners[item] for item, ids in there.items() if item in wanted and ids != _numbered(item, len(ids))}
    for source in sorted(poor):
        yield Fault("embed", f"{sources[source].uri} cannot be found by all that it says: points are missing.", source)


def _numbered(item: str, count: int) -> set[str]:
    return {point_id(item, number) for number in range(count)}
