"""Arrays of scores, and shares of them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def pairs_ordered(score: Floats, true: Flags, pairs: Iterable[list[int]]) -> float:
    """The share of the pairs whose true members all score above the false ones; nan without pairs."""
    return share(np.array([score[m][true[m]].min() > score[m][~true[m]].max() for m in pairs], bool))


def share(values: Flags) -> float:
    """The share of what is true; nan of nothing."""
    return float(values.mean()) if len(values) else float("nan")
