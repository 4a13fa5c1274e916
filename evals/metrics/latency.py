"""Seconds per stage: the p-th percentile is the smallest time that at least p % of the cases did not exceed
(nearest rank, so that it is a time that was measured). Throughput = cases / seconds spent on them."""

import math
from collections.abc import Iterable, Sequence

from evals.runs.trace import Took

TOTAL = "answer"
"""All stages together."""


def percentile(values: Sequence[float], p: float) -> float:
    """p in (0, 100]; raises IndexError where there are no values."""
    return sorted(values)[max(0, math.ceil(p / 100 * len(values)) - 1)]


def by_stage(took: Iterable[Took]) -> dict[str, list[float]]:
    """Stage → seconds of each case that came to it; the whole answer last."""
    stages: dict[str, list[float]] = {}
    total = []
    for case in took:
        for stage, seconds in case.seconds.items():
            stages.setdefault(stage, []).append(seconds)
        total.append(case.total)
    return {**stages, TOTAL: total} if total else stages


def throughput(took: Sequence[Took]) -> float | None:
    """Cases a minute; None where no time was measured."""
    seconds = sum(case.total for case in took)
    return 60 * len(took) / seconds if seconds else None
