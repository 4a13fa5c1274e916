"""How well a score tells supported claims from the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.metrics.statistics import auc

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Scored:
    """Shares in 0 to 1; nan where the set does not have what is counted (one label only, no pairs)."""

    auc: float
    balanced: float
    """Mean of the shares judged right among the supported and among the others."""
    false_accepts: float
    """Share of the unsupported claims that were accepted."""
    false_rejects: float
    """Share of the supported claims that were not accepted."""
    accepts_at_10: float
    """False accepts where the threshold is set so that a tenth of the supported are rejected."""
    undecided: float
    both: float
    """Share of pairs whose members were all judged rightly."""


def judge(
    score: Floats, supported: Flags, threshold: float, *, lower: float | None = None, pairs: Sequence[list[int]] = ()
) -> Scored:
    """Accepted from `threshold` on; undecided from `lower` up to it."""
    accepted = score >= threshold
    right = accepted == supported
    accepts, rejects = share(accepted[~supported]), share(~accepted[supported])
    return Scored(
        auc=auc(score, supported),
        balanced=1 - (accepts + rejects) / 2,
        false_accepts=accepts,
        false_rejects=rejects,
        accepts_at_10=_accepts_at(score, supported, 0.1),
        undecided=0.0 if lower is None else float(((score >= lower) & ~accepted).mean()),
        both=share(np.array([right[members].all() for members in pairs], bool)),
    )


def pairs_ordered(score: Floats, true: Flags, pairs: Iterable[list[int]]) -> float:
    """The share of the pairs whose true members all score above the false ones; nan without pairs."""
    return share(np.array([score[m][true[m]].min() > score[m][~true[m]].max() for m in pairs], bool))


def share(values: Flags) -> float:
    """The share of what is true; nan of nothing."""
    return float(values.mean()) if len(values) else float("nan")


def _accepts_at(score: Floats, supported: Flags, rejects: float) -> float:
    if not supported.any() or supported.all():
        return float("nan")
    ordered = np.sort(score[supported])
    return share(score[~supported] >= ordered[int(rejects * len(ordered))])


def best_threshold(sets: Sequence[tuple[Floats, Flags]]) -> float:
    """The threshold with the best balanced accuracy on average over the sets."""
    every = np.unique(np.concatenate([score for score, _ in sets]))
    options = every if len(every) <= 400 else np.quantile(every, np.linspace(0, 1, 400))
    return float(max(options, key=lambda t: np.nanmean([judge(s, y, float(t)).balanced for s, y in sets])))
