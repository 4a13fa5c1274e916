"""`exhibit library doctor`: is what the catalogue says true of the disk and of the store? `mend` cures what is not."""

import mmap
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tools.errors import LibraryBusy, LibraryError, NotInLibrary, StoreLost
from tools.library.evidence import Source
from tools.library.index import Index
from tools.library.parse import PARSER_VERSION, page_image
from tools.library.store import Store, disk, point_id
from tools.library.store.catalog import FileRow

Cure = Literal["forget", "read", "embed", "rebuild", "clear", "delete", "aside", "index"]
"""Forget the path; read the file again; make the points of the source again, or all points; remove points that belong
to nothing; delete a file that belongs to nothing; put a damaged file aside; and what only a person can do: index the
folder again."""
OnStep = Callable[[str, int, int], None]
"""Called with what is being checked, how much of it is done, and all of it."""
ASIDE = "damaged-"
"""Begins the name of a damaged database that was put aside."""
YOUNG = 60.0
"""Seconds for which a picture that nothing shows may be that of a question that is being asked."""


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


def check(index: Index, on_step: OnStep = lambda what, done, total: None) -> Health:
    """Reads every byte that the library rests on: documents, pictures, renditions; compares every point."""
    catalog = index.catalog
    if broken := catalog.damage():
        raise LibraryError(
            f"The catalogue in {index.root} is damaged: {broken}.",
            f"Put catalog.sqlite back from a copy, or move {index.root} away and index your documents again.",
        )
    rows, sources = catalog.files(), {source.id: source for source in catalog.sources()}
    faults = [
        *_left_over(index),
        *_rubbish(index, sources),
        *_side_databases(index.root),
        *_files(rows, sources, on_step),
        *_sources(index, rows, sources, on_step),
        *_pictures(index, on_step),
    ]
    try:
        points = index.store.count()
        faults += _points(index, index.store, sources, on_step)
    except StoreLost as error:
        points = 0
        faults.append(Fault("rebuild", error.message))
    return Health(len(rows), len(sources), points, len(catalog.pictures()), tuple(faults))


def _left_over(index: Index) -> Iterator[Fault]:
    for source in index.catalog.pending():
        yield Fault("clear", f"A run was cut short while it wrote or removed {source[:12]}….", source)
    for path in index.catalog.garbage():
        yield Fault("clear", f"{path} in the library's folder belongs to nothing any more.")
    for name in index.other_stores():
        yield Fault("clear", f"{name} has vectors of an earlier edition, or of one that was never finished.")


def _rubbish(index: Index, sources: dict[str, Source]) -> Iterator[Fault]:
    """Files that a killed run left behind. While a run goes on they are its own."""
    root, catalog = index.root, index.catalog
    try:
        with disk.only_one(root):
            pass
    except LibraryBusy:
        return
    known = {row.sha256 for row in catalog.files()} | sources.keys() | catalog.pictures().keys()
    known |= {Path(path).stem for path in catalog.garbage()}
    strange = [path for path in disk.files(root) if path.stem not in known]
    asked = _mentioned(_side_files(root), {path.name for path in strange if path.parent.parent.name == "pictures"})
    for path in strange:
        is_young = "pictures" in path.parts and time.time() - path.stat().st_mtime < YOUNG
        if path.name not in asked and not is_young:
            what = f"{path.relative_to(root)} in the library's folder belongs to nothing: a run was killed."
            yield Fault("delete", what, bad=path)
    if any(disk.temporary(root).glob("*")):
        yield Fault("delete", "A run that was killed left temporary files.", bad=disk.temporary(root))


def _side_files(root: Path) -> list[Path]:
    """Databases of conversations and of what was seen in pictures, with what is not in them yet."""
    return sorted(path for path in root.glob("*.sqlite*") if not path.name.startswith("catalog."))


def _mentioned(files: Iterable[Path], names: set[str]) -> set[str]:
    """Those of the names that occur anywhere in the files."""
    found: set[str] = set()
    for file in files:
        if names and file.is_file() and file.stat().st_size:
            with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
                found |= {name for name in names if content.find(name.encode()) >= 0}
    return found


