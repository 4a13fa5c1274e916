"""The library's memory in SQLite: which files were read, and every item with the words it stands on.

The catalogue is the truth; vectors are an index of it. What a path holds changes in one transaction: what is new comes
and what nothing holds any more goes, so that whoever looks sees the one or the other.
"""

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from tools.errors import LibraryError, NotInLibrary
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
_STILL_SHOWN = (
    "DELETE FROM garbage WHERE path LIKE 'pictures/%' AND substr(path, 13) IN "
    "(SELECT json_extract(body, '$.image') FROM items WHERE kind = 'figure')",
    "DELETE FROM garbage WHERE path LIKE 'renditions/%' AND substr(path, 12, 64) IN (SELECT id FROM sources)",
    "DELETE FROM garbage WHERE path LIKE 'originals/%' AND substr(path, 11, 64) IN (SELECT sha256 FROM files)",
)
"""What is no garbage after all: another source came to show it."""
_AT_ONCE = 500
"""Values that one statement names; SQLite takes 32,766."""


@dataclass(frozen=True)
class FileRow:
    """A path as it was when it was last read. `recipe` is all that the result depends on besides the bytes (see
    `reading.recipe`), "" where it has to be tried again; `source` is "" where it could not be read."""

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
class Reading:
    """What reading a file gave."""

    source: Source
    recipe: str
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = field(default=())


def pack(words: Sequence[Word]) -> bytes:
    return zlib.compress(json.dumps(words).encode()) if words else b""


