"""Right = 1 where the case went as it should, else 0: what makes a case pass or fail.

An unanswerable question: it was refused. Any other: what is said contains the right answer (`contains`), and a citation
stands at a gold place (`page_hit`), as far as the case names one.
"""

from evals.cases import Case
from evals.metrics import contains, page_hit
from evals.metrics.score import Score
from evals.runs.trace import Trace


def score(case: Case, trace: Trace) -> Score | None:
    if trace.status is None:
        return Score(None, trace.error)
    if not case.answerable:
        return Score(float(trace.status == "not_found"))
    if trace.status == "not_found":
        return Score(0.0)
    says, points = contains.score(case, trace), page_hit.score(case, trace)
    if points and points.value == 0:
        return Score(0.0)
    if says is None or says.value is None:
        return Score(None, says.reason if says else "")
    return Score(says.value)
