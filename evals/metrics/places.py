"""Metrics of places: which pages were met and how early, and whether citations stand where the answer is; 0 to 1.

Rankings are scored by ir-measures (trec_eval). Ranked are the pages that the assistant met in the turn, in that order,
whatever tool found them; where a case's gold is a whole source, sources.
"""

from collections.abc import Sequence

import ir_measures
from ir_measures import RR, Measure, R, Success, nDCG

from evals.cases import Case, Gold
from evals.metrics.score import Score, Scorer, asked_where
from evals.runs.trace import Spot, Trace
from tools.library.evidence import Box

MEASURES = {
    "success@1": Success @ 1,
    "success@5": Success @ 5,
    "success@10": Success @ 10,
    "recall@5": R @ 5,
    "MRR": RR,
    "nDCG@10": nDCG @ 10,
}
"""success@k = 1 where any gold page is among the first k, else 0 (`Success@k`): the fair figure where several pages
each hold the answer. recall@k = gold pages among the first k / gold pages (`R@k`, `recall.k`): the strict one.
MRR: the mean of 1 / rank of the first gold page, 0 where there is none (`RR`, `recip_rank`; Voorhees, TREC-8 1999).
nDCG@10 = DCG@10 / ideal DCG@10, DCG = sum of grade / log2(1 + rank) (`ndcg_cut`; Järvelin and Kekäläinen, TOIS 2002,
with the grade itself as gain)."""
CUTS = (1, 3, 5, 10, 20)
"""k of the curves in a report."""
REGION_HIT = 0.5
"""Region IoU of a hit: PASCAL's limit."""
_QUERY = "case"


def ranked(measure: Measure) -> Scorer:
    """The metric that gives a measure of what was met."""

    @asked_where(lambda case: case.gold)
    def score(case: Case, trace: Trace) -> float:
        relevant = {name: gold.grade for gold in case.gold for name in _names(gold)}
        ranking = _ranking(case, trace)
        if not ranking:
            return 0.0
        run = {name: float(len(ranking) - n) for n, name in enumerate(ranking)}
        return ir_measures.calc_aggregate([measure], {_QUERY: relevant}, {_QUERY: run})[measure]

    return score


def _ranking(case: Case, trace: Trace) -> list[str]:
    """What this turn met, named as the case's gold is."""
    whole = {gold.source for gold in case.gold if not gold.pages}
    met = (source if source in whole else f"{source}#{page}" for source, page in trace.ranking())
    return list(dict.fromkeys(met))


def _names(gold: Gold) -> list[str]:
    return [f"{gold.source}#{page}" for page in gold.pages] or [gold.source]


@asked_where(lambda case: case.gold)
def page_hit(case: Case, trace: Trace) -> float:
    """1 where any citation of the answer stands on a gold page of a gold source, else 0. A refusal cites nothing: 0."""
    spots = [spot for checked in trace.said for spot in checked.spots]
    return float(any(hits(spot, gold) for spot in spots for gold in case.gold))


def hits(spot: Spot, gold: Gold) -> bool:
    """Of a gold source without pages, any page hits; of an API's reply, any reply."""
    return spot.source == gold.source and (not gold.pages or bool(set(spot.pages) & set(gold.pages)))


@asked_where(lambda case: any(gold.regions for gold in case.gold))
def region_iou(case: Case, trace: Trace) -> float:
    """area(cited ∩ gold) / area(cited ∪ gold), the best over pages and citations: Jaccard's index of two sets of boxes
    on one page (Everingham et al., PASCAL VOC, IJCV 2010), each set taken as the area it covers."""
    gold = {(g.source, region.page): region.boxes for g in case.gold for region in g.regions}
    cited = [(s.source, r) for checked in trace.said for s in checked.spots for r in s.regions]
    found = (iou(r.boxes, gold[source, r.page]) for source, r in cited if (source, r.page) in gold)
    return max(found, default=0.0)


def region_hit(case: Case, trace: Trace) -> Score | None:
    """1 where region IoU is at least REGION_HIT, else 0."""
    found = region_iou(case, trace)
    return found if found is None or found.value is None else Score(float(found.value >= REGION_HIT))


def iou(one: Sequence[Box], other: Sequence[Box]) -> float:
    """Of the areas that two sets of boxes cover, exact: by the grid of all their edges; boxes that overlap count once.
    0 where both are empty."""
    xs = sorted({x for box in (*one, *other) for x in (box[0], box[2])})
    ys = sorted({y for box in (*one, *other) for y in (box[1], box[3])})
    both = either = 0.0
    for x0, x1 in zip(xs, xs[1:]):
        for y0, y1 in zip(ys, ys[1:]):
            covered = [any(b[0] <= x0 and x1 <= b[2] and b[1] <= y0 and y1 <= b[3] for b in s) for s in (one, other)]
            both += all(covered) * (x1 - x0) * (y1 - y0)
            either += any(covered) * (x1 - x0) * (y1 - y0)
    return both / either if either else 0.0
