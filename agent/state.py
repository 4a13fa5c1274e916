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
    """A tool call of this turn and what came of it: keys of the evidence it found, or the error it met."""

    tool: str
    args: dict[str, Any]
    keys: tuple[int, ...] = ()
    error: str = ""


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


class Turn(Frozen):
    """An earlier turn of the conversation."""

    question: str
    answer: str
    keys: tuple[int, ...] = ()
    """The evidence its answer cited."""


class Brief(Frozen):
    """Everything a model may know when it decides or writes. `image` is the user's own picture."""

    question: str
    image: Path | None = None
    history: tuple[Turn, ...] = ()
    evidence: tuple[Shown, ...] = ()
    calls: tuple[Call, ...] = ()
    feedback: tuple[str, ...] = ()
    """What the validator refused and why, newest last."""


class State(TypedDict, total=False):
    """The channels of the graph. What is kept between turns: messages, ledger, seen, turns."""

    messages: Annotated[list[AnyMessage], add_messages]
    ledger: list[Evidence]
    seen: dict[int, str]
    turns: list[Turn]
    question: str
    image: Sha256 | None
    decision: Decision
    calls: list[Call]
    claims: list[Claim]
    verdicts: list[Verdict]
    feedback: list[str]
    rounds: int
    started: float
    answer: Answer
