"""The library's memory in SQLite: which files were read, and every item with the words it stands on.

The catalogue is the truth; vectors are an index of it. A source and its items change in one transaction.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from tools.errors import LibraryError, NotInLibrary
from tools.library.evidence import Item, Part, Record, Source, Word

State = Literal["indexed", "failed"]
_ITEM: TypeAdapter[Item] = TypeAdapter(Item)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, recipe TEXT NOT NULL,
    state TEXT NOT NULL, source TEXT, error TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS sources (id TEXT PRIMARY KEY, recipe TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    id TEXT PRIMARY KEY, source TEXT, kind TEXT NOT NULL, page INTEGER, body TEXT NOT NULL, words BLOB);
CREATE INDEX IF NOT EXISTS items_by_place ON items (source, page);
CREATE TABLE IF NOT EXISTS pending (source TEXT PRIMARY KEY);
"""


@dataclass(frozen=True)
class FileRow:
    """A path as it was when it was last read. `recipe` is all that the result depends on besides the bytes:
    parser version and the text of a paired file. `source` is "" where it could not be read."""

    path: str
    size: int
    mtime_ns: int
    recipe: str
    state: State
    source: str = ""
    error: str = ""


@dataclass(frozen=True)
class Entry:
    """A part of a source and the words its text was made of."""

    part: Part
    words: tuple[Word, ...] = ()


