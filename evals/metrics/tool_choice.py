"""Tool choice = 1 where the tool that the case expects was called in the turn, else 0. Steps = tool calls of the turn.

Calling every tool would be right each time: read the two together.
"""

from evals.cases import Case
from evals.metrics.score import Score
from evals.runs.trace import Trace


def score(case: Case, trace: Trace) -> Score | None:
    if not case.tool:
        return None
    if trace.status is None:
        return Score(None, trace.error)
    return Score(float(case.tool in {call.action for call in trace.calls}))


def steps(case: Case, trace: Trace) -> Score | None:
    return Score(float(len(trace.calls))) if trace.status else Score(None, trace.error)
