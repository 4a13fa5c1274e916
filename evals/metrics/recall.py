"""Recall@k = |relevant among the first k| / |relevant|, by ir-measures `R@k` (trec_eval `recall.k`).

Over the pages that the assistant met in the turn, in that order, whatever tool found them.
"""

from ir_measures import R

from evals.cases import Case
from evals.metrics import ranked
from evals.metrics.score import Score
from evals.runs.trace import Trace

CUTS = (1, 3, 5, 10, 20)


def at(k: int, case: Case, trace: Trace) -> Score | None:
    return ranked.score(R @ k, case, trace)


def at_5(case: Case, trace: Trace) -> Score | None:
    return at(5, case, trace)
