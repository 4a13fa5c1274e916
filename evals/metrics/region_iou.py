"""Region IoU = area(cited ∩ gold) / area(cited ∪ gold), the best over pages and citations; 0 to 1.

Jaccard's index of two sets of boxes on one page (Everingham et al., PASCAL VOC, IJCV 2010), each set taken as the area
it covers: lines that overlap count once. `hit` is 1 from 0.5 up, PASCAL's limit.
"""

from collections.abc import Sequence

from evals.cases import Case
from evals.metrics.score import Score
from evals.runs.trace import Trace
from tools.library.evidence import Box

LIMIT = 0.5


def score(case: Case, trace: Trace) -> Score | None:
    gold = {(g.source, region.page): region.boxes for g in case.gold for region in g.regions}
    if not gold:
        return None
    if trace.status is None:
        return Score(None, trace.error)
    cited = [(s.source, r) for checked in trace.said for s in checked.spots for r in s.regions]
    return Score(
        max((iou(r.boxes, gold[source, r.page]) for source, r in cited if (source, r.page) in gold), default=0.0)
    )


def hit(case: Case, trace: Trace) -> Score | None:
    found = score(case, trace)
    return found if found is None or found.value is None else Score(float(found.value >= LIMIT))


def iou(one: Sequence[Box], other: Sequence[Box]) -> float:
    """Of the areas that two sets of boxes cover, exact: by the grid of all their edges. 0 where both are empty."""
    xs = sorted({x for box in (*one, *other) for x in (box[0], box[2])})
    ys = sorted({y for box in (*one, *other) for y in (box[1], box[3])})
    both = either = 0.0
    for x0, x1 in zip(xs, xs[1:]):
        for y0, y1 in zip(ys, ys[1:]):
            covered = [any(b[0] <= x0 and x1 <= b[2] and b[1] <= y0 and y1 <= b[3] for b in s) for s in (one, other)]
            both += all(covered) * (x1 - x0) * (y1 - y0)
            either += any(covered) * (x1 - x0) * (y1 - y0)
    return both / either if either else 0.0
