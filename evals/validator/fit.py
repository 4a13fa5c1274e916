"""Fit the calibrated decision on the sets that serve for choosing, and freeze it: agent/validator/calibration.json."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from agent.validator.decision import crossed
from evals.validator.benchmark import TOGETHER, Measured, lines, table, thresholds
from evals.validator.scores import Flags, Floats, best_threshold, share

FOLDS = 5
STRENGTH = 0.3
"""Inverse strength of the ridge on standardised measures: 18 weights, some thousand rows."""
MOST_SUPPORTED_BELOW = 0.15
"""Share of supported claims among those that are called unsupported, at most; above that: unchecked."""


def fit(sets: Mapping[str, Measured]) -> dict[str, object]:
    """What calibration.json holds. Each set, and in it each label, weighs alike."""
    x, y, weight = _stacked(sets)
    mean, scale = x.mean(0), np.maximum(x.std(0), 1e-3)
    model = _fitted((x - mean) / scale, y, weight)
    parts = [(_probability(model, (crossed(one.measures) - mean) / scale), one.supported) for one in sets.values()]
    judges = {
        name: best_threshold([(one.scores[name], one.supported) for one in sets.values()])
        for name in ("claim only", "words", "words, numbers", "facts", "wording", "entailment")
    }
    supported = best_threshold(parts)
    return {
        "fitted_on": {name: len(one.rows) for name, one in sets.items()},
        "mean": mean.round(5).tolist(),
        "scale": scale.round(5).tolist(),
        "weights": model.coef_[0].round(5).tolist(),
        "bias": round(float(model.intercept_[0]), 5),
        "supported": round(supported, 4),
        "unsupported": round(_lower(parts, supported), 4),
        "thresholds": {**{name: round(value, 4) for name, value in judges.items()}, TOGETHER: round(supported, 4)},
    }


def cross_fitted(sets: Mapping[str, Measured]) -> dict[str, Floats]:
    """Each row's probability from a fit that saw no row of its document: so may the choosing sets be reported."""
    found = {name: np.zeros(len(one.rows)) for name, one in sets.items()}
    folds = {name: list(_folds(one)) for name, one in sets.items()}
    for number in range(FOLDS):
        rest = {name: _subset(one, folds[name][number][0]) for name, one in sets.items()}
        x, y, weight = _stacked(rest)
        mean, scale = x.mean(0), np.maximum(x.std(0), 1e-3)
        model = _fitted((x - mean) / scale, y, weight)
        for name, one in sets.items():
            chosen = folds[name][number][1]
            found[name][chosen] = _probability(model, (crossed(one.measures[chosen]) - mean) / scale)
    return found


def _folds(one: Measured) -> list[tuple[np.ndarray, np.ndarray]]:
    groups = [row.document for row in one.rows]
    return list(GroupKFold(FOLDS).split(one.measures, groups=groups))


def _subset(one: Measured, chosen: np.ndarray) -> Measured:
    return Measured([one.rows[i] for i in chosen], one.measures[chosen], {})


def _stacked(sets: Mapping[str, Measured]) -> tuple[Floats, Flags, Floats]:
    x = np.concatenate([crossed(one.measures) for one in sets.values()])
    y = np.concatenate([one.supported for one in sets.values()])
    weight = np.concatenate([_weights(one.supported) for one in sets.values()])
    return x, y, weight


def _weights(supported: Flags) -> Floats:
    shares = np.where(supported, supported.mean(), 1 - supported.mean())
    return np.asarray(1000 / len(supported) * 0.5 / np.maximum(shares, 1e-6))


def _fitted(x: Floats, y: Flags, weight: Floats) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=2000).fit(x, y, sample_weight=weight)


def _probability(model: LogisticRegression, x: Floats) -> Floats:
    return np.asarray(model.predict_proba(x)[:, 1])


def _lower(parts: list[tuple[Floats, Flags]], supported: float) -> float:
    """The highest threshold below which, in every set on average, few supported claims lie."""
    options = np.linspace(0.02, supported, 60)
    below = [np.nanmean([share(p[y] < t) for p, y in parts]) for t in options]
    fitting = [t for t, one in zip(options, below, strict=True) if not one > MOST_SUPPORTED_BELOW]
    return float(max(fitting, default=options[0]))


def freeze(found: dict[str, object], path: Path) -> None:
    path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def show(sets: Mapping[str, Measured], console: Console) -> None:
    """The sets that were chosen on, each row judged by a fit that did not see its document."""
    together = cross_fitted(sets)
    for name, one in sets.items():
        scores = {**one.scores, TOGETHER: together[name]}
        console.print(
            table(f"{name}, cross-fitted", list(lines(replace(one, scores=scores), thresholds())), len(one.rows))
        )
