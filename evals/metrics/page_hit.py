"""Page hit = 1 where any citation of what is said stands on a gold page of a gold source, else 0.

Of a gold source without pages, any page hits; of an API's reply, any reply. A refusal cites nothing: 0.
"""

from evals.cases import Case, Gold
from evals.metrics.score import Score
from evals.runs.trace import Spot, Trace


def score(case: Case, trace: Trace) -> Score | None:
    if not case.gold:
        return None
    if trace.status is None:
        return Score(None, trace.error)
    spots = [spot for checked in trace.said for spot in checked.spots]
    return Score(float(any(hits(spot, gold) for spot in spots for gold in case.gold)))


def hits(spot: Spot, gold: Gold) -> bool:
    return spot.source == gold.source and (not gold.pages or bool(set(spot.pages) & set(gold.pages)))
