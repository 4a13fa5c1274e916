"""Processes take turns with an Edge folder, which only one of them can have open: each keeps it until another waits."""

import os
import random
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from tools.errors import LibraryBusy, LibraryError
from tools.library.store import disk

PATIENCE = 180.0
"""Seconds that a process waits for its turn. Everything but `optimize` takes a second or two at the most; of 40,000
points that took 93 seconds on a machine with far more to do than it had cores."""
LEAST = 0.5
"""Seconds that a turn lasts although another process waits: a whole search, where opening takes a tenth to a second."""
LOOK = 0.05
"""Seconds between two looks: whether the folder is free, and whether anybody waits for it."""


class Turn:
    """A lock between processes, which the system releases when its process dies. Who waits for it sets the time of its
    file, so that who has it knows."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "turn.lock"
        self._lock: sqlite3.Connection | None = None
        self._touched_at = 0
        self._taken_at = 0.0
        self._gave_way = False

    def take(self) -> None:
        """Raises LibraryBusy where it does not come in PATIENCE seconds."""
        if self._gave_way:
            time.sleep(2 * LOOK)  # or who waits, and looks only now and then, would never find it free
        self._gave_way = False
        deadline = time.monotonic() + PATIENCE
        while not self._try():
            if time.monotonic() > deadline:
                raise LibraryBusy(
                    f"Another process has used {self._file.parent} for {PATIENCE:.0f} seconds.",
                    "Wait for it to end, or let many share one: run a Qdrant server, type "
                    "exhibit library move --to http://127.0.0.1:6333 and set EXHIBIT_QDRANT_URL to it.",
                )
            with suppress(OSError):
                os.utime(self._file)
            time.sleep(LOOK * random.uniform(0.2, 1.0))
        self._touched_at, self._taken_at = self._touched(), time.monotonic()

    def _try(self) -> bool:
        lock = None
        try:
            lock = sqlite3.connect(self._file, timeout=0, isolation_level=None, check_same_thread=False)
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if lock:
                lock.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                return False
            if disk.is_full(error):
                raise disk.full(self._file.parent) from error
            if not self._file.parent.is_dir():
                raise FileNotFoundError(f"There is no folder {self._file.parent}.") from error
            raise LibraryError(
                f"{self._file.parent} cannot be used: {error}.", "Allow writing to it (chmod u+rwx), then try again."
            ) from error
        self._lock = lock
        return True

    @property
    def is_over(self) -> bool:
        """Whether another process waits for it, or its folder was deleted, and it has lasted long enough."""
        return time.monotonic() - self._taken_at > LEAST and self._touched() != self._touched_at

    def _touched(self) -> int:
        try:
            return self._file.stat().st_mtime_ns
        except OSError:
            return 0

    def give_way(self) -> None:
        self.end()
        self._gave_way = True

    def end(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None
