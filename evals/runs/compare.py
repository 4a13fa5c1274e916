"""Two runs of the same cases: which changed side, and is any difference more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evals.cases import Case, SuiteError
from evals.metrics import METRICS, Metric
from evals.metrics.intervals import bootstrap
from evals.metrics.paired import mcnemar, sign_flip
from evals.runs.run import Run
from evals.runs.trace import Trace

MORE_THAN_CHANCE = 0.05


@dataclass(frozen=True)
class Changed:
    """A case that is right in one of the runs and wrong in the other."""

    case: Case
    before: bool
    after: bool


@dataclass(frozen=True)
class Row:
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
    """`said` is the outcome in a sentence; the first row is that of `right`."""

    changed: tuple[Changed, ...]
    rows: tuple[Row, ...]
    said: str


def compare(before: Run, after: Run) -> Comparison:
    """Raises SuiteError where the runs share no case, or ask a case of one id in different words."""
    pairs = _pairs(before, after)
    rows = tuple(row for metric in METRICS.values() if (row := _row(metric, pairs)))
    changed = tuple(_changed(pairs))
    return Comparison(changed, rows, _said(changed, rows))


def _pairs(before: Run, after: Run) -> list[tuple[Case, Trace, Trace]]:
    later = {case.id: (case, trace) for case, trace in zip(after.cases, after.traces)}
    pairs = [(c, t, *later[c.id]) for c, t in zip(before.cases, before.traces) if c.id in later]
    if not pairs:
        raise SuiteError(f"{before.name} and {after.name} share no case.", "Compare two runs of one suite.")
    if other := next((one.id for one, _, two, _ in pairs if one != two), None):
        raise SuiteError(f"Case '{other}' is another in {after.name}.", "Run both on the same suite.")
    return [(case, one, two) for case, one, _, two in pairs]


def _row(metric: Metric, pairs: Sequence[tuple[Case, Trace, Trace]]) -> Row | None:
    """None where no case could be scored in both."""
    scored = []
    for case, one, two in pairs:
        a, b = metric.score(case, one), metric.score(case, two)
        if a and b and a.value is not None and b.value is not None:
            scored.append((a.value, b.value, case.document))
    if not scored:
        return None
    differences = [b - a for a, b, _ in scored]
    binary = all(v in (0, 1) for a, b, _ in scored for v in (a, b))
    p = mcnemar(differences.count(1), differences.count(-1)) if binary else sign_flip(differences)
    found = bootstrap(differences, [document for *_, document in scored])
    n = len(scored)
    return Row(
        metric=metric.name,
        n=n,
        before=sum(a for a, _, _ in scored) / n,
        after=sum(b for _, b, _ in scored) / n,
        interval=(found.low, found.high),
        p=p,
        test="McNemar" if binary else "sign flip",
    )


def _changed(pairs: Sequence[tuple[Case, Trace, Trace]]) -> list[Changed]:
    right = METRICS["right"].score
    found = []
    for case, one, two in pairs:
        a, b = right(case, one), right(case, two)
        if a and b and a.value is not None and b.value is not None and a.value != b.value:
            found.append(Changed(case, a.value == 1, b.value == 1))
    return found


def p_in_words(p: float) -> str:
    """Three decimals; a chance that is smaller is not zero."""
    return f"{p:.3f}" if p >= 0.0005 else "< 0.001"


def _said(changed: Sequence[Changed], rows: Sequence[Row]) -> str:
    gained = sum(one.after for one in changed)
    row = next((row for row in rows if row.metric == "right"), None)
    if row is None:
        return "No case could be judged right or wrong in both."
    chance = "more than chance" if row.p < MORE_THAN_CHANCE else "no more than chance would give"
    sides = f"{gained} gained, {len(changed) - gained} lost of {row.n}"
    return f"{sides}: {chance} (exact McNemar, p = {p_in_words(row.p)})."
