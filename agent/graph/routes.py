"""Where a turn goes next, and the budgets that end every loop: steps, rounds, seconds."""

import time
from collections.abc import Sequence
from typing import Literal

from langgraph.runtime import Runtime

from agent.answer import Status
from agent.graph import looking
from agent.graph.state import RuntimeContext, State
from agent.llm.protocol import ANSWER, Call

FRUITLESS = 3
"""Calls in a row that bring nothing new, after which a turn gets nowhere."""
SHOWN: tuple[Status, ...] = ("supported", "unchecked")
"""Verdicts with which a claim reaches the reader; `unchecked` is marked there."""


def after_decide(state: State) -> Literal["act", "write"]:
    return "write" if state["decision"].action == ANSWER else "act"


def after_act(state: State, runtime: Runtime[RuntimeContext]) -> Literal["look", "decide"]:
    if late(state, runtime.context) or not looking.unread_figures(state, runtime.context):
        return "decide"
    return "look"


def after_validate(state: State, runtime: Runtime[RuntimeContext]) -> Literal["decide", "write", "finish"]:
    """Back to search where something has no source, back to write where the wording alone is wrong."""
    context = runtime.context
    refused = [verdict.status for verdict in state["verdicts"] if verdict.status not in SHOWN]
    if (state["verdicts"] and not refused) or nothing_written(state):
        return "finish"
    if state["rounds"] > context.max_rounds or late(state, context):
        return "finish"
    if refused and "unsupported" not in refused:
        return "write"
    return "decide" if len(state["calls"]) < context.max_steps else "finish"


def must_answer(state: State, context: RuntimeContext) -> str:
    """Why the turn may make no further call; "" where it may."""
    if len(state["calls"]) >= context.max_steps or late(state, context):
        return "The budget of this turn is spent."
    return "The last calls brought nothing new." if stagnant(state["calls"]) else ""


def late(state: State, context: RuntimeContext) -> bool:
    return time.time() - state["started"] > context.max_seconds


def stagnant(calls: Sequence[Call]) -> bool:
    """Whether the last calls brought nothing that the turn did not have before them."""
    if len(calls) < FRUITLESS:
        return False
    before = {key for call in calls[:-FRUITLESS] for key in call.keys}
    return all(set(call.keys) <= before for call in calls[-FRUITLESS:])


def nothing_written(state: State) -> bool:
    """Whether the model could write nothing that can be read: asked a second time, it would do no better."""
    return not state["verdicts"] and state["unreadable"]
