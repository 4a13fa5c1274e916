"""Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): score(d) = sum over legs of w / (k + rank)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

K = 60
"""The constant of the paper; it keeps the first ranks of one leg from outweighing agreement between legs."""


@dataclass(frozen=True)
class Fused:
    """An item with its fused score (higher is better) and its rank (from 1) in each leg that found it."""

    item: str
    score: float
    ranks: dict[str, int]


def fuse(rankings: Mapping[str, Sequence[str]], weights: Mapping[str, float], k: int = K) -> list[Fused]:
    """Best first; ties go to the better single rank, then to the id, so that the order never depends on chance."""
    ranks: dict[str, dict[str, int]] = defaultdict(dict)
    for leg, items in rankings.items():
        for rank, item in enumerate(items, 1):
            ranks[item].setdefault(leg, rank)
    fused = [
        Fused(item, sum(weights.get(leg, 1.0) / (k + rank) for leg, rank in by_leg.items()), by_leg)
        for item, by_leg in ranks.items()
    ]
    return sorted(fused, key=lambda f: (-f.score, min(f.ranks.values()), f.item))
