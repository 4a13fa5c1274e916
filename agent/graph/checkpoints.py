"""Conversations on disk: LangGraph's checkpoints in SQLite, the last one of each, and one turn at a time."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import Cursor
from typing import Any

import ormsgpack
from filelock import FileLock, Timeout
from langgraph.checkpoint.serde.jsonplus import EXT_PYDANTIC_V2, JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from pydantic import BaseModel

from agent.answer import Answer, Citation, Claim, Place, Verdict
from agent.graph import database
from agent.llm.protocol import Call, Decision, Draft, Turn
from tools.errors import LibraryBusy
from tools.library.evidence import Evidence, Region

KINDS: tuple[type[BaseModel], ...] = (
    *(Answer, Citation, Claim, Place, Verdict),
    *(Call, Decision, Draft, Turn),
    *(Evidence, Region),
)
"""Every class of ours that a checkpoint may hold."""
RENAMED = {"agent.state": "agent.llm.protocol", "agent.graph.state": "agent.llm.protocol"}
"""Modules of which a checkpoint made by an earlier version says that its classes come from there."""
_CLASSES = {(kind.__module__, kind.__name__): kind for kind in KINDS}
_LANGCHAIN = JsonPlusSerializer(allowed_msgpack_modules=None)
"""Reads what is not ours: messages, and plain types. It makes nothing of any other class."""
_KEEP_THE_LAST = """
CREATE TRIGGER IF NOT EXISTS keep_the_last AFTER INSERT ON checkpoints BEGIN
    DELETE FROM checkpoints WHERE thread_id = NEW.thread_id AND checkpoint_id <> NEW.checkpoint_id;
    DELETE FROM writes WHERE thread_id = NEW.thread_id AND checkpoint_id <> NEW.checkpoint_id;
END
"""


class Checkpoints(SqliteSaver):
    """LangGraph's saver, with three differences.

    Of each conversation it keeps the checkpoint that was written last: each holds the whole conversation, and fifty
    turns would take fifty times the space. Written last, not the one whose id says the latest time: clocks are set
    back. Damage is an error that says what to type. And a conversation has `one_turn` at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(database.connect(path), serde=JsonPlusSerializer(__unpack_ext_hook__=_revive))
        try:
            with self.cursor(transaction=False):  # whatever is wrong with the file is said now
                pass
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.conn.close()

    def setup(self) -> None:
        """Called by the saver before each use; the tables and the trigger are made once."""
        if not self.is_setup:
            super().setup()
            self.conn.execute(_KEEP_THE_LAST)

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[Cursor]:
        """What the saver does everything through."""
        with database.explained(self._path), super().cursor(transaction) as cursor:
            yield cursor

    @contextmanager
    def one_turn(self, thread: str, seconds: float) -> Iterator[None]:
        """Other threads and processes that want a turn of this conversation wait until the block is left; LibraryBusy
        after `seconds`. The lock of a killed process is released by the system."""
        path = self._path.with_name(f"turn-{hashlib.sha256(thread.encode()).hexdigest()[:16]}.lock")
        lock = FileLock(path, thread_local=False)  # a stream may be read by one thread after another
        with database.explained(path):
            try:
                lock.acquire(timeout=seconds)
            except Timeout as error:
                raise LibraryBusy(
                    f"The conversation {thread} has been answering another question for {seconds:.0f} s.",
                    "Ask again later, or in another conversation: --thread NAME.",
                ) from error
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()  # while it is locked: whoever waits for it notices, and makes a new one
            lock.release()


def _revive(code: int, data: bytes) -> Any:
    """An object of a checkpoint. Raises ValueError for a class of ours that this version does not know."""
    if code == EXT_PYDANTIC_V2:
        module, name, fields, _ = ormsgpack.unpackb(data, ext_hook=_revive, option=ormsgpack.OPT_NON_STR_KEYS)
        kind = _CLASSES.get((RENAMED.get(module, module), name))
        if kind is not None:
            return kind(**fields)
        if module.startswith(("agent.", "tools.")):
            raise ValueError(f"this version has no {module}.{name}")
    return _LANGCHAIN.loads_typed(("msgpack", ormsgpack.packb(ormsgpack.Ext(code, data))))
