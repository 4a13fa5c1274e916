"""Fit the calibrated decision on sets that serve for it, and freeze it: agent/validator/calibration.json."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from agent.answer import Citation, Claim, Place
from agent.validator import Span
from agent.validator.case import Case
from agent.validator.decision import FILE, crossed
from agent.validator.entailment import reader
from agent.validator.measure import NAMES, measured
from evals.training.entailment import pairs
from evals.validator import sets as labelled
from evals.validator.path import Shown, figures, table
from evals.validator.scores import Flags, Floats
from evals.validator.sets import OURS, WRITTEN, LabelledClaim
from tools.language.blocks import units
from tools.library.evidence import Passage

FOLDS = 5
STRENGTH = 0.1
"""Inverse strength of the ridge on standardised measures: 56 weights, some thousand rows."""
WEIGHT = 2.0
"""Of a set of claims as models write them, which is what the product meets; any other counts 1."""
FALSE_SUPPORTED, TRUE_REFUSED = 0.08, 0.05
"""Shares of the claims that are weighed and not read off, in the mean of the sets: these two choose the thresholds."""
BATCH = 32


@dataclass(frozen=True)
class Rows:
    """One set: float64[n, 28] measures and whether each claim is supported."""

    rows: Sequence[LabelledClaim]
    measures: Floats

    @property
    def supported(self) -> Flags:
        return np.array([row.supported for row in self.rows], bool)

    @property
    def read_off(self) -> Flags:
        """Whose verdict does not depend on the probability."""
        column = {name: self.measures[:, index] for index, name in enumerate(NAMES)}
        return np.asarray((column["nowhere"] > 0) | (column["verbatim"] > 0))


def is_written(name: str) -> bool:
    """Whether a set, by its name ("folder/written"), has claims as models write them."""
    return name.rpartition("/")[2] == WRITTEN


def read(folder: Path, prefix: str, limit: int | None, split: str) -> dict[str, list[LabelledClaim]]:
    """The folder's sets, "folder/name" -> rows; of our own written set all but what is held back."""
    found = labelled.read(folder, prefix, limit, split)
    if folder.resolve() == OURS.resolve():
        found = {name: [row for row in rows if not labelled.is_held_back(row.document)] for name, rows in found.items()}
    return {f"{folder.name}/{name}": rows for name, rows in found.items()}


def elsewhere(rows: Sequence[LabelledClaim]) -> list[LabelledClaim]:
    """The true claims of a written set, each cited to a passage that it is not from, half of them to one of another
    document: in such sets what is false is nearly true, and a fit would learn that what shares no word is true."""
    rng = Random(0)
    passages = {(row.document, key): item for row in rows for key, item in row.items.items()}
    found = []
    for row in rows:
        own = [place for place in passages if place[0] == row.document and place[1] not in row.items]
        others = own if own and rng.random() < 0.5 else [place for place in passages if place[0] != row.document]
        if row.supported and others:
            item = passages[rng.choice(others)]
            quote = units(item.text)[0]
            cited = (Citation(key=1, quote=item.text[quote.start : quote.end]),)
            found.append(replace(row, supported=False, citations=cited, items={1: item}, pair=""))
    return found


def edited(rows: Sequence[LabelledClaim], count: int = 300) -> list[LabelledClaim]:
    """Sentences of a written set's passages, rewritten a little, and made false by one edit, each cited with its
    quote, or with none: what is nearly the source's own words is where a "not" or a name weighs most."""
    passages = {(row.document, key): item.text for row in rows for key, item in row.items.items()}
    documents = {f"{name}:{key}": [unit.text for unit in units(text)] for (name, key), text in passages.items()}
    made = pairs.edited(pairs.texts_of(documents), count, Random(0))
    return [_edited(pair, number % 2 == 0) for number, pair in enumerate(made)]


def _edited(pair: pairs.Pair, is_quoted: bool) -> LabelledClaim:
    item = Passage(id=pair.group, source_id="0" * 64, text=pair.evidence, regions=())
    unit = max(units(pair.evidence), key=lambda one: pairs.alike(one.text, pair.claim))
    cited = (Citation(key=1, quote=pair.evidence[unit.start : unit.end] if is_quoted else ""),)
    true = pair.label == "supported"
    return LabelledClaim(
        pair.claim, pair.evidence, true, pair.label, "", pair.group, pair.kind, citations=cited, items={1: item}
    )


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
    """What calibration.json holds. The thresholds are chosen on cross-fitted probabilities, each set weighing alike."""
    model, mean, scale = _model(sets)
    together = cross_fitted(sets)
    supported = _quantile(sets, together, False, 1 - FALSE_SUPPORTED)
    unsupported = min(supported, _quantile(sets, together, True, TRUE_REFUSED))
    return {
        "fitted_on": {name: len(one.rows) for name, one in sets.items()},
        "mean": mean.round(5).tolist(),
        "scale": scale.round(5).tolist(),
        "weights": model.coef_[0].round(5).tolist(),
        "bias": round(float(model.intercept_[0]), 5),
        "supported": round(supported, 4),
        "unsupported": round(unsupported, 4),
    }


def _quantile(sets: Mapping[str, Rows], together: Mapping[str, Floats], label: bool, share: float) -> float:
    """Of the probabilities of the claims with that label that are weighed and not read off, over all sets: below it
    lies the share, in the mean of the sets."""
    chosen = {name: (one.supported == label) & ~one.read_off for name, one in sets.items()}
    some = [name for name in sets if chosen[name].any()] or list(sets)
    p = np.concatenate([together[name][chosen[name]] for name in some])
    weight = np.concatenate([np.full(chosen[name].sum(), 1 / max(1, chosen[name].sum())) for name in some])
    if not len(p):
        return 0.5
    order = np.argsort(p)
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(p[order][min(len(p) - 1, int(np.searchsorted(reached, share)))])


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
    weight = np.concatenate(
        [(WEIGHT if is_written(name) else 1.0) * _balanced(one.supported) for name, one in sets.items()]
    )
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
