"""What was read in pictures, kept beside the library: a picture and a question are never paid for twice."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

_TABLE = """
CREATE TABLE IF NOT EXISTS observations (
    image TEXT, question TEXT, caption TEXT, model TEXT, reading TEXT NOT NULL,
    PRIMARY KEY (image, question, caption, model)
)
"""


class Observations:
    """Readings by picture (SHA-256), question, caption and model. Without a path they last as long as the process."""

    def __init__(self, path: Path | None = None) -> None:
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.execute(_TABLE)

    def close(self) -> None:
        self._db.close()

    def forget_unless(self, held: Callable[[str], bool]) -> None:
        """Drops the readings of pictures that have gone: what is removed from the library is remembered nowhere."""
        gone = [image for (image,) in self._db.execute("SELECT DISTINCT image FROM observations") if not held(image)]
        self._db.executemany("DELETE FROM observations WHERE image = ?", [(image,) for image in gone])

    def read(self, image: str, question: str, caption: str, model: str, look: Callable[[], str]) -> str:
        """The reading that is kept, or what `look` finds, which is kept from then on. What `look` raises is not."""
        key = (image, " ".join(question.split()).casefold(), caption, model)
        where = "image = ? AND question = ? AND caption = ? AND model = ?"
        with closing(self._db.execute(f"SELECT reading FROM observations WHERE {where}", key)) as rows:
            row = rows.fetchone()
        if row is not None:
            return str(row[0])
        reading = look()
        self._db.execute("INSERT OR REPLACE INTO observations VALUES (?, ?, ?, ?, ?)", (*key, reading))
        return reading
