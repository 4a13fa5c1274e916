"""What a chat model is shown, what it may decide, and the protocol that every model follows."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from langchain_core.messages import AnyMessage
from pydantic import Field, ValidationError

from agent.answer import Claim
from agent.validator import Seen
from tools.errors import ModelError
from tools.library.evidence import Frozen
from tools.tool import Tool

ANSWER = "answer"
"""The action that is no tool: stop searching and write."""
TRIES = 2
"""Times the same call is made where the first one failed in passing, as a busy server does."""
Similarity = Callable[[str, Sequence[str]], list[float]]
"""Cosine of one text with each of several, in -1 to 1, in the space of the library's text encoder."""
OnClaim = Callable[[Claim], None]
"""Is given each claim as soon as it is written."""


class Decision(Frozen):
    """One step. `action` is a tool's name or "answer"; `fallback` is true where the model's reply was unusable.
    `reply` is what a chat model wrote, to the letter: the conversation goes on with it."""

    thought: str
    action: str
    args: dict[str, Any] = Field(default_factory=dict)
    fallback: bool = False
    reply: str = ""


class Call(Frozen):
    """A tool call of this turn and what came of it: keys of the evidence it found, or the error it met.

    `passing` is true for an error that may be gone at the next try, such as a server that is busy.
    """

    tool: str
    args: dict[str, Any]
    keys: tuple[int, ...] = ()
    error: str = ""
    passing: bool = False


class Shown(Frozen):
    """A piece of evidence as a model sees it. `text` is what may be quoted; `seen` is what `look` read in it."""

    key: int
    kind: str
    title: str
    page: int | None
    heading: str
    text: str
    seen: str = ""
    tool: str = ""
    rank: int = Field(default=1, ge=1)
    """By which tool it was first found, and how high up."""
    fresh: bool = True
    """Found in this turn, not in an earlier one."""
    cited: bool = False
    """An earlier answer cites it."""


class Turn(Frozen):
    """An earlier turn of the conversation."""

    question: str
    answer: str
    keys: tuple[int, ...] = ()
    """The evidence its answer cited."""


class Draft(Frozen):
    """The answer as a model writes it, not yet checked. `missing` is what it says that the sources do not give, or "";
    `fallback` is true where its reply could not be used and `claims` are what was sound in it; `problem` says why.
    `reply` as above. `note` is what the reader of the answer has to know about how it was made, or ""."""

    claims: tuple[Claim, ...] = ()
    missing: str = ""
    note: str = ""
    fallback: bool = False
    problem: str = ""
    reply: str = ""


class Brief(Frozen):
    """Everything a model may know at a step. `image` is the person's own picture, `pictured` what was read in it: a
    line to search with, then what bears on the question.

    `messages` is the conversation so far, for a chat model; the other fields say the same in parts, for one that reads
    no prose. `may_search` is false where the turn's budget is spent and only the answer is left; `may_give_up` is
    false as long as one more search is due before "not in the sources" is believed."""

    question: str
    image: Path | None = None
    pictured: str = ""
    history: tuple[Turn, ...] = ()
    evidence: tuple[Shown, ...] = ()
    calls: tuple[Call, ...] = ()
    feedback: tuple[str, ...] = ()
    """What the validator refused and why, newest last."""
    messages: tuple[AnyMessage, ...] = ()
    may_search: bool = True
    may_give_up: bool = True

    def found_by(self, tool: str) -> list[Shown]:
        """What calls of the tool found in this turn, in their order."""
        by_key = {shown.key: shown for shown in self.evidence}
        keys = dict.fromkeys(key for call in self.calls if call.tool == tool for key in call.keys)
        return [by_key[key] for key in keys if key in by_key]

    @property
    def cited(self) -> list[Shown]:
        """What the last answer cited."""
        return [shown for shown in self.evidence if self.history and shown.key in self.history[-1].keys]


class ChatModel(Protocol):
    """A model decides, looks and writes. Any of them may raise `ModelError`; none of them calls a tool itself.

    A model that inherits from it leaves out what it cannot do.
    """

    name: str
    """The settings string that chose it; what `Answer.answered_by` says."""
    sees: bool = False
    """Whether `look`, `describe` and `confirm` can be called."""
    judges: bool = False
    """Whether `support` can be called."""

    def check(self) -> None:
        """Raises ModelDown or ModelMissing, with the next command to type, where it cannot answer. May be found out
        once for the process."""
        return None

    def step(self, brief: Brief, tools: Sequence[Tool], on_claim: OnClaim = lambda claim: None) -> Decision | Draft:
        """The next step: a call of one of the tools, or the answer, with claims from `brief.evidence` only. `on_claim`
        may get each claim once it is written; what it got need not be in the end result."""
        ...

    def shortened(self, messages: Sequence[AnyMessage], tools: Sequence[Tool]) -> list[AnyMessage]:
        """The messages that have to change, under their own ids, so that the conversation fits into the window."""
        return []

    def look(self, picture: bytes, question: str, caption: str) -> str:
        """What one picture (PNG or JPEG) shows that bears on the question; "" where it shows nothing of it."""
        raise ModelError(f"{self.name} cannot see pictures.")

    def describe(self, picture: bytes, question: str) -> str:
        """What the person's own picture shows: a line of words to search with, then what bears on the question."""
        raise ModelError(f"{self.name} cannot see pictures.")

    def confirm(self, picture: bytes, claim: str, about: str = "") -> Seen:
        """Whether the picture shows what is claimed of it; `about` is what is known of the picture, such as its
        caption."""
        raise ModelError(f"{self.name} cannot see pictures.")

    def support(self, claim: str, sources: str) -> Seen:
        """Whether the sources say what is claimed."""
        raise ModelError(f"{self.name} cannot judge claims.")


def repeated(tool: Tool, args: Mapping[str, Any], calls: Sequence[Call]) -> bool:
    """Whether this call has had its chance in this turn."""
    same = [call for call in calls if same_call(tool, call, args)]
    return bool(same) and not (same[-1].passing and len(same) < TRIES)


def same_call(tool: Tool, call: Call, args: Mapping[str, Any]) -> bool:
    """A default that is written out makes no other call."""
    return call.tool == tool.name and _complete(tool, call.args) == _complete(tool, args)


def _complete(tool: Tool, args: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments with the defaults of those that are missing."""
    try:
        return tool.args.model_validate(args).model_dump()
    except ValidationError:  # a call that was refused for its arguments
        return args
