"""Reciprocal rank = 1 / rank of the first relevant page, 0 where there is none; its mean is MRR.

By ir-measures `RR` (trec_eval `recip_rank`; Voorhees, TREC-8 1999).
"""

from ir_measures import RR

from evals.cases import Case
from evals.metrics import ranked
from evals.metrics.score import Score
from evals.runs.trace import Trace


def score(case: Case, trace: Trace) -> Score | None:
    return ranked.score(RR, case, trace)
