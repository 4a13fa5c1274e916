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
SEARCHES = 2
"""Calls after which a model is believed that says what is missing."""
SHOWN: tuple[Status, ...] = ("supported", "unconfirmed")
"""Verdicts with which a claim reaches the reader; `unconfirmed` is marked there."""


def after_decide(state: State) -> Literal["act", "validate"]:
    return "validate" if state["decision"].action == ANSWER else "act"


def after_act(state: State, runtime: Runtime[RuntimeContext]) -> Literal["look", "decide"]:
    if late(state, runtime.context) or not looking.to_read(state, runtime.context):
        return "decide"
    return "look"


def after_validate(state: State, runtime: Runtime[RuntimeContext]) -> Literal["decide", "finish"]:
    """Back to the model where something was refused, or where it found nothing and has not looked twice."""
    context, draft = runtime.context, state["draft"]
    if draft.fallback or state["rounds"] > context.max_rounds or late(state, context):
        return "finish"
    if state["refused"]:
        return "decide"
    given_up = bool(draft.missing) and len(state["calls"]) >= SEARCHES
    settled = bool(state["accepted"]) or given_up or len(state["calls"]) >= context.max_steps
    return "finish" if settled else "decide"


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
