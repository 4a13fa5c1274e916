"""A run in figures: each metric's mean over the cases it was asked of, its interval, and what could not be scored."""

from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from evals.cases import Case
from evals.metrics import METRICS, Metric, Score
from evals.metrics.statistics import bootstrap
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
    missing = Figure(metric=name, n=0, unscored=reasons.total(), reasons=dict(reasons))
    if not pairs:
        return missing
    found = bootstrap([value for value, _ in pairs], [document for _, document in pairs])
    return missing.model_copy(update={"n": len(pairs), **found._asdict()})


def text(value: float | None, unit: str = "share") -> str:
    """A share in percent, a count as it is; a dash where nothing could be scored."""
    return "–" if value is None else f"{value:.2f}" if unit == "count" else f"{100 * value:.1f} %"


def cells(figure: Figure) -> tuple[str, str]:
    """The mean and its interval, for a table."""
    unit = METRICS[figure.metric].unit if figure.metric in METRICS else "share"
    mean, low, high = (text(value, unit) for value in (figure.mean, figure.low, figure.high))
    return mean, "–" if figure.mean is None else f"{low.removesuffix(' %')} to {high.removesuffix(' %')}"
