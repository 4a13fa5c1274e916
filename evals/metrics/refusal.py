"""Refusal precision = refused and unanswerable / refused; recall = refused and unanswerable / unanswerable.

Refused means the answer's status is "not_found". (Precision and recall of "no answer" as in SQuAD 2.0, Rajpurkar et
al., ACL 2018.) Each is a mean over the cases it is asked of: precision over the refused, recall over the unanswerable.
"""

from evals.cases import Case
from evals.metrics.score import Score
from evals.runs.trace import Trace


def precision(case: Case, trace: Trace) -> Score | None:
    return Score(float(not case.answerable)) if trace.status == "not_found" else None


def recall(case: Case, trace: Trace) -> Score | None:
    if case.answerable:
        return None
    return Score(float(trace.status == "not_found")) if trace.status else Score(None, trace.error)
