"""nDCG@10 = DCG@10 / ideal DCG@10, with DCG = sum of grade / log2(1 + rank), by ir-measures `nDCG@10` (trec_eval
`ndcg_cut`; Järvelin and Kekäläinen, TOIS 2002, with the grade itself as gain)."""

from ir_measures import nDCG

from evals.cases import Case
from evals.metrics import ranked
from evals.metrics.score import Score
from evals.runs.trace import Trace


def at_10(case: Case, trace: Trace) -> Score | None:
    return ranked.score(nDCG @ 10, case, trace)
