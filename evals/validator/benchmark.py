"""python -m evals validator: how well each layer, and all of them together, tell which claims their evidence has."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from agent.validator.decision import FILE, calibration
from agent.validator.entailment import reader
from agent.validator.measure import NAMES, Reads, measure
from agent.validator.numbers import check
from evals import console as screen
from evals.console import number, percent
from evals.metrics.statistics import auc, bootstrap_of
from evals.validator.scores import Flags, Floats, Scored, judge
from evals.validator.sets import LabelledClaim, pairs
from tools.language.numbers import extract
from tools.language.words import NEGATIONS, WORD

TOGETHER = "together"
JUDGES = {
    "accept all": "every claim is supported",
    "reject all": "no claim is",
    "claim only": "the entailment model, shown no evidence",
    "shuffled": "all layers, shown another claim's evidence",
    "words": "share of the claim's words that the evidence has",
    "words, numbers": "the same, less the numbers that it has otherwise or not at all",
    "facts": "numbers and names alone",
    "wording": "the source's own words, in order",
    "entailment": "the model alone, on the best window",
    TOGETHER: "all of them, in one calibrated decision",
}


@dataclass(frozen=True)
class Measured:
    """One set: its rows, float64[n, 17] measures, and float64[n] scores a judge."""

    rows: list[LabelledClaim]
    measures: Floats
    scores: dict[str, Floats]

    @property
    def supported(self) -> Flags:
        return np.array([row.supported for row in self.rows], bool)


def measure_set(rows: list[LabelledClaim], name: str, reads: Reads | None = None) -> Measured:
    """Runs the layers on each row, with a bar. Raises nothing: a row that breaks a layer would be a bug."""
    reads = reads or reader()
    shown = track(rows, description=name, transient=True)
    measures = np.array([measure(row.claim, [row.evidence], reads).row for row in shown])
    alone = reads.read([(row.claim, "") for row in rows])
    return Measured(rows, measures, _scores(measures, alone[:, 0].astype(np.float64)))


def _scores(m: Floats, alone: Floats) -> dict[str, Floats]:
    column = {name: m[:, i] for i, name in enumerate(NAMES)}
    wrong = column["wrong_numbers"] + column["missing_numbers"]
    one = np.ones(len(m))
    return {
        "accept all": one,
        "reject all": 0 * one,
        "claim only": alone,
        "words": column["covered"],
        "words, numbers": column["covered"] - wrong,
        "facts": -(2 * column["wrong_numbers"] + column["missing_numbers"] + column["missing_names"]),
        "wording": column["verbatim"] + column["covered_by_one"] / 2 - column["doubtful"] / 4,
        "entailment": column["whole"],
    }


def shuffled(rows: Sequence[LabelledClaim], seed: int = 0) -> list[LabelledClaim]:
    """Each claim with the evidence of a row of another document; the labels stay, and mean nothing."""
    order = np.random.default_rng(seed).permutation(len(rows))
    return [replace(row, evidence=rows[other].evidence) for row, other in zip(rows, order, strict=True)]


@dataclass(frozen=True)
class Line:
    """One judge on one set; `low`, `high`: the 95 % interval of the AUC."""

    judge: str
    scored: Scored
    low: float
    high: float


def lines(measured: Measured, thresholds: Mapping[str, float]) -> Iterator[Line]:
    """The judges on the set, each at its frozen threshold."""
    found = {TOGETHER: calibration().probabilities(measured.measures), **measured.scores}
    together = list(pairs(measured.rows))
    documents = [row.document for row in measured.rows]
    for name in (name for name in JUDGES if name in found):
        score, lower = found[name], calibration().unsupported if name == TOGETHER else None
        scored = judge(score, measured.supported, thresholds.get(name, 0.5), lower=lower, pairs=together)
        yield Line(name, scored, *_auc_interval(score, measured.supported, documents))


def _auc_interval(score: Floats, supported: Flags, documents: Sequence[str]) -> tuple[float, float]:
    return bootstrap_of(lambda drawn: auc(score[drawn], supported[drawn]), documents)


def thresholds() -> dict[str, float]:
    """Those frozen on the sets for choosing, by judge."""
    found: dict[str, float] = json.loads(FILE.read_text("utf-8"))["thresholds"]
    return {"accept all": 0.5, "reject all": 0.5, "shuffled": calibration().supported, **found}


# --- slices -----------------------------------------------------------------------------------------------------

SLICES = ("number", "bound", "unit", "name", "date", "negation", "partial", "table")


def slices(rows: Sequence[LabelledClaim]) -> dict[str, NDArray[np.int64]]:
    """Indexes of the rows whose claim has a number, a bound, a unit, ...; of partial support; with a table."""
    kinds = [_kinds(row) for row in rows]
    return {name: np.array([n for n, found in enumerate(kinds) if found[name]], np.int64) for name in SLICES}


def _kinds(row: LabelledClaim) -> dict[str, bool]:
    quantities = extract(row.claim)
    facts = {fact.kind for fact in check(row.claim, row.claim).facts if fact.holds}
    words = WORD.findall(row.claim.casefold())
    return {
        "number": bool(quantities),
        "bound": any(q.bound != "exact" or q.approximate for q in quantities),
        "unit": any(q.dimension for q in quantities),
        "name": "name" in facts,
        "date": "date" in facts,
        "negation": any(word in NEGATIONS for word in words),
        "partial": row.label == "partial",
        "table": row.evidence.count("|") > 5,
    }


# --- showing ----------------------------------------------------------------------------------------------------

SHARES = {
    "balanced": "balanced",
    "false acc.": "false_accepts",
    "false rej.": "false_rejects",
    "FA at 10 % FR": "accepts_at_10",
    "undecided": "undecided",
    "both right": "both",
}
"""Head → field of `Scored`."""


def table(name: str, found: Sequence[Line], count: int) -> Table:
    shown = screen.table(f"{name} ({count} claims)", "judge", "AUC", "95 %", *SHARES)
    for line in found:
        interval = f"{number(line.low, 2)}-{number(line.high, 2)}"
        shares = (percent(getattr(line.scored, field)) for field in SHARES.values())
        style = "bold" if line.judge == TOGETHER else ""
        shown.add_row(line.judge, number(line.scored.auc, 3), interval, *shares, style=style)
    return shown


def slice_table(measured: Mapping[str, Measured]) -> Table:
    """Balanced accuracy of all layers together, slice by slice, over all sets at once."""
    title = "all layers together, by what the claim says"
    shown = screen.table(title, "slice", "claims", "false acc.", "false rej.", "AUC")
    rows = [row for one in measured.values() for row in one.rows]
    score = calibration().probabilities(np.concatenate([one.measures for one in measured.values()]))
    supported = np.array([row.supported for row in rows], bool)
    for name, chosen in slices(rows).items():
        if len(chosen):
            s = judge(score[chosen], supported[chosen], calibration().supported)
            shares = (percent(s.false_accepts), percent(s.false_rejects), number(s.auc, 3))
            shown.add_row(name, str(len(chosen)), *shares)
    return shown


def run(sets: Mapping[str, list[LabelledClaim]], console: Console) -> tuple[dict[str, list[Line]], dict[str, Measured]]:
    """Measures, scores and shows each set."""
    found: dict[str, list[Line]] = {}
    measured: dict[str, Measured] = {}
    for name, rows in sets.items():
        one = measure_set(rows, name)
        other = measure_set(shuffled(rows), f"{name}, shuffled")
        one.scores["shuffled"] = calibration().probabilities(other.measures)
        measured[name], found[name] = one, list(lines(one, thresholds()))
        console.print(table(name, found[name], len(rows)))
    console.print(slice_table(measured))
    return found, measured
