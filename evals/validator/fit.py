"""Fit the calibrated decision on sets that serve for it, and freeze it: agent/validator/calibration.json."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from agent.answer import Claim, Place
from agent.validator import Span
from agent.validator.case import Case
from agent.validator.decision import FILE, crossed
from agent.validator.entailment import reader
from agent.validator.measure import measured
from evals.validator.path import Shown, figures, table
from evals.validator.scores import Flags, Floats
from evals.validator.sets import WRITTEN, LabelledClaim

FOLDS = 5
STRENGTH = 0.1
"""Inverse strength of the ridge on standardised measures: 42 weights, some thousand rows."""
WEIGHT = {WRITTEN: 4.0}
"""Of a set among the others, each of which counts 1: claims as models write them are what the product meets."""
MOST_WRONG = 0.08
"""Share, at most, of the false claims that are supported and of the true ones that are refused."""
BATCH = 32


@dataclass(frozen=True)
class Rows:
    """One set: float64[n, 26] measures and whether each claim is supported."""

    rows: Sequence[LabelledClaim]
    measures: Floats

    @property
    def supported(self) -> Flags:
        return np.array([row.supported for row in self.rows], bool)


def measure(rows: Sequence[LabelledClaim], name: str) -> Rows:
    cases = [_case(row) for row in rows]
    parts = [cases[start : start + BATCH] for start in range(0, len(cases), BATCH)]
    shown = track(parts, description=name, transient=True)
    return Rows(rows, np.array([one.measures.row for part in shown for one in measured(part, reader())]))


def _case(row: LabelledClaim) -> Case:
    def places(key: int, spans: Sequence[Span]) -> Place:
        return Place(key=key, title=row.title, uri="")

    return Case(Claim(text=row.claim, citations=row.citations), row.items, places, row.question)


def fit(sets: Mapping[str, Rows]) -> dict[str, object]:
    """What calibration.json holds. The thresholds are chosen on cross-fitted probabilities, on written claims where
    there are any."""
    model, mean, scale = _model(sets)
    probabilities = cross_fitted(sets)
    chosen = [name for name in sets if name == WRITTEN] or list(sets)
    p = np.concatenate([probabilities[name] for name in chosen])
    y = np.concatenate([sets[name].supported for name in chosen])
    supported = float(np.quantile(p[~y], 1 - MOST_WRONG))
    return {
        "fitted_on": {name: len(one.rows) for name, one in sets.items()},
        "mean": mean.round(5).tolist(),
        "scale": scale.round(5).tolist(),
        "weights": model.coef_[0].round(5).tolist(),
        "bias": round(float(model.intercept_[0]), 5),
        "supported": round(supported, 4),
        "unsupported": round(min(supported, float(np.quantile(p[y], MOST_WRONG))), 4),
    }


def cross_fitted(sets: Mapping[str, Rows]) -> dict[str, Floats]:
    """Each row's probability from a fit that saw no row of its document: so may the sets that were fitted on be
    reported."""
    found = {name: np.zeros(len(one.rows)) for name, one in sets.items()}
    folds = {name: list(_folds(one)) for name, one in sets.items()}
    for number in range(FOLDS):
        rest = {name: _subset(one, folds[name][number][0]) for name, one in sets.items()}
        model, mean, scale = _model(rest)
        for name, one in sets.items():
            chosen = folds[name][number][1]
            standard = (crossed(one.measures[chosen]) - mean) / scale
            found[name][chosen] = model.predict_proba(standard)[:, 1]
    return found


def _model(sets: Mapping[str, Rows]) -> tuple[LogisticRegression, Floats, Floats]:
    """Each set weighs as WEIGHT says, and in it both labels alike."""
    x = np.concatenate([crossed(one.measures) for one in sets.values()])
    y = np.concatenate([one.supported for one in sets.values()])
    weight = np.concatenate([WEIGHT.get(name, 1.0) * _balanced(one.supported) for name, one in sets.items()])
    mean, scale = x.mean(0), np.maximum(x.std(0), 1e-3)
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit((x - mean) / scale, y, sample_weight=weight)
    return model, mean, scale


def _balanced(supported: Flags) -> Floats:
    shares = np.where(supported, supported.mean(), 1 - supported.mean())
    return np.asarray(1000 / len(supported) * 0.5 / np.maximum(shares, 1e-6))


def _folds(one: Rows) -> list[tuple[np.ndarray, np.ndarray]]:
    groups = [row.document for row in one.rows]
    return list(GroupKFold(FOLDS).split(one.measures, groups=groups))


def _subset(one: Rows, chosen: np.ndarray) -> Rows:
    return Rows([one.rows[i] for i in chosen], one.measures[chosen])


def freeze(found: Mapping[str, object], path: Path = FILE) -> None:
    path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def show(sets: Mapping[str, Rows], found: Mapping[str, object], console: Console) -> None:
    """The sets that were fitted on, each row judged by a fit that did not see its document."""
    together = cross_fitted(sets)
    thresholds = float(str(found["supported"])), float(str(found["unsupported"]))
    lines = {name: figures(one.rows, _shown(together[name], *thresholds)) for name, one in sets.items()}
    console.print(table("cross-fitted", lines))


def _shown(p: Floats, supported: float, unsupported: float) -> list[Shown]:
    names = np.where(p >= supported, "supported", np.where(p < unsupported, "refused", "unconfirmed"))
    return [Shown(str(name), float(one)) for name, one in zip(names, p, strict=True)]
