"""Two runs of the same cases: which changed side, and is any difference more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from evals.cases import Case, SuiteError
from evals.metrics import METRICS, Metric
from evals.metrics.statistics import bootstrap, mcnemar, p_text, sign_flip
from evals.runs.run import Run
from evals.runs.trace import Trace

MORE_THAN_CHANCE = 0.05
"""p below which a difference is called more than chance."""


@dataclass(frozen=True)
class Changed:
    """A case that is right in one of the runs and wrong in the other."""

    case: Case
    before: bool
    after: bool


@dataclass(frozen=True)
class Difference:
    """A metric over the `n` cases that both runs could score; the interval is that of the difference after - before."""

    metric: str
    n: int
    before: float
    after: float
    interval: tuple[float, float]
    p: float
    test: Literal["McNemar", "sign flip"]

    @property
    def difference(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """`summary` is the outcome in a sentence; the first row is that of `right`."""

    changed: tuple[Changed, ...]
    rows: tuple[Difference, ...]
    summary: str


def compare(before: Run, after: Run) -> Comparison:
    """Raises SuiteError where the runs share no case, or ask a case of one id in different words."""
    pairs = _pairs(before, after)
    rows = tuple(_difference(name, found) for name, metric in METRICS.items() if (found := _scores(metric, pairs)))
    changed = tuple(Changed(case, a == 1, b == 1) for case, a, b in _scores(METRICS["right"], pairs) if a != b)
    return Comparison(changed, rows, _summary(changed, rows))


def _pairs(before: Run, after: Run) -> list[tuple[Case, Trace, Trace]]:
    later = {case.id: (case, trace) for case, trace in zip(after.cases, after.traces)}
    pairs = [(c, t, *later[c.id]) for c, t in zip(before.cases, before.traces) if c.id in later]
    if not pairs:
        raise SuiteError(f"{before.name} and {after.name} share no case.", "Compare two runs of one suite.")
    if other := next((one.id for one, _, two, _ in pairs if one != two), None):
        raise SuiteError(f"Case '{other}' is another in {after.name}.", "Run both on the same suite.")
    return [(case, one, two) for case, one, _, two in pairs]


def _scores(metric: Metric, pairs: Sequence[tuple[Case, Trace, Trace]]) -> list[tuple[Case, float, float]]:
    """The cases that could be scored in both runs."""
    every = ((case, metric.score(case, one), metric.score(case, two)) for case, one, two in pairs)
    return [(c, a.value, b.value) for c, a, b in every if a and b and a.value is not None and b.value is not None]


def _difference(metric: str, scores: Sequence[tuple[Case, float, float]]) -> Difference:
    cases, before, after = zip(*scores)
    differences = [b - a for a, b in zip(before, after)]
    binary = all(value in (0, 1) for value in (*before, *after))
    found = bootstrap(differences, [case.document for case in cases])
    return Difference(
        metric=metric,
        n=len(scores),
        before=fmean(before),
        after=fmean(after),
        interval=(found.low, found.high),
        p=mcnemar(differences.count(1), differences.count(-1)) if binary else sign_flip(differences),
        test="McNemar" if binary else "sign flip",
    )


def _summary(changed: Sequence[Changed], rows: Sequence[Difference]) -> str:
    gained = sum(one.after for one in changed)
    row = next((row for row in rows if row.metric == "right"), None)
    if row is None:
        return "No case could be judged right or wrong in both."
    chance = "more than chance" if row.p < MORE_THAN_CHANCE else "no more than chance would give"
    sides = f"{gained} gained, {len(changed) - gained} lost of {row.n}"
    return f"{sides}: {chance} (exact McNemar, p = {p_text(row.p)})."
