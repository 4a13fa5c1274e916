"""Arrays of scores, and shares of them."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def share(values: Flags) -> float:
    """The share of what is true; nan of nothing."""
    return float(values.mean()) if len(values) else float("nan")
