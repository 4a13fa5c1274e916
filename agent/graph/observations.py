"""What was read in pictures, kept beside the library: a picture and a question are never paid for twice."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from agent.graph import database

_TABLE = """
CREATE TABLE IF NOT EXISTS observations (
    image TEXT, question TEXT, caption TEXT, model TEXT, reading TEXT NOT NULL,
    PRIMARY KEY (image, question, caption, model)
)
"""


class Observations:
    """Readings by picture (SHA-256), question, caption and model. Without a path they last as long as the process."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or Path(":memory:")
        self._db = database.connect(self._path)
        self._db.isolation_level = None  # each statement is a transaction
        try:
            self._execute(_TABLE)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._db.close()

    def forget_unless(self, is_there: Callable[[str], bool]) -> None:
        """Drops the readings of pictures that have gone: what is removed from the library is remembered nowhere."""
        for (image,) in self._execute("SELECT DISTINCT image FROM observations"):
            if not is_there(image):
                self._execute("DELETE FROM observations WHERE image = ?", image)

    def read(self, image: str, question: str, caption: str, model: str, look: Callable[[], str]) -> str:
        """The reading that is kept, or what `look` finds, which is kept from then on. What `look` raises is not."""
        key = (image, " ".join(question.split()).casefold(), caption, model)
        where = "image = ? AND question = ? AND caption = ? AND model = ?"
        rows = self._execute(f"SELECT reading FROM observations WHERE {where}", *key)
        if rows:
            return str(rows[0][0])
        reading = look()
        self._execute("INSERT OR REPLACE INTO observations VALUES (?, ?, ?, ?, ?)", *key, reading)
        return reading

    def _execute(self, statement: str, *values: str) -> list[sqlite3.Row]:
        with database.explained(self._path):
            return self._db.execute(statement, values).fetchall()
