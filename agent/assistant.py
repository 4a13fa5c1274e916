"""Assistant: the programmatic door, and the only place where settings, library, tools, model and graph meet."""

import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig

import tools
from agent import settings
from agent.answer import Answer
from agent.events import Answered, Event
from agent.graph import build
from agent.graph.checkpoints import Checkpoints
from agent.graph.observations import Observations
from agent.graph.opinions import opinions_of
from agent.graph.state import RuntimeContext
from agent.graph.tracing import untraced
from agent.llm import models
from agent.llm.protocol import Turn
from agent.settings import Settings
from tools import http_api
from tools.errors import QuestionError
from tools.library.library import Library, open_picture

LONGEST_QUESTION = 2000
"""Characters."""
TURNS_AHEAD = 10
"""Turns of one conversation, at their longest, that a further question waits for."""


class Assistant:
    """Asks questions of one library. Threads are conversations: they are kept in the library's folder.

        with Assistant() as assistant:
            answer = assistant.ask("How much oil does the gearbox take?")

    Raises NoLibrary, LibraryError and SettingsError at the start; LibraryBusy, EncoderMismatch and ModelError while
    asking. Threads and processes that ask in one conversation take turns.
    """

    def __init__(self, settings_in_force: Settings | None = None, **given: Any) -> None:
        """`given` are settings by name, for example Assistant(library="manuals", model="ollama/gemma4")."""
        self.settings = settings_in_force or settings.read(**given)
        with ExitStack() as opened:
            self.library = opened.enter_context(self.settings.open_library())
            self.context = _context(self.settings, self.library)
            opened.callback(self.context.observations.close)
            self.checkpoints = Checkpoints(self.settings.library / "conversations.sqlite")
            opened.callback(self.checkpoints.close)
            self._opened = opened.pop_all()
        self.graph = build.build(self.checkpoints)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._opened.close()

    def ask(self, question: str, *, image: Path | str | None = None, thread: str | None = None) -> Answer:
        """One turn. Without `thread` it stands alone; with one it goes on where that conversation stopped."""
        *_, last = self.stream(question, image=image, thread=thread)
        return cast(Answered, last).answer

    def stream(self, question: str, *, image: Path | str | None = None, thread: str | None = None) -> Iterator[Event]:
        """Events as they happen (see `agent.events`); the last one is `Answered`. A claim is `Confirmed` when it holds
        while the rest is still being written, `Checked` once all are written.
        """
        thread = thread or new_thread()
        answer: Answer | None = None
        for event in self._turn(question, image, thread, "custom"):
            if isinstance(event, Answered):  # it waits until the conversation is saved
                answer = event.answer
            else:
                yield event
        assert answer is not None, "the graph ended without an answer"
        yield Answered(answer=answer.model_copy(update={"thread": thread}))

    def steps(
        self, question: str, *, image: Path | str | None = None, thread: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """One turn, node by node: its name and what it changed of the `State`. For whoever measures a turn."""
        for done in self._turn(question, image, thread, "updates"):
            yield from done.items()

    def _turn(self, question: str, image: Path | str | None, thread: str, mode: Any) -> Iterator[Any]:
        """The one place where the graph is run. `mode` is LangGraph's stream mode.

        Raises QuestionError, UnreadableFile, and ModelError where the model is down.
        """
        _validate(question)
        self.context.model.check()
        start = {"messages": [HumanMessage(content=question)], "image": self._keep(Path(image)) if image else None}
        config: RunnableConfig = {
            "configurable": {"thread_id": thread},
            "recursion_limit": 10 * self.settings.max_steps + 50,  # never reached: the routers' budgets end a turn
        }
        with self.checkpoints.one_turn(thread, TURNS_AHEAD * self.settings.max_seconds):
            chunks = self.graph.stream(
                cast(Any, start), config, context=self.context, stream_mode=mode, durability="exit"
            )  # one checkpoint a turn: what is kept grows with the answers, not with the steps
            yield from chunks if self.settings.tracing else untraced(cast(Generator[Any], chunks))

    def forget(self, thread: str) -> None:
        """Deletes a conversation; one that does not exist is no error."""
        self.checkpoints.delete_thread(thread)

    def threads(self) -> list[str]:
        """The conversations that are kept, newest first."""
        found = self.checkpoints.list(None)
        return list(dict.fromkeys(checkpoint.config["configurable"]["thread_id"] for checkpoint in found))

    def history(self, thread: str) -> list[Turn]:
        """The turns of a conversation, oldest first; empty for one that does not exist."""
        return list(self._saved(thread).get("turns", []))

    def evidence(self, thread: str) -> dict[int, str]:
        """key → item id: everything that was found in a conversation."""
        return {found.key: found.origin for found in self._saved(thread).get("ledger", [])}

    def last_answer(self, thread: str) -> Answer | None:
        return self._saved(thread).get("answer")

    def _saved(self, thread: str) -> dict[str, Any]:
        """The `State` in which the conversation was left."""
        return self.graph.get_state({"configurable": {"thread_id": thread}}).values

    def _keep(self, path: Path) -> str:
        """The user's picture goes into the library's picture folder; the conversation has its SHA-256 only."""
        open_picture(path)
        return self.library.keep_picture(path.read_bytes())


def _context(chosen: Settings, library: Library) -> RuntimeContext:
    """What the nodes work with. Of pictures that have left the library, nothing is remembered."""
    model = models.load(chosen, library.similarity)
    table = tools.build(library, http_api.load(chosen.apis))
    observations = Observations(chosen.library / "observations.sqlite")
    observations.forget_unless(lambda image: library.picture_path(image).exists())
    return RuntimeContext(
        model=model,
        library=library,
        tools=table,
        observations=observations,
        max_steps=chosen.max_steps,
        max_rounds=chosen.max_rounds,
        max_seconds=chosen.max_seconds,
        look=chosen.look,
        opinions=opinions_of(model) if chosen.judge else None,
        validator=chosen.validator,
    )


def _validate(question: str) -> None:
    if not question.strip() or len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"A question has 1 to {LONGEST_QUESTION} characters; this one has {len(question.strip())}.",
            "Ask it in a few sentences; what it is about belongs into the library.",
        )
    try:
        question.encode()
    except UnicodeEncodeError:  # bytes of the command line that are no UTF-8
        raise QuestionError(
            "The question is not UTF-8.", "Set the terminal to UTF-8, for example: export LC_ALL=C.UTF-8"
        ) from None


def new_thread() -> str:
    """A name for a conversation: the day, and enough chance to be the only one."""
    return time.strftime("%Y%m%d-") + uuid.uuid4().hex[:6]
