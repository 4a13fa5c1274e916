"""Follow-up questions. Resolved = 1 where the evidence at hand in the turn has a gold place, else 0: without what "it"
stands for, nothing leads there. Reused = citations of evidence that an earlier turn had found / citations.
"""

from evals.cases import Case
from evals.metrics.page_hit import hits
from evals.metrics.score import Score
from evals.runs.trace import Trace


def resolved(case: Case, trace: Trace) -> Score | None:
    if not (case.turns and case.gold):
        return None
    if trace.status is None:
        return Score(None, trace.error)
    return Score(float(any(hits(found.spot, gold) for found in trace.evidence for gold in case.gold)))


def reused(case: Case, trace: Trace) -> Score | None:
    keys = [citation.key for checked in trace.said for citation in checked.claim.citations]
    if not case.turns or not keys:
        return None
    old = {found.key for found in trace.evidence if not found.fresh}
    return Score(sum(key in old for key in keys) / len(keys))
