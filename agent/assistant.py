"""Assistant: the programmatic door, and the only place where settings, library, tools, model and graph meet."""

import sqlite3
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

import tools
from agent import settings
from agent.answer import Answer
from agent.events import Answered, Event
from agent.graph import build
from agent.graph.observations import Observations
from agent.graph.state import RuntimeContext
from agent.llm import models
from agent.llm.protocol import Turn
from agent.settings import Settings
from tools import http_api
from tools.errors import QuestionError
from tools.library.library import open_picture

LONGEST_QUESTION = 2000
NOUNS = [
    *(("agent.answer", name) for name in ("Answer", "Citation", "Claim", "Place", "Verdict")),
    *(("agent.llm.protocol", name) for name in ("Call", "Decision", "Turn")),
    *(("tools.library.evidence", name) for name in ("Evidence", "Region")),
]
"""Every class a checkpoint may hold; anything else in one is not brought to life."""


class Assistant:
    """Asks questions of one library. Threads are conversations: they live in the library's folder.

        with Assistant() as assistant:
            answer = assistant.ask("How much oil does the gearbox take?")

    Raises NoLibrary and SettingsError at the start; LibraryBusy, EncoderMismatch and ModelError while asking.
    """

    def __init__(self, settings_in_force: Settings | None = None, **given: Any) -> None:
        """`given` are settings by name, for example Assistant(library="manuals", model="ollama/gemma4")."""
        self.settings = settings_in_force or settings.read(**given)
        self.library = self.settings.open_library()
        try:
            self.context = RuntimeContext(
                model=models.load(self.settings, self.library.similarity),
                library=self.library,
                tools=tools.build(self.library, http_api.load(self.settings.apis)),
                observations=self._observations(),
                max_steps=self.settings.max_steps,
                max_rounds=self.settings.max_rounds,
                max_seconds=self.settings.max_seconds,
                look=self.settings.look,
                judge=self.settings.judge,
                layers=self.settings.validator_layers,
            )
        except Exception:
            self.library.close()
            raise
        self._db = sqlite3.connect(self.settings.library / "conversations.sqlite", check_same_thread=False)
        self._saver = SqliteSaver(self._db, serde=JsonPlusSerializer(allowed_msgpack_modules=NOUNS))
        self.graph = build.build(self._saver)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()
        self.context.observations.close()
        self.library.close()

    def ask(self, question: str, *, image: Path | str | None = None, thread: str | None = None) -> Answer:
        """One turn. Without `thread` it stands alone; with one it goes on where that conversation stopped."""
        for event in self.stream(question, image=image, thread=thread):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("the graph ended without an answer")

    def stream(self, question: str, *, image: Path | str | None = None, thread: str | None = None) -> Iterator[Event]:
        """Events as they happen (see `agent.events`); the last one is `Answered`. A claim is `Confirmed` when it holds
        while the rest is still being written, `Checked` once all are written.
        """
        thread = thread or new_thread()
        start, config = self._turn(question, image, thread)
        answer: Answer | None = None
        try:
            for chunk in self.graph.stream(
                start, config, context=self.context, stream_mode="custom", durability="exit"
            ):  # one checkpoint a turn: what is kept grows with the answers, not with the steps
                event = cast(Event, chunk)
                if isinstance(event, Answered):  # it waits until the conversation is written down
                    answer = event.answer
                else:
                    yield event
        finally:
            self._tidy(thread)
        assert answer is not None, "the graph ended without an answer"
        yield Answered(answer=answer.model_copy(update={"thread": thread}))

    def steps(
        self, question: str, *, image: Path | str | None = None, thread: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """One turn, node by node: its name and what it changed of the `State`. For whoever measures a turn."""
        start, config = self._turn(question, image, thread)
        try:
            for done in self.graph.stream(
                start, config, context=self.context, stream_mode="updates", durability="exit"
            ):
                yield from cast(dict[str, dict[str, Any]], done).items()
        finally:
            self._tidy(thread)

    def _turn(self, question: str, image: Path | str | None, thread: str) -> tuple[Any, RunnableConfig]:
        """What the graph is started with. Raises QuestionError, UnreadableFile, and ModelError where it is down."""
        if not question.strip() or len(question) > LONGEST_QUESTION:
            raise QuestionError(
                f"A question has 1 to {LONGEST_QUESTION} characters; this one has {len(question.strip())}.",
                "Ask it in a few sentences; what it is about belongs into the library.",
            )
        try:
            f"{question}{thread}".encode()
        except UnicodeEncodeError as error:  # bytes that were not UTF-8, or half a character in a program's JSON
            raise QuestionError("The question, or the conversation's name, is not UTF-8.", "Type it again.") from error
        self.context.model.check()
        start = {
            "messages": [HumanMessage(content=question)],
            "image": self._keep(Path(image)) if image else None,
        }
        config: RunnableConfig = {
            "configurable": {"thread_id": thread},
            "recursion_limit": 10 * self.settings.max_steps + 50,  # never reached: the routers' budgets end a turn
        }
        return start, config

    def forget(self, thread: str) -> None:
        """Deletes a conversation; one that does not exist is no error."""
        self._saver.delete_thread(thread)

    def threads(self) -> list[str]:
        """The conversations that are kept, newest first."""
        seen = (found.config["configurable"]["thread_id"] for found in self._saver.list(None))
        return list(dict.fromkeys(seen))

    def history(self, thread: str) -> list[Turn]:
        """The turns of a conversation, oldest first; empty for one that does not exist."""
        values = self.graph.get_state({"configurable": {"thread_id": thread}}).values
        return list(values.get("turns", []))

    def evidence(self, thread: str) -> dict[int, str]:
        """key → item id: everything that was found in a conversation."""
        values = self.graph.get_state({"configurable": {"thread_id": thread}}).values
        return {found.key: found.origin for found in values.get("ledger", [])}

    def last_answer(self, thread: str) -> Answer | None:
        values = self.graph.get_state({"configurable": {"thread_id": thread}}).values
        return values.get("answer")

    def _tidy(self, thread: str) -> None:
        """Drops all checkpoints of a conversation but the newest: each holds the whole of it, so that fifty turns would
        take fifty times the room of the last one."""
        older = "thread_id = ?1 AND checkpoint_id < (SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?1)"
        with self._saver.cursor() as cursor:
            for table in ("checkpoints", "writes"):
                cursor.execute(f"DELETE FROM {table} WHERE {older}", (thread,))

    def _observations(self) -> Observations:
        """What was read in the library's pictures; of those that have gone, nothing is left."""
        kept = Observations(self.settings.library / "observations.sqlite")
        kept.forget_unless(lambda image: self.library.picture_path(image).exists())
        return kept

    def _keep(self, path: Path) -> str:
        """The user's picture goes into the library's picture folder; the conversation holds its SHA-256 only."""
        open_picture(path)
        return self.library.keep_picture(path.read_bytes())


def for_server() -> build.Graph:
    """What langgraph.json names: the graph over the library of the settings, to be run by a LangGraph server."""
    assistant = Assistant()
    return build.build(context=assistant.context)


def new_thread() -> str:
    """A name for a conversation: the day, and enough chance to be the only one."""
    return time.strftime("%Y%m%d-") + uuid.uuid4().hex[:6]
