"""Success@k = 1 where any relevant page is among the first k, else 0, by ir-measures `Success@k` (trec_eval).

Where several pages each hold the answer this is the fair figure, and recall@k the strict one.
"""

from ir_measures import Success

from evals.cases import Case
from evals.metrics import ranked
from evals.metrics.score import Score
from evals.runs.trace import Trace


def at(k: int, case: Case, trace: Trace) -> Score | None:
    return ranked.score(Success @ k, case, trace)


def at_5(case: Case, trace: Trace) -> Score | None:
    return at(5, case, trace)
