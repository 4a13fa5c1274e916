"""The calls of one turn: was this one made before, and do they still get anywhere?"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from agent.graph.state import Call
from tools.tool import Tool

TRIES = 2
"""Times the same call is made where the first one failed in passing, as a busy server does."""
FRUITLESS = 3
"""Calls in a row that bring nothing new, after which a turn gets nowhere."""


def repeated(tool: Tool, args: Mapping[str, Any], calls: Sequence[Call]) -> bool:
    """Whether this call has had its chance in this turn. A default that was written out makes no other call."""
    same = [call for call in calls if call.tool == tool.name and _whole(tool, call.args) == _whole(tool, args)]
    return bool(same) and not (same[-1].passing and len(same) < TRIES)


def stagnant(calls: Sequence[Call]) -> bool:
    """Whether the last calls brought nothing that the turn did not have before them."""
    if len(calls) < FRUITLESS:
        return False
    before = {key for call in calls[:-FRUITLESS] for key in call.keys}
    return all(set(call.keys) <= before for call in calls[-FRUITLESS:])


def _whole(tool: Tool, args: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return tool.args.model_validate(args).model_dump()
    except ValidationError:  # a call that was refused for its arguments
        return args
