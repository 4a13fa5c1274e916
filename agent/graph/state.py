"""What one turn carries through the graph, what a model is shown of it, and what it may decide."""

from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from pydantic import Field

from agent.answer import Answer, Claim, Verdict
from tools.library.evidence import Evidence, Frozen, Sha256

ANSWER = "answer"
"""The action that is no tool: stop searching and write."""


class Decision(Frozen):
    """One step. `action` is a tool's name or "answer"; `fallback` is true where the model's reply was unusable."""

    thought: str
    action: str
    args: dict[str, Any] = Field(default_factory=dict)
    fallback: bool = False


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


class Brief(Frozen):
    """Everything a model may know when it decides or writes. `image` is the user's own picture, `pictured` what was
    read in it: a line to search with, then what bears on the question."""

    question: str
    image: Path | None = None
    pictured: str = ""
    history: tuple[Turn, ...] = ()
    evidence: tuple[Shown, ...] = ()
    calls: tuple[Call, ...] = ()
    feedback: tuple[str, ...] = ()
    """What the validator refused and why, newest last."""


class State(TypedDict, total=False):
    """The channels of the graph. What is kept between turns: messages, ledger, seen, turns.

    `seen` is what was last read in a figure, by its key; `looked` the keys that this turn's question was read in.
    `notes` are sentences on what went wrong with the model in this turn.
    """

    messages: Annotated[list[AnyMessage], add_messages]
    ledger: list[Evidence]
    seen: dict[int, str]
    turns: list[Turn]
    question: str
    image: Sha256 | None
    pictured: str
    looked: list[int]
    notes: list[str]
    decision: Decision
    calls: list[Call]
    claims: list[Claim]
    verdicts: list[Verdict]
    feedback: list[str]
    rounds: int
    started: float
    answer: Answer
