"""How sure is a mean: percentile bootstrap (Efron, 1979), whole clusters resampled where cases are not independent.

The seed is fixed: the same scores give the same interval.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 2000
LEVEL = 0.95
FEWEST_CLUSTERS = 5
"""Below, an interval over clusters would mean nothing: cases are resampled one by one."""


class Interval(NamedTuple):
    """A mean and the bounds of its 95 % interval."""

    mean: float
    low: float
    high: float


def bootstrap(values: Sequence[float], clusters: Sequence[str] = (), seed: int = 0) -> Interval:
    """`clusters` names for each value what it was drawn with (a document); "" stands alone.

    Raises ValueError where there is no value."""
    if not values:
        raise ValueError("There is no mean of nothing.")
    scores = np.asarray(values, float)
    names = [name or f"case {n}" for n, name in enumerate(clusters or [""] * len(values))]
    if len(set(names)) < FEWEST_CLUSTERS:
        names = [f"case {n}" for n in range(len(values))]
    _, member = np.unique(names, return_inverse=True)
    sums = np.bincount(member, weights=scores)
    sizes = np.bincount(member)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(scores.mean()), float(low), float(high))