class Catalog:
    """Opens (and makes, where missing) `path`. Usable from several threads and processes at once: what one thread is
    writing, no other sees before it is whole."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = sqlite3.connect(path, timeout=30, check_same_thread=False)
            self._writer.execute("PRAGMA journal_mode=WAL")
            self._prepare()
            self._db = sqlite3.connect(path, timeout=30, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            if disk.is_full(error):
                raise disk.full(path.parent) from error
            raise LibraryError(
                f"The library in {path.parent} cannot be opened: {error}.",
                "Set EXHIBIT_LIBRARY to a folder that can be written, or restore that file from a copy.",
            ) from error

    def _prepare(self) -> None:
        """Opening a library that is there writes nothing."""
        if self._writer.execute("PRAGMA user_version").fetchone()[0] == 1:
            return
        columns = [row[1] for row in self._writer.execute("PRAGMA table_info(files)")]
        if columns and "sha256" not in columns:  # made before November 2026
            self._writer.execute("ALTER TABLE files ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''")
        self._writer.executescript(_SCHEMA)
        self._writer.execute("PRAGMA user_version = 1")

    def close(self) -> None:
        self._db.close()
        self._writer.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing."""
        try:
            with self._lock, self._writer:
                yield self._writer
        except sqlite3.OperationalError as error:
            if disk.is_full(error):
                raise disk.full(self._folder) from error
            raise

    def meta(self, name: str, default: str = "") -> str:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def put_meta(self, **values: str) -> None:
        with self._change() as db:
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    @property
    def changes(self) -> int:
        """Grows whenever something leaves: a search during which it grew may have missed what came instead."""
        return int(self.meta("changes", "0"))

    # files

    def file(self, path: str) -> FileRow | None:
        row = self._db.execute(f"SELECT {_FILE} FROM files WHERE path = ?", (path,)).fetchone()
        return FileRow(*row) if row else None

    def files(self) -> list[FileRow]:
        return [FileRow(*row) for row in self._db.execute(f"SELECT {_FILE} FROM files ORDER BY path").fetchall()]

    def put(self, readings: Iterable[Reading], rows: Iterable[FileRow], gone: Iterable[str] = ()) -> list[str]:
        """In one step: readings and file rows come, the paths `gone` go, and every source that no path holds any more
        goes too. Those are returned; they are `pending` until their points are gone as well."""
        with self._change() as db:
            for reading in readings:
                self._put_reading(db, reading)
            replaced = {source for row in rows for source in self._put_file(db, row)}
            for path in gone:
                replaced |= {row[0] for row in db.execute("SELECT source FROM files WHERE path = ?", (path,))}
                db.execute("DELETE FROM files WHERE path = ?", (path,))
            return self._drop(db, [source for source in sorted(replaced - {"", None}) if not _held(db, source)])

    def drop(self, sources: Sequence[str]) -> None:
        """Sources, their items and every path that held them leave together; `pending` until their points are gone."""
        with self._change() as db:
            self._drop(db, sources)
            db.executemany("DELETE FROM files WHERE source = ?", [(source,) for source in sources])

    def _put_file(self, db: sqlite3.Connection, row: FileRow) -> list[str]:
        before = [old[0] for old in db.execute("SELECT source FROM files WHERE path = ?", (row.path,))]
        values = (row.path, row.size, row.mtime_ns, row.recipe, row.state, row.source, row.error, row.sha256)
        db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        return before

    def _put_reading(self, db: sqlite3.Connection, reading: Reading) -> None:
        source = reading.source
        body = source.model_dump_json(exclude={"also"})
        db.execute("DELETE FROM items WHERE source = ?", (source.id,))
        db.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", (source.id, reading.recipe, body))
        db.executemany(
            "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?)",
            [_row(source.id, entry.part, entry.words) for entry in reading.entries],
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
        found = str(self._db.execute("PRAGMA quick_check(1)").fetchone()[0])
        return "" if found == "ok" else found

    # what a killed run left behind

    def begin(self, sources: Iterable[str]) -> None:
        """Notes that points of these sources may be in the store before their items are here."""
        with self._change() as db:
            db.executemany("INSERT OR IGNORE INTO pending VALUES (?)", [(source,) for source in sources])

    def pending(self) -> list[str]:
        """Sources whose writing or removing was cut short: no items, and perhaps points."""
        return [row[0] for row in self._db.execute("SELECT source FROM pending ORDER BY source").fetchall()]

    def settle(self, sources: Iterable[str]) -> None:
        with self._change() as db:
            db.executemany("DELETE FROM pending WHERE source = ?", [(source,) for source in sources])

    def begin_again(self, name: str) -> None:
        """A store is to be filled anew (see `again`); nothing is in it yet. "" when it is done."""
        with self._change() as db:
            db.execute("DELETE FROM again")
            db.execute("INSERT OR REPLACE INTO meta VALUES ('again', ?)", (name,))

    def done_again(self, sources: Sequence[str]) -> None:
        with self._change() as db:
            db.executemany("INSERT OR IGNORE INTO again VALUES (?)", [(source,) for source in sources])

    def again(self) -> set[str]:
        """Sources whose points are in the store that is being filled."""
        return {row[0] for row in self._db.execute("SELECT source FROM again").fetchall()}

    def garbage(self) -> list[str]:
        """Paths within the library's folder that sources left behind, less what others show."""
        with self._change() as db:
            for statement in _STILL_SHOWN:
                db.execute(statement)
        return [row[0] for row in self._db.execute("SELECT path FROM garbage").fetchall()]

    def swept(self, paths: Iterable[str]) -> None:
        with self._change() as db:
            db.executemany("DELETE FROM garbage WHERE path = ?", [(path,) for path in paths])

    # sources

    def held(self, sources: Sequence[str]) -> set[str]:
        """Those of the sources that are here and need not be read again."""
        rows = self._among("SELECT id FROM sources WHERE recipe <> '' AND id IN ({})", sources)
        return {row[0] for row in rows}

    def source(self, source: str) -> Source:
        row = self._db.execute("SELECT body FROM sources WHERE id = ?", (source,)).fetchone()
        if row is None:
            raise NotInLibrary(f"There is no source {source[:12]}… in the library.", "Type: exhibit library list")
        paths = self._db.execute("SELECT path FROM files WHERE source = ? ORDER BY path", (source,)).fetchall()
        return _placed(row[0], [path[0] for path in paths])

    def sources(self) -> list[Source]:
        """Every source, by its first path."""
        paths: dict[str, list[str]] = {}
        for source, path in self._db.execute("SELECT source, path FROM files ORDER BY path").fetchall():
            paths.setdefault(source, []).append(path)
        rows = self._db.execute("SELECT id, body FROM sources").fetchall()
        return sorted((_placed(body, paths.get(id, [])) for id, body in rows), key=lambda source: source.uri)

    def recipes(self) -> dict[str, str]:
        """source id → the recipe it was read by."""
        return dict(self._db.execute("SELECT id, recipe FROM sources ORDER BY id").fetchall())

    # items

    def put_record(self, item: Item) -> None:
        """An API's reply, or rows of a table, kept so that tomorrow's conversation can still cite them. What belongs to
        a source leaves with it; no page shows it."""
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
        """Those of the ids that are held."""
        rows = self._among("SELECT id, body FROM items WHERE id IN ({})", ids)
        return {row[0]: _parsed(row[1]) for row in rows}

    def items_of(self, source: str, kind: str = "") -> list[Item]:
        """The items of a source, in the order in which they were read."""
        rows = self._db.execute(
            "SELECT body FROM items WHERE source = ? AND page IS NOT NULL AND ? IN ('', kind) ORDER BY rowid",
            (source, kind),
        )
        return [_ITEM.validate_json(row[0]) for row in rows.fetchall()]

    def tables(self) -> dict[str, list[str]]:
        """source id → ids of its tables, in the order in which they were read."""
        rows = self._db.execute(
            "SELECT source, id FROM items WHERE kind = 'table' AND page IS NOT NULL ORDER BY source, rowid"
        )
        found: dict[str, list[str]] = {}
        for source, item in rows.fetchall():
            found.setdefault(source, []).append(item)
        return found

    def on_page(self, source: str, page: int) -> list[Item]:
        """The items that start on a page, in the order in which they were read."""
        rows = self._db.execute("SELECT body FROM items WHERE source = ? AND page = ? ORDER BY rowid", (source, page))
        return [_parsed(row[0]) for row in rows.fetchall()]

    def words(self, item: str) -> tuple[Word, ...]:
        row = self._db.execute("SELECT words FROM items WHERE id = ?", (item,)).fetchone()
        if row is None or not row[0]:
            return ()
        return tuple(Word(w[0], w[1], tuple(w[2]), w[3]) for w in json.loads(zlib.decompress(row[0])))

    def pictures(self) -> dict[str, str]:
        """SHA-256 of every picture that an item shows → a source that shows it."""
        rows = self._db.execute("SELECT json_extract(body, '$.image'), source FROM items WHERE kind = 'figure'")
        return dict(rows.fetchall())

    def kinds(self) -> set[str]:
        """The kinds of items that there are; each is one look into an index."""
        found = "SELECT 1 FROM items WHERE kind = '{}' AND page IS NOT NULL LIMIT 1"  # a literal, for a partial index
        return {kind for kind in ("passage", "figure", "table") if self._db.execute(found.format(kind)).fetchone()}

    def counts(self) -> dict[str, dict[str, int]]:
        """source id → kind → number of items."""
        rows = self._db.execute(
            "SELECT source, kind, COUNT(*) FROM items WHERE source IS NOT NULL AND page IS NOT NULL GROUP BY 1, 2"
        )
        counts: dict[str, dict[str, int]] = {}
        for source, kind, number in rows.fetchall():
            counts.setdefault(source, {})[kind] = number
        return counts

    def _among(self, statement: str, values: Sequence[str]) -> list[Any]:
        """Rows of a statement whose {} is a list of values, however many; one statement where they are few."""
        rows: list[Any] = []
        for start in range(0, len(values), _AT_ONCE):
            some = list(values[start : start + _AT_ONCE])
            rows += self._db.execute(statement.format(",".join("?" * len(some))), some).fetchall()
        return rows


def _held(db: sqlite3.Connection, source: str) -> bool:
    return db.execute("SELECT 1 FROM files WHERE source = ? LIMIT 1", (source,)).fetchone() is not None


def _row(source: str, item: Item, words: bytes) -> tuple[Any, ...]:
    page = item.regions[0].page if item.regions else None
    return item.id, source, item.kind, page, item.model_dump_json(), words or None


def _placed(body: str, paths: Sequence[str]) -> Source:
    """The source with the paths that hold it now; one that was named after its file bears the name that file has."""
    source = Source.model_validate_json(body)
    if not paths:
        return source
    uri = source.uri if source.uri in paths else paths[0]
    title = Path(uri).name if source.title == Path(source.uri).name else source.title
    also = tuple(path for path in paths if path != uri)
    return source.model_copy(update={"uri": uri, "title": title, "also": also})


@lru_cache(maxsize=4096)
def _parsed(body: str) -> Item:
    """Items are frozen: one that was read before, as every step of a turn does, is read no second time."""
    return _ITEM.validate_json(body)
