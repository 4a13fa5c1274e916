"""What one turn carries through the graph, and what its nodes work with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages

from agent import validator
from agent.answer import Answer, Verdict
from agent.graph.observations import Observations
from agent.llm.protocol import Call, ChatModel, Decision, Draft, Turn
from tools.library.evidence import Evidence, Sha256
from tools.library.library import Library
from tools.tool import Tool


@dataclass(frozen=True)
class RuntimeContext:
    """LangGraph's runtime context: what the nodes work with, the same for all turns of a conversation."""

    model: ChatModel
    library: Library
    tools: Mapping[str, Tool]
    observations: Observations = field(default_factory=Observations)
    max_steps: int = 6
    """Tool calls a turn."""
    max_rounds: int = 2
    """Times a turn may go back after validation."""
    max_seconds: float = 300.0
    """Wall time of a turn; then it answers with what it has."""
    look: bool = True
    opinions: validator.Opinions | None = None
    """The chat model as second opinion, where its word was measured."""
    validator: bool = True


class State(TypedDict, total=False):
    """The channels of the graph. Four go on from turn to turn: messages, ledger, seen, turns.

    `messages` is the conversation as the model knows it. `ledger` is the conversation's numbered evidence. `draft` is
    the answer as last written; `accepted` are the verdicts of this turn's claims that passed, in order, and `refused`
    those of the last draft that did not. `seen` is what was last read in a figure, by its key; `looked` the
    keys that this turn's question was read in. `pictured` is what was read in the person's own picture. `by_rule` says
    that a rule stood in for the model, `unreadable` that what it wrote could not be read in full; `notes` are the
    sentences on what went wrong that the reader gets. `started` is in seconds since 1970.
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
    by_rule: bool
    unreadable: bool
    decision: Decision
    calls: list[Call]
    draft: Draft
    early: list[Verdict]
    accepted: list[Verdict]
    refused: list[Verdict]
    feedback: list[str]
    rounds: int
    started: float
    answer: Answer