class Catalog:
    """Opens (and makes, where missing) `path`. Usable from several threads and processes at once."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=30, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise LibraryError(
                f"The library in {path.parent} cannot be opened: {error}.",
                "Set EXHIBIT_LIBRARY to a folder that can be written, or restore that file from a copy.",
            ) from error

    def close(self) -> None:
        self._db.close()

    # files

    def file(self, path: str) -> FileRow | None:
        row = self._db.execute(
            "SELECT path, size, mtime_ns, recipe, state, source, error FROM files WHERE path = ?", (path,)
        ).fetchone()
        return FileRow(*row) if row else None

    def files(self) -> list[FileRow]:
        rows = self._db.execute(
            "SELECT path, size, mtime_ns, recipe, state, source, error FROM files ORDER BY path"
        )
        return [FileRow(*row) for row in rows]

    def put_file(self, row: FileRow) -> None:
        """Remembers the path; what it held before stays until `forget` (another path may still hold it)."""
        with self._db:
            self._put_file(row)

    def distrust(self) -> None:
        """Forgets that files and sources were read, so that the next run reads them again."""
        with self._db:
            self._db.execute("UPDATE files SET recipe = ''")
            self._db.execute("UPDATE sources SET recipe = ''")

    def forget_file(self, path: str) -> None:
        with self._db:
            self._db.execute("DELETE FROM files WHERE path = ?", (path,))

    def _put_file(self, row: FileRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
            (row.path, row.size, row.mtime_ns, row.recipe, row.state, row.source, row.error),
        )

    # sources

    def begin(self, source: str) -> None:
        """Notes that points of this source may be in the store before its items are here."""
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO pending VALUES (?)", (source,))

    def pending(self) -> list[str]:
        """Sources whose writing or removing was cut short."""
        return [row[0] for row in self._db.execute("SELECT source FROM pending")]

    def settle(self, source: str) -> None:
        with self._db:
            self._db.execute("DELETE FROM pending WHERE source = ?", (source,))

    def put_source(self, source: Source, recipe: str, entries: Iterable[Entry], row: FileRow) -> None:
        """Source, items and file row in one transaction; replaces what the source had."""
        with self._db:
            self._db.execute("DELETE FROM items WHERE source = ?", (source.id,))
            self._db.execute(
                "INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", (source.id, recipe, source.model_dump_json())
            )
            for entry in entries:
                self._put_item(source.id, entry.part, entry.words)
            self._put_file(row)
            self._db.execute("DELETE FROM pending WHERE source = ?", (source.id,))

    def _put_item(self, source: str | None, item: Item, words: Sequence[Word]) -> None:
        page = item.regions[0].page if item.regions else None
        packed = zlib.compress(json.dumps(words).encode()) if words else None
        self._db.execute(
            "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?)",
            (item.id, source, item.kind, page, item.model_dump_json(), packed),
        )

    def put_record(self, item: Record) -> None:
        """An API reply, kept so that tomorrow's conversation can still cite it."""
        with self._db:
            self._put_item(None, item, ())

    def has_source(self, source: str, recipe: str) -> bool:
        row = self._db.execute("SELECT recipe FROM sources WHERE id = ?", (source,)).fetchone()
        return row is not None and row[0] == recipe

    def source(self, source: str) -> Source:
        row = self._db.execute("SELECT body FROM sources WHERE id = ?", (source,)).fetchone()
        if row is None:
            raise NotInLibrary(f"There is no source {source[:12]}… in the library.", "Type: exhibit library list")
        return Source.model_validate_json(row[0])

    def sources(self) -> list[Source]:
        rows = self._db.execute("SELECT body FROM sources ORDER BY json_extract(body, '$.uri')")
        return [Source.model_validate_json(row[0]) for row in rows]

    def drop_source(self, source: str) -> None:
        """Source, items and every path that held it leave together; `pending` until its points are gone too."""
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO pending VALUES (?)", (source,))
            self._db.execute("DELETE FROM items WHERE source = ?", (source,))
            self._db.execute("DELETE FROM sources WHERE id = ?", (source,))
            self._db.execute("DELETE FROM files WHERE source = ?", (source,))

    def unheld(self) -> list[str]:
        """Sources that no path holds any more."""
        rows = self._db.execute("SELECT id FROM sources WHERE id NOT IN (SELECT source FROM files)")
        return [row[0] for row in rows]

    # items

    def item(self, item: str) -> Item:
        found = self.items([item])
        if not found:
            raise NotInLibrary(
                f"'{item}' is no longer in the library.", "Its document was removed or changed: ask again."
            )
        return found[item]

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """Those of the ids that are held."""
        marks = ",".join("?" * len(ids))
        rows = self._db.execute(f"SELECT id, body FROM items WHERE id IN ({marks})", list(ids))
        return {row[0]: _parsed(row[1]) for row in rows}

    def on_page(self, source: str, page: int) -> list[Item]:
        """The items that start on a page, in the order in which they were read."""
        rows = self._db.execute(
            "SELECT body FROM items WHERE source = ? AND page = ? ORDER BY rowid", (source, page)
        )
        return [_parsed(row[0]) for row in rows]

    def words(self, item: str) -> tuple[Word, ...]:
        row = self._db.execute("SELECT words FROM items WHERE id = ?", (item,)).fetchone()
        if row is None or row[0] is None:
            return ()
        return tuple(Word(w[0], w[1], tuple(w[2]), w[3]) for w in json.loads(zlib.decompress(row[0])))

    def pictures_only_of(self, source: str) -> list[str]:
        """SHA-256 of the pictures that no other source shows."""
        of = "SELECT json_extract(body, '$.image') FROM items WHERE kind = 'figure' AND source"
        return [row[0] for row in self._db.execute(f"{of} = ? EXCEPT {of} <> ?", (source, source))]

    def counts(self) -> dict[str, dict[str, int]]:
        """source id → kind → number of items."""
        rows = self._db.execute(
            "SELECT source, kind, COUNT(*) FROM items WHERE source IS NOT NULL GROUP BY source, kind"
        )
        counts: dict[str, dict[str, int]] = {}
        for source, kind, number in rows:
            counts.setdefault(source, {})[kind] = number
        return counts


@lru_cache(maxsize=4096)
def _parsed(body: str) -> Item:
    """Items are frozen: one that was read before, as every step of a turn does, is read no second time."""
    return _ITEM.validate_json(body)
