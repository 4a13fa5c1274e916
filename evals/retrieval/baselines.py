"""Recorded figures of retrieval: a later version may not fall out of their intervals.

Renewed by `python -m evals retrieval FOLDER --record`, after a look at what changed.
"""

from pathlib import Path

from evals.metrics.intervals import Interval
from evals.retrieval.records import Run
from evals.retrieval.scores import intervals
from tools.library.evidence import Frozen

FOLDER = Path(__file__).parent / "baselines"
ROUNDING = 1e-9


class Baseline(Frozen):
    """scope → measure → mean and interval, of the fused ranking; `cases` is the fingerprint of the questions."""

    suite: str
    cases: str
    encoders: tuple[str, ...]
    fused: dict[str, dict[str, Interval]]


def of(run: Run) -> Baseline:
    header = run.header
    fused = {scope: intervals(run.of(scope), "fused") for scope in run.scopes}
    return Baseline(suite=header.suite, cases=header.cases, encoders=header.encoders, fused=fused)


def write(run: Run, folder: Path = FOLDER) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.header.suite}.json"
    path.write_text(of(run).model_dump_json(indent=1) + "\n", "utf-8")
    return path


def problems(run: Run, folder: Path = FOLDER) -> list[str]:
    """Every figure that fell below its baseline's interval, in words; none where there is no baseline of these
    questions and encoders."""
    path = folder / f"{run.header.suite}.json"
    if not path.exists():
        return []
    held, now = Baseline.model_validate_json(path.read_text("utf-8")), of(run)
    if (held.cases, held.encoders) != (now.cases, now.encoders):
        return []
    return [
        f"{name} ({scope}) is {one.mean:.3f}, was {then.mean:.3f} and may fall to {then.low:.3f}"
        for scope, figures in held.fused.items()
        for name, then in figures.items()
        if (one := now.fused.get(scope, {}).get(name)) and one.mean < then.low - ROUNDING
    ]
