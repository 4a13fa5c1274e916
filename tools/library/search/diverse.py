"""Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): good items that do not say the same again."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = Mapping[str, NDArray[np.float32]]
"""Item → float32[dim], L2-normalised."""


def spread(items: Sequence[str], scores: Mapping[str, float], spaces: Sequence[Vectors], diversity: float) -> list[str]:
    """The items, best first, chosen one by one for (1 - diversity) · score - diversity · likeness.

    Scores are divided by the best. Likeness is the largest cosine with an item chosen before, in any of the spaces
    that hold both; 0 where none does.
    """
    top = max((scores[item] for item in items), default=0.0) or 1.0
    rest, chosen = list(items), list[str]()
    alike = dict.fromkeys(items, 0.0)
    while rest:
        best = max(rest, key=lambda item: (1 - diversity) * scores[item] / top - diversity * alike[item])
        rest.remove(best)
        chosen.append(best)
        for item in rest:
            shared = [float(space[item] @ space[best]) for space in spaces if item in space and best in space]
            alike[item] = max(alike[item], *shared, 0.0)
    return chosen
