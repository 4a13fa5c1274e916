"""How sure is a figure: bootstrap intervals, paired tests of two runs, and how well a score separates two groups.

Seeds are fixed: the same scores give the same interval and the same p.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

RESAMPLES = 2000
LEVEL = 0.95
FEWEST_CLUSTERS = 5
"""Below, an interval over clusters would mean nothing: cases are resampled one by one."""
FLIPS = 10_000
"""Draws of signs, where there are too many to try all."""
EXACT_UP_TO = 13
"""Cases that differ, up to which every sign is tried (8192 ways)."""


class Interval(NamedTuple):
    """A mean and the bounds of its 95 % interval."""

    mean: float
    low: float
    high: float


def bootstrap(values: Sequence[float], clusters: Sequence[str] = (), seed: int = 0) -> Interval:
    """Percentile bootstrap of a mean (Efron, 1979), whole clusters resampled where cases are not independent.

    `clusters` names for each value what it was drawn with (a document); "" stands alone. Raises ValueError where there
    is no value.
    """
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
    low, high = _middle(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    return Interval(float(scores.mean()), low, high)


def bootstrap_of(
    statistic: Callable[[NDArray[np.int64]], float], clusters: Sequence[str], draws: int = 300, seed: int = 0
) -> tuple[float, float]:
    """The bounds of any statistic(indexes) when whole clusters are drawn with replacement; nan where there is none."""
    number = {name: n for n, name in enumerate(dict.fromkeys(clusters))}
    of = np.array([number[name] for name in clusters])
    members = [np.flatnonzero(of == n) for n in range(len(number))]
    rng = np.random.default_rng(seed)
    every = (rng.integers(len(members), size=len(members)) for _ in range(draws))
    found = np.array([statistic(np.concatenate([members[i] for i in drawn])) for drawn in every])
    return _middle(found[~np.isnan(found)])


def _middle(values: NDArray[np.float64]) -> tuple[float, float]:
    """The bounds of the middle 95 %; nan where there is nothing."""
    if not len(values):
        return math.nan, math.nan
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def auc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the share of (positive, other) pairs in the right order, ties counted half. The
    Mann-Whitney statistic (Hanley and McNeil 1982), 0 to 1; nan where one side is empty."""
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return math.nan
    return float((rankdata(scores)[positive].sum() - n * (n + 1) / 2) / (n * m))


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided p of the exact test (McNemar, 1947): of the cases that changed side, were as many gained as lost?

    It is the sign test: twice the smaller tail of a fair coin thrown gained + lost times, 1.0 at most.
    """
    n = gained + lost
    tail = sum(math.comb(n, k) for k in range(min(gained, lost) + 1)) / 2**n
    return min(1.0, 2 * tail)


def sign_flip(differences: Sequence[float], seed: int = 0) -> float:
    """Two-sided p of the paired randomisation test (Fisher, 1935; Smucker et al., CIKM 2007): how often is the sum at
    least as far from 0 with signs drawn at random? All signs are tried where few cases differ."""
    given = np.asarray([d for d in differences if d], float)
    if not given.size:
        return 1.0
    far = abs(given.sum()) - 1e-9  # the same sum in another order may differ in its last bit
    if given.size <= EXACT_UP_TO:
        every = np.arange(2**given.size)[:, None] >> np.arange(given.size) & 1
        return float(np.mean(np.abs((2 * every - 1) @ given) >= far))
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), (FLIPS, given.size))
    return float((np.sum(np.abs(signs @ given) >= far) + 1) / (FLIPS + 1))


def p_text(p: float) -> str:
    """Three decimals; a chance that is smaller is not zero."""
    return f"{p:.3f}" if p >= 0.0005 else "< 0.001"