def _side_databases(root: Path) -> Iterator[Fault]:
    for file in _side_files(root):
        if file.suffix == ".sqlite" and not file.name.startswith(ASIDE) and (why := _broken(file)):
            yield Fault("aside", f"{file.name} is damaged ({why}): what is in it cannot be read.", bad=file)


def _broken(file: Path) -> str:
    """What SQLite finds wrong with a database; "" where it is whole."""
    if not file.is_file():
        return "it is no file"
    try:
        database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
        try:
            found = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            database.close()
    except sqlite3.Error as error:
        return str(error)
    return "" if found == "ok" else found


def _files(rows: Sequence[FileRow], sources: dict[str, Source], on_step: OnStep) -> Iterator[Fault]:
    for number, row in enumerate(rows, 1):
        on_step("Documents", number, len(rows))
        if row.state == "indexed" and row.source not in sources:
            yield Fault("read", f"{row.path} is in the catalogue, but its content is not.", path=row.path)
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


def _sources(index: Index, rows: Sequence[FileRow], sources: dict[str, Source], on_step: OnStep) -> Iterator[Fault]:
    with_path = {row.source for row in rows}
    recipes = index.catalog.recipes()
    for number, (id, source) in enumerate(sources.items(), 1):
        on_step("Pages", number, len(sources))
        if id not in with_path:
            yield Fault("clear", f"No file has the content of {source.title} any more.", id)
        elif not recipes[id].startswith(f"{PARSER_VERSION}:"):
            yield Fault("index", f"{source.uri} was read by an older version. Index its folder again.", id)
        elif why := _no_pages(index.root, source):
            bad = index.root / disk.rendition(id)
            yield Fault("read", f"The pages of {source.uri} cannot be shown: {why}", id, bad=bad)


def _no_pages(root: Path, source: Source) -> str:
    """Why no page of a source can be drawn; "" where it can. The last page stands for all: it is written last."""
    if not any(Path(path).exists() for path in source.paths) and _on_disk(source.uri):
        return ""  # it is gone, which is a fault of the file
    try:
        page_image.page(disk.page_file(root, source), source.pages, dpi=10)
    except NotInLibrary as error:
        return error.message
    except Exception as error:  # whatever MuPDF and Pillow say of a broken file
        return f"{type(error).__name__}: {error}."
    return ""


def _pictures(index: Index, on_step: OnStep) -> Iterator[Fault]:
    pictures = index.catalog.pictures()
    for number, (sha, source) in enumerate(pictures.items(), 1):
        on_step("Pictures", number, len(pictures))
        path = index.root / disk.picture(sha)
        if not path.exists():
            yield Fault("read", f"The picture {sha[:12]}… is missing.", source)
        elif why := _differs(path, sha):
            what = f"The picture {sha[:12]}… {why.replace('since it was read', 'on the disk')}."
            yield Fault("read", what, source, bad=path)


def _points(index: Index, store: Store, sources: dict[str, Source], on_step: OnStep) -> Iterator[Fault]:
    """Every item that has words or pixels has points, numbered from 0 without a gap, and no other item has any."""
    there: dict[str, set[str]] = defaultdict(set)
    owners: dict[str, str] = {}
    total = store.count()
    for number, point in enumerate(store.scan(), 1):
        on_step("Points", number, total)
        there[point.item].add(point.id)
        owners[point.item] = point.source
    wanted: dict[str, str] = {}
    for id in sources:
        for item in index.catalog.items_of(id):
            if item.kind == "figure" or item.text.strip():
                wanted[item.id] = id
    strange = {owners[item] for item in there.keys() - wanted.keys()}
    if there and not sources:  # never emptied: the catalogue may have been lost
        yield Fault("index", f"The store has {total} points, but the catalogue knows no source: was it replaced?")
        return
    for source in sorted(strange - sources.keys()):
        yield Fault("clear", f"The store has points of {source[:12]}…, which is not in the catalogue.", source)
    poor = {wanted[item] for item in wanted.keys() - there.keys()} | (strange & sources.keys())
    poor |= {owners[item] for item, ids in there.items() if item in wanted and ids != _numbered(item, len(ids))}
    for source in sorted(poor):
        yield Fault("embed", f"{sources[source].uri} cannot be found by all that it says: points are missing.", source)


def _numbered(item: str, count: int) -> set[str]:
    return {point_id(item, number) for number in range(count)}
