"""A run in figures: each metric's mean over the cases it was asked of, its interval, and what could not be scored."""

from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from evals.cases import Case
from evals.metrics import METRICS, Metric, Score
from evals.metrics.intervals import bootstrap
from evals.runs.trace import Trace
from tools.library.evidence import Frozen


class Figure(Frozen):
    """`n` cases were scored, `unscored` could not be (each reason with its number). With n = 0 there is no mean."""

    metric: str
    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    unscored: int = 0
    reasons: dict[str, int] = Field(default_factory=dict)


def summary(cases: Sequence[Case], traces: Sequence[Trace]) -> list[Figure]:
    """One figure a metric that any case asks for. The two go in pairs."""
    figures = (figure(metric, cases, traces) for metric in METRICS.values())
    return [found for found in figures if found.n or found.unscored]


def figure(metric: Metric, cases: Sequence[Case], traces: Sequence[Trace]) -> Figure:
    pairs = [(case, metric.score(case, trace)) for case, trace in zip(cases, traces, strict=True)]
    asked = [(case, score) for case, score in pairs if score is not None]
    return of(metric.name, [score for _, score in asked], [case.document for case, _ in asked])


def of(name: str, scores: Sequence[Score], documents: Sequence[str]) -> Figure:
    """The mean of the scores that are there; `documents` names what each was asked about."""
    reasons = Counter(score.reason for score in scores if score.value is None)
    pairs = [(s.value, document) for s, document in zip(scores, documents, strict=True) if s.value is not None]
    if not pairs:
        return Figure(metric=name, n=0, unscored=reasons.total(), reasons=dict(reasons))
    found = bootstrap([value for value, _ in pairs], [document for _, document in pairs])
    return Figure(
        metric=name,
        n=len(pairs),
        mean=found.mean,
        low=found.low,
        high=found.high,
        unscored=reasons.total(),
        reasons=dict(reasons),
    )
