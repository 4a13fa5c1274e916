"""The small databases beside the library: how they are opened, and what is said where one is damaged or locked."""

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.errors import ExhibitError, LibraryBusy, LibraryError
from tools.library.store import disk

WAIT = 30.0
"""Seconds that another process may keep a database locked; a write takes milliseconds."""
UNREADABLE = (sqlite3.DatabaseError, OSError, ValueError, TypeError, KeyError, NotImplementedError)
"""What SQLite, the file system and the reading of a value raise where a file is not what it should be."""


def connect(path: Path) -> sqlite3.Connection:
    """Any thread may use it. Raises LibraryError, LibraryBusy and DiskFull."""
    with explained(path):
        return sqlite3.connect(path, timeout=WAIT, check_same_thread=False)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """What goes wrong with the database at `path`, as an error that says what to type."""
    try:
        yield
    except sqlite3.ProgrammingError:  # ours, such as the use of a closed connection
        raise
    except UNREADABLE as error:
        raise _error(path, error) from error


def _error(path: Path, error: Exception) -> ExhibitError:
    code = getattr(error, "sqlite_errorcode", None)
    kind = None if code is None else code & 0xFF  # the rest says more of the same
    if disk.is_full(error):
        return disk.full(path.parent)
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusy(f"Another process keeps {path} locked.", "Wait for it to end, or end it, then ask again.")
    name = shlex.quote(str(path))
    if not path.is_dir() and (isinstance(error, OSError) or kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)):
        return LibraryError(f"{path} cannot be opened or written ({error}).", f"Type: chmod u+rw {name}")
    folder = shlex.quote(str(path.parent / "damaged"))
    reason = error if isinstance(error, sqlite3.Error) else "a later version may have written it"
    what = "is a folder" if path.is_dir() else f"is damaged ({reason})"
    step = f"Restore it from a copy; or begin a new one: mkdir -p {folder} && mv {name}* {folder}"
    return LibraryError(f"{path} {what}.", step)
