"""Recorded baselines: the figures that a suite had, with their intervals. A later version may not fall out of them.

Renewed by `python -m evals baseline` and `python -m evals retrieval FOLDER --record`, after a look at what changed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import Field

from evals.metrics import METRICS
from evals.metrics.statistics import Interval
from evals.retrieval.records import RankingRun
from evals.retrieval.scores import intervals
from evals.runs.run import Run
from evals.runs.summary import Figure, summary
from tools.library.evidence import Frozen

HERE = Path(__file__).parent
ANSWERS, RANKINGS = HERE / "runs" / "baselines", HERE / "retrieval" / "baselines"
ROUNDING = 1e-9


class Baseline(Frozen):
    """`cases` is the fingerprint of the cases the figures were measured on."""

    suite: str
    cases: str

    def write(self, folder: Path) -> Path:
        """Returns the file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.suite}.json"
        path.write_text(self.model_dump_json(indent=1) + "\n", "utf-8")
        return path

    @classmethod
    def read(cls, folder: Path, suite: str) -> Self | None:
        """None where nothing was recorded."""
        path = folder / f"{suite}.json"
        return cls.model_validate_json(path.read_text("utf-8")) if path.exists() else None


class AnswerBaseline(Baseline):
    """Of a run: every metric's figure."""

    model: str
    encoders: dict[str, str]
    figures: tuple[Figure, ...] = Field(min_length=1)


class RankingBaseline(Baseline):
    """Of the fused ranking: scope → measure → mean and interval."""

    encoders: tuple[str, ...]
    fused: dict[str, dict[str, Interval]]


def of_answers(run: Run) -> AnswerBaseline:
    return AnswerBaseline(
        suite=run.manifest.suite,
        cases=run.manifest.suite_sha,
        model=str(run.manifest.settings["model"]),
        encoders=run.manifest.encoders,
        figures=tuple(summary(run.cases, run.traces)),
    )


def of_ranking(run: RankingRun) -> RankingBaseline:
    header = run.header
    fused = {scope: intervals(run.of(scope), "fused") for scope in run.scopes}
    return RankingBaseline(suite=header.suite, cases=header.cases, encoders=header.encoders, fused=fused)


def worse_answers(run: Run, folder: Path = ANSWERS) -> list[str]:
    """Every figure that is worse than its baseline's interval, in words; none where there is no baseline. A figure that
    can no longer be scored is worse too."""
    now, before = of_answers(run), AnswerBaseline.read(folder, run.manifest.suite)
    if before is None:
        return []
    if before.cases != now.cases:
        return ["the cases are others than those of the baseline: python -m evals baseline"]
    return list(_worse_figures(before.figures, {figure.metric: figure for figure in now.figures}))


def _worse_figures(before: tuple[Figure, ...], now: dict[str, Figure]) -> Iterator[str]:
    for then in before:
        one = now.get(then.metric)
        if then.mean is None or then.low is None or then.high is None:
            continue
        if one is None or one.mean is None:
            yield f"{then.metric} could be scored in {then.n} cases, and now in none"
        else:
            interval = Interval(then.mean, then.low, then.high)
            yield from _worse(then.metric, one.mean, interval, METRICS[then.metric].better)


def worse_ranking(run: RankingRun, folder: Path = RANKINGS) -> list[str]:
    """The same for a ranking; none where there is no baseline of these questions and encoders."""
    now, before = of_ranking(run), RankingBaseline.read(folder, run.header.suite)
    if before is None or (before.cases, before.encoders) != (now.cases, now.encoders):
        return []
    return [
        problem
        for scope, figures in before.fused.items()
        for name, then in figures.items()
        if (one := now.fused.get(scope, {}).get(name))
        for problem in _worse(f"{name} ({scope})", one.mean, then)
    ]


def _worse(name: str, now: float, then: Interval, better: Literal["high", "low"] = "high") -> Iterator[str]:
    if better == "high" and now < then.low - ROUNDING:
        yield f"{name} is {now:.3f}, was {then.mean:.3f} and may fall to {then.low:.3f}"
    if better == "low" and now > then.high + ROUNDING:
        yield f"{name} is {now:.3f}, was {then.mean:.3f} and may rise to {then.high:.3f}"
