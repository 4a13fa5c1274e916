"""python -m evals validator: how well each layer, and all of them together, tell which claims their evidence has."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from agent.llm.protocol import ChatModel
from agent.validator.decision import FILE, calibration
from agent.validator.entailment import reader
from agent.validator.facts import check
from agent.validator.measure import NAMES, Reads, measure
from agent.validator.spans import NEGATIONS
from evals.validator.scores import Flags, Floats, Scored, auc, interval, judge
from evals.validator.sets import Row, pairs
from tools.errors import ModelNonsense
from tools.language.numbers import extract
from tools.language.words import WORD

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
    "chat model": "a chat model, asked whether the evidence says it; half a point where it cannot tell",
    TOGETHER: "all of them, in one calibrated decision",
}


@dataclass(frozen=True)
class Measured:
    """One set: its rows, float64[n, 17] measures, and float64[n] scores a judge."""

    rows: list[Row]
    measures: Floats
    scores: dict[str, Floats]

    @property
    def supported(self) -> Flags:
        return np.array([row.supported for row in self.rows])


def measure_set(rows: list[Row], name: str, reads: Reads | None = None) -> Measured:
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


def shuffled(rows: Sequence[Row], seed: int = 0) -> list[Row]:
    """Each claim with the evidence of a row of another document; the labels stay, and mean nothing."""
    order = np.random.default_rng(seed).permutation(len(rows))
    return [Row(**{**vars(row), "evidence": rows[other].evidence}) for row, other in zip(rows, order, strict=True)]


@dataclass(frozen=True)
class Line:
    """One judge on one set; `low`, `high`: the 95 % interval of the AUC."""

    judge: str
    scored: Scored
    low: float
    high: float


def lines(measured: Measured, thresholds: Mapping[str, float]) -> Iterator[Line]:
    """The judges on the set, each at its frozen threshold."""
    found = dict(measured.scores)
    if TOGETHER not in found:
        found[TOGETHER] = calibration().probabilities(measured.measures)
    together = list(pairs(measured.rows))
    documents = [row.document for row in measured.rows]
    for name in JUDGES:
        if name not in found:
            continue
        score, lower = found[name], calibration().unsupported if name == TOGETHER else None
        scored = judge(score, measured.supported, thresholds.get(name, 0.5), lower=lower, pairs=together)
        yield Line(name, scored, *_auc_interval(score, measured.supported, documents))


def _auc_interval(score: Floats, supported: Flags, documents: Sequence[str]) -> tuple[float, float]:
    return interval(lambda chosen: auc(score[chosen], supported[chosen]), documents)


def thresholds() -> dict[str, float]:
    """Those frozen on the sets for choosing, by judge."""
    found: dict[str, float] = json.loads(FILE.read_text("utf-8"))["thresholds"]
    return {"accept all": 0.5, "chat model": 0.75, "reject all": 0.5, "shuffled": calibration().supported, **found}


# --- slices -----------------------------------------------------------------------------------------------------


def slices(rows: Sequence[Row]) -> dict[str, NDArray[np.int64]]:
    """Indexes of the rows whose claim has a number, a bound, a unit, ...; of partial support; with a table."""
    named: dict[str, list[int]] = {name: [] for name in SLICES}
    for index, row in enumerate(rows):
        for name in _kinds(row):
            named[name].append(index)
    return {name: np.array(found, np.int64) for name, found in named.items()}


SLICES = ("number", "bound", "unit", "name", "date", "negation", "partial", "table")


def _kinds(row: Row) -> Iterator[str]:
    quantities = extract(row.claim)
    facts = [*check(row.claim, row.claim).supported]
    kinds = {fact.kind for fact in facts}
    words = WORD.findall(row.claim.casefold())
    yield from (["number"] if quantities else [])
    yield from (["bound"] if any(q.bound != "exact" or q.approximate for q in quantities) else [])
    yield from (["unit"] if any(q.dimension for q in quantities) else [])
    yield from (["name"] if "name" in kinds else [])
    yield from (["date"] if "date" in kinds else [])
    yield from (["negation"] if any(word in NEGATIONS for word in words) else [])
    yield from (["partial"] if row.label == "partial" else [])
    yield from (["table"] if row.evidence.count("|") > 5 else [])


# --- showing ----------------------------------------------------------------------------------------------------


def table(name: str, found: Sequence[Line], count: int) -> Table:
    shown = Table(title=f"{name} ({count} claims)", title_justify="left")
    for head in (
        "judge",
        "AUC",
        "95 %",
        "balanced",
        "false acc.",
        "false rej.",
        "FA at 10 % FR",
        "undecided",
        "both right",
    ):
        shown.add_column(head, justify="left" if head == "judge" else "right")
    for line in found:
        s = line.scored
        shown.add_row(
            line.judge,
            _number(s.auc, 3),
            f"{_number(line.low, 2)}-{_number(line.high, 2)}",
            *(
                _percent(v)
                for v in (s.balanced, s.false_accepts, s.false_rejects, s.accepts_at_10, s.undecided, s.both)
            ),
            style="bold" if line.judge == TOGETHER else "",
        )
    return shown


def _number(value: float, digits: int) -> str:
    return "" if np.isnan(value) else f"{value:.{digits}f}"


def _percent(value: float) -> str:
    return "" if np.isnan(value) else f"{100 * value:.1f}"


def slice_table(measured: Mapping[str, Measured]) -> Table:
    """Balanced accuracy of all layers together, slice by slice, over all sets at once."""
    shown = Table(title="all layers together, by what the claim says", title_justify="left")
    for head in ("slice", "claims", "false acc.", "false rej.", "AUC"):
        shown.add_column(head, justify="left" if head == "slice" else "right")
    for name in SLICES:
        score, supported = _sliced(measured, name)
        if len(score):
            s = judge(score, supported, calibration().supported)
            shown.add_row(
                name, str(len(score)), _percent(s.false_accepts), _percent(s.false_rejects), _number(s.auc, 3)
            )
    return shown


def _sliced(measured: Mapping[str, Measured], name: str) -> tuple[Floats, Flags]:
    chosen = {key: slices(one.rows)[name] for key, one in measured.items()}
    scores = [
        calibration().probabilities(one.measures)[chosen[key]] for key, one in measured.items() if len(chosen[key])
    ]
    flags = [one.supported[chosen[key]] for key, one in measured.items() if len(chosen[key])]
    return (np.concatenate(scores), np.concatenate(flags)) if scores else (np.zeros(0), np.zeros(0, bool))


def write(path: Path, found: Mapping[str, Sequence[Line]]) -> None:
    """All figures as JSON."""
    plain = {name: [{**asdict(line)} for line in one] for name, one in found.items()}
    path.write_text(json.dumps(plain, indent=1), "utf-8")


def ask(rows: Sequence[Row], model: ChatModel, name: str) -> Floats:
    """float64[n]: 1 for yes, .5 for cannot tell, or where the model gave no usable reply, 0 for no."""
    points = {"yes": 1.0, "cannot tell": 0.5, "no": 0.0}

    def one(row: Row) -> float:
        try:
            return points[model.support(row.claim, row.evidence)]
        except ModelNonsense:
            return points["cannot tell"]

    return np.array([one(row) for row in track(rows, description=f"{name}, {model.name}", transient=True)])


def run(
    sets: Mapping[str, list[Row]], console: Console, model: ChatModel | None = None
) -> tuple[dict[str, list[Line]], dict[str, Measured]]:
    """Measures, scores and shows each set; with a chat model beside them, where one is given."""
    found: dict[str, list[Line]] = {}
    measured: dict[str, Measured] = {}
    for name, rows in sets.items():
        one = measure_set(rows, name)
        other = measure_set(shuffled(rows), f"{name}, shuffled")
        one.scores["shuffled"] = calibration().probabilities(other.measures)
        if model:
            one.scores["chat model"] = ask(rows, model, name)
        measured[name], found[name] = one, list(lines(one, thresholds()))
        console.print(table(name, found[name], len(rows)))
    console.print(slice_table(measured))
    return found, measured
