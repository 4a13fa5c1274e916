"""A recorded baseline: the figures a suite had, with their intervals. A later run may not fall out of them.

Renewed by `python -m evals baseline`, after a look at what changed.
"""

from pathlib import Path

from pydantic import Field

from evals.metrics import METRICS
from evals.runs.run import Run
from evals.runs.summary import Figure, summary
from tools.library.evidence import Frozen

ROUNDING = 1e-9
FOLDER = Path(__file__).parent / "baselines"


class Baseline(Frozen):
    """`cases` is the fingerprint of the cases the figures were measured on."""

    suite: str
    cases: str
    model: str
    encoders: dict[str, str]
    figures: tuple[Figure, ...] = Field(min_length=1)


def of(run: Run) -> Baseline:
    return Baseline(
        suite=run.manifest.suite,
        cases=run.manifest.suite_sha,
        model=str(run.manifest.settings["model"]),
        encoders=run.manifest.encoders,
        figures=tuple(summary(run.cases, run.traces)),
    )


def write(run: Run, folder: Path = FOLDER) -> Path:
    """Records the run's figures; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.manifest.suite}.json"
    path.write_text(of(run).model_dump_json(indent=1) + "\n", "utf-8")
    return path


def problems(run: Run, folder: Path = FOLDER) -> list[str]:
    """Every figure of the run that is worse than its baseline's interval, in words; none where there is no baseline."""
    path = folder / f"{run.manifest.suite}.json"
    if not path.exists():
        return []
    held = Baseline.model_validate_json(path.read_text("utf-8"))
    if held.cases != run.manifest.suite_sha:
        return ["the cases are others than those of the baseline: python -m evals baseline"]
    now = {figure.metric: figure for figure in summary(run.cases, run.traces)}
    return [said for then in held.figures if (said := _problem(then, now.get(then.metric)))]


def _problem(then: Figure, now: Figure | None) -> str:
    """Empty where nothing is wrong. A figure that can no longer be scored is a problem too."""
    if then.mean is None or then.low is None or then.high is None:
        return ""
    if now is None or now.mean is None:
        return f"{then.metric} could be scored in {then.n} cases, and now in none"
    if METRICS[then.metric].better == "high" and now.mean < then.low - ROUNDING:
        return f"{then.metric} is {now.mean:.3f}, was {then.mean:.3f} and may fall to {then.low:.3f}"
    if METRICS[then.metric].better == "low" and now.mean > then.high + ROUNDING:
        return f"{then.metric} is {now.mean:.3f}, was {then.mean:.3f} and may rise to {then.high:.3f}"
    return ""
