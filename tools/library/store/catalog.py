"""The catalogue in SQLite: which files were read, and every item with the words it was made of.

The catalogue is the truth; vectors are an index of it. The content of a path changes in one transaction: what is new
comes and what no path has any more goes, so that a reader sees the one or the other.
"""

import json
import sqlite3
import threading
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from tools.errors import LibraryBusy, LibraryError, NotInLibrary
from tools.library.evidence import Item, Part, Record, Source, Word
from tools.library.store import disk

State = Literal["indexed", "failed", "archive"]
_ITEM: TypeAdapter[Item] = TypeAdapter(Item)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, recipe TEXT NOT NULL,
    state TEXT NOT NULL, source TEXT, error TEXT NOT NULL DEFAULT '', sha256 TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS sources (id TEXT PRIMARY KEY, recipe TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    id TEXT PRIMARY KEY, source TEXT, kind TEXT NOT NULL, page INTEGER, body TEXT NOT NULL, words BLOB);
CREATE TABLE IF NOT EXISTS pending (source TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS again (source TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS garbage (path TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value NOT NULL);
CREATE INDEX IF NOT EXISTS items_by_place ON items (source, page);
CREATE INDEX IF NOT EXISTS files_by_source ON files (source);
CREATE INDEX IF NOT EXISTS tables ON items (source) WHERE kind = 'table';
CREATE INDEX IF NOT EXISTS pictures ON items (json_extract(body, '$.image')) WHERE kind = 'figure';
"""
_FILE = "path, size, mtime_ns, recipe, state, source, error, sha256"
_STILL_USED = (
    "DELETE FROM garbage WHERE path LIKE 'pictures/%' AND substr(path, 13) IN "
    "(SELECT json_extract(body, '$.image') FROM items WHERE kind = 'figure')",
    "DELETE FROM garbage WHERE path LIKE 'renditions/%' AND substr(path, 12, 64) IN (SELECT id FROM sources)",
    "DELETE FROM garbage WHERE path LIKE 'originals/%' AND substr(path, 11, 64) IN (SELECT sha256 FROM files)",
)
"""What is no garbage after all: another source came to show it."""
VERSION = 1
"""Of the schema."""
_MAX_VALUES = 500
"""Values in one statement; SQLite takes 32,766."""


@dataclass(frozen=True)
class FileRow:
    """A path as it was when it was last read. `recipe` is all that the result depends on besides the bytes (see
    `sources.files.recipe`), "" where it has to be tried again; `source` is "" where it could not be read."""

    path: str
    size: int
    mtime_ns: int
    recipe: str
    state: State
    source: str = ""
    error: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Entry:
    """A part of a source, and the words its text was made of, packed (`pack`)."""

    part: Part
    words: bytes = b""


@dataclass(frozen=True)
class ParsedSource:
    """What reading a file gave: the source and its parts; `notes` are sentences for the person."""

    source: Source
    recipe: str
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


def pack(words: Sequence[Word]) -> bytes:
    return zlib.compress(json.dumps(words).encode()) if words else b""


class Catalog:
    """Opens (and makes, where missing) `path`. Usable from several threads and processes at once: what one thread is
    writing, no other sees before it is whole."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self._lock = threading.RLock()
        others = [path.parent / name for name in ("vectors", "pictures")]
        if path.is_file() and not path.stat().st_size and any(folder.exists() for folder in others):
            raise self._damaged("it is empty")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = sqlite3.connect(path, timeout=30, check_same_thread=False)
            self._writer.execute("PRAGMA journal_mode=WAL")
            self._prepare()
            self._db = sqlite3.connect(path, timeout=30, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise self._explained(error) from error

    def _prepare(self) -> None:
        """Opening a library that is there writes nothing."""
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise LibraryError(
                f"The library in {self._folder} was made by a later version of Exhibit.",
                "Install that version (pip install --upgrade), or set EXHIBIT_LIBRARY to another folder.",
            )
        if version == VERSION:
            return
        columns = [row[1] for row in self._writer.execute("PRAGMA table_info(files)")]
        if columns and "sha256" not in columns:  # made before November 2026
            self._writer.execute("ALTER TABLE files ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''")
        self._writer.executescript(_SCHEMA)
        self._writer.execute(f"PRAGMA user_version = {VERSION}")

    def _explained(self, error: Exception) -> LibraryError:
        """What SQLite or the system says, as an error with a next step."""
        if disk.is_full(error):
            return disk.full(self._folder)
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            return LibraryBusy(f"Another process is writing to {self._folder}.", "Wait for it, then try again.")
        if isinstance(error, OSError | sqlite3.OperationalError):
            return LibraryError(
                f"The library in {self._folder} cannot be opened: {error}.",
                "Set EXHIBIT_LIBRARY to a folder that can be written, or restore that file from a copy.",
            )
        return self._damaged(str(error))

    def _damaged(self, why: str) -> LibraryError:
        return LibraryError(
            f"The catalogue in {self._folder} is damaged: {why}.",
            f"Put catalog.sqlite back from a copy, or move {self._folder} away and index your documents again.",
        )

    def close(self) -> None:
        self._db.close()
        self._writer.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing."""
        try:
            with self._lock, self._writer:
                yield self._writer
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    def meta(self, name: str, default: str = "") -> str:
        row = self._row("SELECT value FROM meta WHERE name = ?", name)
        return str(row[0]) if row else default

    def put_meta(self, **values: str) -> None:
        with self._change() as db:
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    @property
    def library(self) -> str:
        """The library's id, made when it is first needed."""
        if not self.meta("library"):
            with self._change() as db:
                db.execute("INSERT OR IGNORE INTO meta VALUES ('library', ?)", (uuid.uuid4().hex[:16],))
        return self.meta("library")

    @property
    def redacts(self) -> bool:
        """Whether personal data is left out of what is indexed: what was asked for last. A library of before December
        2026 did not note it; its sources tell."""
        if noted := self.meta("redact"):
            return noted == "1"
        return self._row("SELECT 1 FROM sources WHERE json_extract(body, '$.redacted') LIMIT 1") is not None

    @property
    def changes(self) -> int:
        """Grows whenever something leaves: a search during which it grew may have missed what came instead."""
        return int(self.meta("changes", "0"))

    # files

    def file(self, path: str) -> FileRow | None:
        row = self._row(f"SELECT {_FILE} FROM files WHERE path = ?", path)
        return FileRow(*row) if row else None

    def files(self) -> list[FileRow]:
        return [FileRow(*row) for row in self._rows(f"SELECT {_FILE} FROM files ORDER BY path")]

    def put(self, parsed: Iterable[ParsedSource], rows: Iterable[FileRow], gone: Iterable[str] = ()) -> list[str]:
        """In one step: sources and file rows come, the paths `gone` go, and every source that no path has any more goes
        too. Those are returned; they are `pending` until their points are gone as well."""
        with self._change() as db:
            for one in parsed:
                self._put_source(db, one)
            replaced = {source for row in rows for source in self._put_file(db, row)}
            for path in gone:
                replaced |= {row[0] for row in db.execute("SELECT source FROM files WHERE path = ?", (path,))}
                db.execute("DELETE FROM files WHERE path = ?", (path,))
            return self._drop(db, [source for source in sorted(replaced - {"", None}) if not _has_path(db, source)])

    def drop(self, sources: Sequence[str]) -> None:
        """Sources, their items and all their paths leave together; `pending` until their points are gone."""
        with self._change() as db:
            self._drop(db, sources)
            db.executemany("DELETE FROM files WHERE source = ?", [(source,) for source in sources])

    def _put_file(self, db: sqlite3.Connection, row: FileRow) -> list[str]:
        before = [old[0] for old in db.execute("SELECT source FROM files WHERE path = ?", (row.path,))]
        values = (row.path, row.size, row.mtime_ns, row.recipe, row.state, row.source, row.error, row.sha256)
        db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        return before

    def _put_source(self, db: sqlite3.Connection, parsed: ParsedSource) -> None:
        source = parsed.source
        body = source.model_dump_json(exclude={"also"})
        db.execute("DELETE FROM items WHERE source = ?", (source.id,))
        db.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", (source.id, parsed.recipe, body))
        db.executemany(
            "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?)",
            [_item_row(source.id, entry.part, entry.words) for entry in parsed.entries],
        )
        db.execute("DELETE FROM pending WHERE source = ?", (source.id,))

    def _drop(self, db: sqlite3.Connection, sources: Sequence[str]) -> list[str]:
        for source in sources:
            pictures = db.execute(
                "SELECT json_extract(body, '$.image') FROM items WHERE source = ? AND kind = 'figure'", (source,)
            ).fetchall()
            paths = [disk.picture(row[0]) for row in pictures] + [disk.rendition(source)]
            digest = db.execute("SELECT json_extract(body, '$.sha256') FROM sources WHERE id = ?", (source,)).fetchone()
            if digest and digest[0]:
                paths.append(disk.original(digest[0]))
            db.executemany("INSERT OR IGNORE INTO garbage VALUES (?)", [(path.as_posix(),) for path in paths])
            db.execute("INSERT OR IGNORE INTO pending VALUES (?)", (source,))
            db.execute("DELETE FROM items WHERE source = ?", (source,))
            db.execute("DELETE FROM sources WHERE id = ?", (source,))
        if sources:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('changes', ?)", (self.changes + 1,))
        return list(sources)

    def distrust(self, sources: Sequence[str], paths: Sequence[str]) -> None:
        """Sources and files to be read again although they have not changed."""
        with self._change() as db:
            db.executemany("UPDATE sources SET recipe = '' WHERE id = ?", [(source,) for source in sources])
            db.executemany("UPDATE files SET recipe = '' WHERE source = ?", [(source,) for source in sources])
            db.executemany("UPDATE files SET recipe = '' WHERE path = ?", [(path,) for path in paths])

    def damage(self) -> str:
        """What SQLite finds wrong with the file; "" where it is whole."""
        found = str(self._rows("PRAGMA quick_check(1)")[0][0])
        return "" if found == "ok" else found

    # what a killed run left behind

    def begin(self, sources: Iterable[str]) -> None:
        """Notes that points of these sources may be in the store before their items are here."""
        with self._change() as db:
            db.executemany("INSERT OR IGNORE INTO pending VALUES (?)", [(source,) for source in sources])

    def pending(self) -> list[str]:
        """Sources whose writing or removing was cut short: no items, and perhaps points."""
        return [row[0] for row in self._rows("SELECT source FROM pending ORDER BY source")]

    def settle(self, sources: Iterable[str]) -> None:
        with self._change() as db:
            db.executemany("DELETE FROM pending WHERE source = ?", [(source,) for source in sources])

    def begin_rebuild(self, name: str) -> None:
        """A store is to be filled again (see `rebuilt`); nothing is in it yet."""
        with self._change() as db:
            db.execute("DELETE FROM again")
            db.execute("INSERT OR REPLACE INTO meta VALUES ('again', ?)", (name,))

    def end_rebuild(self, edition: int, version: int) -> None:
        """The store is full: it is the one that is searched from now on."""
        with self._change() as db:
            db.execute("DELETE FROM again")
            meta = {"again": "", "edition": str(edition), "points": str(version)}
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())

    def add_rebuilt(self, sources: Sequence[str]) -> None:
        with self._change() as db:
            db.executemany("INSERT OR IGNORE INTO again VALUES (?)", [(source,) for source in sources])

    def rebuilt(self) -> set[str]:
        """Sources whose points are in the store that is being filled."""
        return {row[0] for row in self._rows("SELECT source FROM again")}

    def garbage(self) -> list[str]:
        """Paths within the library's folder that sources left behind, without those that others show."""
        with self._change() as db:
            for statement in _STILL_USED:
                db.execute(statement)
        return [row[0] for row in self._rows("SELECT path FROM garbage")]

    def swept(self, paths: Iterable[str]) -> None:
        with self._change() as db:
            db.executemany("DELETE FROM garbage WHERE path = ?", [(path,) for path in paths])

    # sources

    def has(self, source: str) -> bool:
        """Whether a source is here and need not be read again."""
        return self._row("SELECT 1 FROM sources WHERE recipe <> '' AND id = ?", source) is not None

    @property
    def has_items(self) -> bool:
        """Whether there is anything that points are made of."""
        return self._row("SELECT 1 FROM items WHERE page IS NOT NULL LIMIT 1") is not None

    def source(self, source: str) -> Source:
        row = self._row("SELECT body FROM sources WHERE id = ?", source)
        if row is None:
            raise NotInLibrary(f"There is no source {source[:12]}… in the library.", "Type: exhibit library list")
        paths = self._rows("SELECT path FROM files WHERE source = ? ORDER BY path", source)
        return _placed(row[0], [path[0] for path in paths])

    def sources(self) -> list[Source]:
        """Every source, by its first path."""
        paths: dict[str, list[str]] = {}
        for source, path in self._rows("SELECT source, path FROM files ORDER BY path"):
            paths.setdefault(source, []).append(path)
        rows = self._rows("SELECT id, body FROM sources")
        return sorted((_placed(body, paths.get(id, [])) for id, body in rows), key=lambda source: source.uri)

    def recipes(self) -> dict[str, str]:
        """source id → the recipe it was read by."""
        return dict(self._rows("SELECT id, recipe FROM sources ORDER BY id"))

    # items

    def put_record(self, item: Item) -> None:
        """An API's reply, or rows of a table, stored so that later conversations can still cite them. What belongs to a
        source leaves with it; no page shows it."""
        source = None if isinstance(item, Record) else item.source_id
        with self._change() as db:
            row = (item.id, source, item.kind, None, item.model_dump_json(), None)
            db.execute("INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?, ?, ?)", row)

    def item(self, item: str) -> Item:
        found = self.items([item])
        if not found:
            raise NotInLibrary(
                f"'{item}' is no longer in the library.", "Its document was removed or changed: ask again."
            )
        return found[item]

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """Those of the ids that are here."""
        found: dict[str, Item] = {}
        for start in range(0, len(ids), _MAX_VALUES):
            some = ids[start : start + _MAX_VALUES]
            marks = ",".join("?" * len(some))
            rows = self._rows(f"SELECT id, body FROM items WHERE id IN ({marks})", *some)
            found.update((id, _parsed(body)) for id, body in rows)
        return found

    def items_of(self, source: str, kind: str = "") -> list[Item]:
        """The items of a source, in the order in which they were read."""
        sql = "SELECT body FROM items WHERE source = ? AND page IS NOT NULL AND ? IN ('', kind) ORDER BY rowid"
        return [_ITEM.validate_json(row[0]) for row in self._rows(sql, source, kind)]

    def tables(self) -> dict[str, list[str]]:
        """source id → ids of its tables, in the order in which they were read."""
        sql = "SELECT source, id FROM items WHERE kind = 'table' AND page IS NOT NULL ORDER BY source, rowid"
        found: dict[str, list[str]] = {}
        for source, item in self._rows(sql):
            found.setdefault(source, []).append(item)
        return found

    def on_page(self, source: str, page: int) -> list[Item]:
        """The items that have a region on a page, in the order in which they were read."""
        sql = (
            "SELECT body FROM items WHERE source = ? AND page <= ? AND (page = ? OR EXISTS (SELECT 1 FROM "
            "json_each(body, '$.regions') WHERE json_extract(value, '$.page') = ?)) ORDER BY rowid"
        )
        rows = self._rows(sql, source, page, page, page)
        return [_parsed(row[0]) for row in rows]

    def words(self, item: str) -> tuple[Word, ...]:
        row = self._row("SELECT words FROM items WHERE id = ?", item)
        if row is None or not row[0]:
            return ()
        return tuple(Word(w[0], w[1], tuple(w[2]), w[3]) for w in json.loads(zlib.decompress(row[0])))

    def pictures(self) -> dict[str, str]:
        """SHA-256 of every picture that an item shows → a source that shows it."""
        return dict(self._rows("SELECT json_extract(body, '$.image'), source FROM items WHERE kind = 'figure'"))

    def figures_of_picture(self, sha: str) -> list[Item]:
        """The figures that are this very picture (SHA-256 of its bytes): what was read of such a file, and those that
        show it."""
        sql = (
            "SELECT body FROM items WHERE kind = 'figure' AND page IS NOT NULL AND (json_extract(body, '$.image') = ? "
            "OR source IN (SELECT source FROM files WHERE sha256 = ?)) ORDER BY rowid"
        )
        return [_parsed(row[0]) for row in self._rows(sql, sha, sha)]

    def kinds(self) -> set[str]:
        """The kinds of items that there are; each is one look into an index."""
        found = "SELECT 1 FROM items WHERE kind = '{}' AND page IS NOT NULL LIMIT 1"  # a literal, for a partial index
        return {kind for kind in ("passage", "figure", "table") if self._db.execute(found.format(kind)).fetchone()}

    def counts(self) -> dict[str, dict[str, int]]:
        """source id → kind → number of items."""
        sql = "SELECT source, kind, COUNT(*) FROM items WHERE source IS NOT NULL AND page IS NOT NULL GROUP BY 1, 2"
        counts: dict[str, dict[str, int]] = {}
        for source, kind, number in self._rows(sql):
            counts.setdefault(source, {})[kind] = number
        return counts

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.ProgrammingError:  # a closed catalogue
            raise
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    def _row(self, sql: str, *values: Any) -> Any:
        """The first row, or None."""
        return next(iter(self._rows(sql, *values)), None)


def _has_path(db: sqlite3.Connection, source: str) -> bool:
    return db.execute("SELECT 1 FROM files WHERE source = ? LIMIT 1", (source,)).fetchone() is not None


def _item_row(source: str, item: Item, words: bytes) -> tuple[Any, ...]:
    page = item.regions[0].page if item.regions else None
    return item.id, source, item.kind, page, item.model_dump_json(), words or None


def _placed(body: str, paths: Sequence[str]) -> Source:
    """The source with the paths that have it now; one that was named after its file takes the name of that file."""
    source = Source.model_validate_json(body)
    if not paths:
        return source
    uri = source.uri if source.uri in paths else paths[0]
    title = Path(uri).name if source.title == Path(source.uri).name else source.title
    also = tuple(path for path in paths if path != uri)
    return source.model_copy(update={"uri": uri, "title": title, "also": also})


@lru_cache(maxsize=4096)
def _parsed(body: str) -> Item:
    """Items are frozen: one that was parsed before, as in every step of a turn, is not parsed again."""
    return _ITEM.validate_json(body)
