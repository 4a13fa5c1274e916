"""The shared step of the ranking metrics: a ranking and gold places as ir-measures takes them.

What is ranked are pages ("source#3"); where a case's gold is a whole source, sources.
"""

from collections.abc import Sequence

import ir_measures
from ir_measures import Measure

from evals.cases import Case
from evals.metrics.score import Score
from evals.runs.trace import Trace

_QUERY = "case"


def of(measure: Measure, ranking: Sequence[str], relevant: dict[str, int]) -> float:
    """The measure of one ranking (best first, each once); `relevant` holds grades from 1."""
    qrels = {_QUERY: relevant}
    run = {_QUERY: {name: float(len(ranking) - n) for n, name in enumerate(ranking)}}
    return ir_measures.calc_aggregate([measure], qrels, run)[measure] if ranking else 0.0


def score(measure: Measure, case: Case, trace: Trace) -> Score | None:
    if not case.gold:
        return None
    if trace.status is None:
        return Score(None, trace.error)
    relevant = {name: gold.grade for gold in case.gold for name in names(gold.source, gold.pages)}
    return Score(of(measure, ranking(case, trace), relevant))


def ranking(case: Case, trace: Trace) -> list[str]:
    """What this turn saw, named as the case's gold is: by page, or by source where that is all the gold says."""
    whole = {gold.source for gold in case.gold if not gold.pages}
    met = (source if source in whole else f"{source}#{page}" for source, page in trace.ranking())
    return list(dict.fromkeys(met))


def names(source: str, pages: Sequence[int]) -> list[str]:
    return [f"{source}#{page}" for page in pages] or [source]
