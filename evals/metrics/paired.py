"""Is the difference between two runs of the same cases more than chance? Paired tests, exact or with a fixed seed."""

import math
from collections.abc import Sequence

import numpy as np

FLIPS = 10_000
EXACT_UP_TO = 13
"""Cases that differ, up to which every sign is tried (8192 ways)."""


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
