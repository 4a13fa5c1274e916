"""How well a score tells supported claims from the others, with intervals from resampling whole documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

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


def auc(score: Floats, supported: Flags) -> float:
    """Area under the ROC curve: the share of (supported, other) pairs in the right order, ties counted half.

    The Mann-Whitney statistic (Hanley and McNeil 1982).
    """
    positive, negative = int(supported.sum()), int((~supported).sum())
    if not positive or not negative:
        return float("nan")
    ranks = rankdata(score)
    return float((ranks[supported].sum() - positive * (positive + 1) / 2) / (positive * negative))


def judge(
    score: Floats, supported: Flags, threshold: float, *, lower: float | None = None, pairs: Sequence[list[int]] = ()
) -> Scored:
    """Accepted from `threshold` on; undecided from `lower` up to it."""
    accepted = score >= threshold
    right = accepted == supported
    accepts, rejects = _mean(accepted[~supported]), _mean(~accepted[supported])
    return Scored(
        auc=auc(score, supported),
        balanced=1 - (accepts + rejects) / 2,
        false_accepts=accepts,
        false_rejects=rejects,
        accepts_at_10=_accepts_at(score, supported, 0.1),
        undecided=0.0 if lower is None else float(((score >= lower) & ~accepted).mean()),
        both=_mean(np.array([right[members].all() for members in pairs])),
    )


def _mean(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _accepts_at(score: Floats, supported: Flags, rejects: float) -> float:
    if not supported.any() or supported.all():
        return float("nan")
    ordered = np.sort(score[supported])
    return _mean(score[~supported] >= ordered[int(rejects * len(ordered))])


def best_threshold(sets: Sequence[tuple[Floats, Flags]]) -> float:
    """The threshold with the best balanced accuracy on average over the sets."""
    every = np.unique(np.concatenate([score for score, _ in sets]))
    options = every if len(every) <= 400 else np.quantile(every, np.linspace(0, 1, 400))
    return float(max(options, key=lambda t: np.nanmean([judge(s, y, float(t)).balanced for s, y in sets])))


def interval(
    value: Callable[[NDArray[np.int64]], float], documents: Sequence[str], *, draws: int = 300, seed: int = 0
) -> tuple[float, float]:
    """The middle 95 % of `value(indexes)` when documents are drawn with replacement (cluster bootstrap)."""
    names = {name: number for number, name in enumerate(dict.fromkeys(documents))}
    of = np.array([names[name] for name in documents])
    members = [np.flatnonzero(of == number) for number in range(len(names))]
    rng = np.random.default_rng(seed)
    found = [
        value(np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])) for _ in range(draws)
    ]
    low, high = np.nanquantile(found, [0.025, 0.975]) if not np.isnan(found).all() else (np.nan, np.nan)
    return float(low), float(high)
