"""Rankings of several legs as one: a convex combination of their scores, or reciprocal ranks.

Convex combination (Bruch, Gai and Ingber, TOIS 2023): the scores of each leg are spread over 0 to 1 within the query,
and their weighted sum counts. It keeps what ranks throw away: by how much the first is better than the second.
Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): score(d) = sum over legs of w / (k + rank).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.library.store import Scored

K = 60
"""The constant of the paper; it keeps the first ranks of one leg from outweighing agreement between legs."""
FROM_ZERO = frozenset({"bm25"})
"""Legs whose scores start at 0, where no word is shared. Those of the others start at their last in the ranking: no
cosine means "nothing in common"."""


@dataclass(frozen=True)
class Fused:
    """An item with its fused score (higher is better) and its rank (from 1) in each leg that found it."""

    item: str
    score: float
    ranks: dict[str, int]


def convex(rankings: Mapping[str, Sequence[Scored]], weights: Mapping[str, float]) -> list[Fused]:
    """Best first. A leg without a weight counts 1; an item that a leg did not find has 0 of it."""
    return _fused(rankings, {leg: _spread(leg, ranking) for leg, ranking in rankings.items()}, weights)


def reciprocal(rankings: Mapping[str, Sequence[Scored]], weights: Mapping[str, float], k: int = K) -> list[Fused]:
    """Best first. A leg without a weight counts 1."""
    scores = {
        leg: {one.item: 1 / (k + rank) for rank, one in enumerate(ranking, 1)} for leg, ranking in rankings.items()
    }
    return _fused(rankings, scores, weights)


def _spread(leg: str, ranking: Sequence[Scored]) -> dict[str, float]:
    """Scores in 0 to 1; the best has 1."""
    if not ranking:
        return {}
    low = 0.0 if leg in FROM_ZERO else min(one.score for one in ranking)
    width = max(one.score for one in ranking) - low
    return {one.item: (one.score - low) / width if width > 0 else 1.0 for one in ranking}


def _fused(
    rankings: Mapping[str, Sequence[Scored]], scores: Mapping[str, Mapping[str, float]], weights: Mapping[str, float]
) -> list[Fused]:
    """Ties go to the better single rank, then to the id, so that the order never depends on chance."""
    ranks: dict[str, dict[str, int]] = defaultdict(dict)
    for leg, ranking in rankings.items():
        for rank, one in enumerate(ranking, 1):
            ranks[one.item].setdefault(leg, rank)
    fused = [
        Fused(item, sum(weights.get(leg, 1.0) * scores[leg][item] for leg in by_leg), by_leg)
        for item, by_leg in ranks.items()
    ]
    return sorted(fused, key=lambda f: (-f.score, min(f.ranks.values()), f.item))
