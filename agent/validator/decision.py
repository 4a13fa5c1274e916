"""The one place that decides: is a claim supported by what it cites?

Structure and place first; then what is compared letter by letter, cell by cell, number by number; all else goes into
one calibrated probability, with no veto behind it. Each verdict says what decided.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agent.answer import Citation, Claim, Decided, Verdict
from agent.validator import moving, pictures, reasons
from agent.validator.case import Case, Places
from agent.validator.entailment import reader
from agent.validator.measure import NAMES, Measured, Measures, measured
from agent.validator.opinion import Asked, Opinions, weighed
from agent.validator.pictures import Looks
from tools.library.evidence import Item

BROKEN = (ArithmeticError, LookupError, ValueError, TypeError, AttributeError, OSError, RuntimeError)
"""What a check may raise: then the claim was not checked, and says so."""


def validate(
    claims: Sequence[Claim],
    items: Mapping[int, Item],
    places: Places,
    *,
    question: str = "",
    seen: Mapping[int, str] | None = None,
    look: Looks | None = None,
    opinions: Opinions | None = None,
    decide: bool = True,
) -> tuple[Verdict, ...]:
    """One verdict a claim, in order. `items` is the conversation's evidence by key, `seen` what was read in figures.

    `look` reads a picture again; `opinions` asks a chat model about all claims that are between the thresholds.
    Without `decide` only the structure is looked at (to measure what the rest is worth). A verdict's claim has its
    citations put right: moved to the source that carries it, quoting what stands there.
    """
    found: dict[int, Verdict] = {}
    cases: dict[int, Case] = {}
    for number, claim in enumerate(claims):
        problem = _structure(claim, items)
        if problem:
            found[number] = Verdict(claim=claim, status="unsupported", reason=problem, decided="structure")
        elif not decide:
            reason = "The check is switched off."
            found[number] = Verdict(claim=claim, status="unconfirmed", reason=reason, decided="structure")
        else:
            cases[number] = Case(claim, items, places, question)
    found |= _checked(cases, seen or {}, look)
    if opinions:
        found |= _asked(cases, found, opinions)
    return tuple(found[number] for number in range(len(claims)))


def _structure(claim: Claim, items: Mapping[int, Item]) -> str:
    """What is wrong with the claim before anything is read; "" for nothing."""
    if not claim.text.strip():
        return "The claim is empty."
    if not claim.citations:
        return "The claim cites no source."
    return next((problem for citation in claim.citations if (problem := _problem(citation, items))), "")


def _problem(citation: Citation, items: Mapping[int, Item]) -> str:
    """`model_construct` skips pydantic's checks, so the form is looked at here once more."""
    key = citation.key
    if type(key) is not int or key < 1:
        return f"The citation key {key!r} is not a whole number from 1 up."
    if key not in items:
        return f"There is no source [{key}] in this conversation."
    return "" if isinstance(citation.quote, str) else f"The citation of source [{key}] quotes nothing."


def _checked(cases: Mapping[int, Case], seen: Mapping[int, str], look: Looks | None) -> dict[int, Verdict]:
    """The entailment model reads all claims at once; where that breaks, each alone, so that one alone is lost."""
    try:
        return _decided(cases, seen, look)
    except BROKEN:
        return {number: _alone(number, case, seen, look) for number, case in cases.items()}


def _alone(number: int, case: Case, seen: Mapping[int, str], look: Looks | None) -> Verdict:
    try:
        return _decided({number: case}, seen, look)[number]
    except BROKEN as error:
        reason = f"The check broke down ({type(error).__name__})."
        return Verdict(claim=case.claim, status="unconfirmed", reason=reason, decided="structure")


def _decided(cases: Mapping[int, Case], seen: Mapping[int, str], look: Looks | None) -> dict[int, Verdict]:
    shown = {number: case for number, case in cases.items() if case.pictures}
    texts = {number: case for number, case in cases.items() if number not in shown}
    found = {number: pictures.check(case, seen, look, probability) for number, case in shown.items()}
    judged = dict(zip(texts, judge(list(texts.values())), strict=True))
    for number, one in judged.items():
        best = one if one.is_supported else _elsewhere(one)
        found[number] = (_needed(best) if best.is_supported else best).verdict()
    return found


@dataclass(frozen=True)
class Judged:
    """A case with its probability of support, 0 to 1. `moved_from`: the keys it was cited to before."""

    case: Case
    measured: Measured
    probability: float
    moved_from: tuple[int, ...] = ()
    read_off: Literal["", "place", "table", "numbers"] = ""
    """What was compared letter by letter, cell by cell."""

    @property
    def is_supported(self) -> bool:
        return self.probability >= calibration().supported

    def verdict(self) -> Verdict:
        decided: Decided = self.read_off or calibration().decided(self.measured.measures, self.probability)
        status = calibration().status(self.probability)
        if status == "unsupported" and reasons.is_contradicted(decided, self.measured):
            status = "contradicted"
        reason = reasons.reason(status, decided, self.case, self.measured)
        if self.moved_from and status == "supported":
            lost = ", ".join(f"[{key}]" for key in self.moved_from)
            reason, decided = f"{self.case.names.capitalize()} says this, not source {lost}.", "place"
        return Verdict(
            claim=self.case.placed,
            status=status,
            reason=reason,
            decided=decided,
            places=self.case.shown,
            score=round(self.probability, 4),
        )


def judge(cases: Sequence[Case]) -> list[Judged]:
    """Each case as it is cited."""
    found = measured(cases, reader())
    rows = np.array([one.measures.row for one in found]).reshape(len(found), len(NAMES))
    odds = calibration().probabilities(rows)
    return [_read_off(Judged(case, one, float(p))) for case, one, p in zip(cases, found, odds, strict=True)]


SURE = 0.98
"""Probability (0 to 1) given to what is not weighed but read off: the source's own whole sentences, a table's cells."""


SAME_WORDS = 0.7
"""Share (0 to 1) of the claim's words in one unit, from which on the same digits in another unit are another number: on
6,500 labelled claims none of the five such was true."""


def _read_off(one: Judged) -> Judged:
    """What needs no weighing: the cells of a table, a number that no cited source has nor gives by computing, the
    source's own whole sentences."""
    measures, table = one.measured.measures, one.measured.table
    if table.is_read_off:
        return replace(one, probability=SURE if table.says > 0 else 1 - SURE, read_off="table")
    if measures.verbatim:
        return replace(one, probability=SURE, read_off="place")
    is_lost = measures.nowhere and measures.calculation <= 0
    is_lost = is_lost or measures.other_unit and measures.covered_by_one >= SAME_WORDS
    return replace(one, probability=1 - SURE, read_off="numbers") if is_lost else one


def probability(cases: Sequence[Case]) -> list[float]:
    return [one.probability for one in judge(cases)]


def _elsewhere(one: Judged) -> Judged:
    """The claim where another source that was retrieved carries it, or has the numbers that those cited lack; else as
    it was."""
    if one.read_off == "table":
        return one
    options = [option for option in judge(moving.others(one.case)) if _has_numbers(option)]
    best = max(options, key=lambda option: option.probability, default=one)
    enough = calibration().unsupported if one.read_off == "numbers" else calibration().supported
    if best.probability < enough or best.probability <= one.probability:
        return one
    lost = tuple(key for key in one.case.keys if key not in best.case.keys)
    return replace(best, moved_from=lost)


def _has_numbers(one: Judged) -> bool:
    """Whether every number and name stands in what is cited, and none among the words of a rival one."""
    return one.measured.is_all_read and one.measured.measures.margin >= 0


def _needed(one: Judged) -> Judged:
    """The claim without the citations that add nothing, where it is supported without them."""
    options = [option for option in judge(moving.without(one.case)) if option.is_supported]
    return replace(options[0], moved_from=one.moved_from) if options else one


def _asked(cases: Mapping[int, Case], found: Mapping[int, Verdict], opinions: Opinions) -> dict[int, Verdict]:
    """What a chat model says of the claims that nobody is sure of, all in one call."""
    unsure = [number for number, verdict in found.items() if verdict.status == "unconfirmed" and verdict.score]
    asked = [Asked(found[n].claim.text, pictures.premise_of(cases[n].citing(found[n].claim.citations))) for n in unsure]
    given = opinions.ask(asked) if asked else []
    answers = dict(zip(unsure, given, strict=True)) if len(given) == len(asked) else {}
    return {
        n: weighed(found[n], answer, opinions, calibration().supported, calibration().unsupported)
        for n, answer in answers.items()
    }


# --- the calibrated decision ---------------------------------------------------------------------------------

FILE = Path(__file__).parent / "calibration.json"
Floats = NDArray[np.float64]
_DECIDES: dict[Decided, tuple[str, ...]] = {
    "reading": ("read", "against", "close", "close_against", "long_evidence"),
    "words": ("covered", "covered_by_one", "covered_least", "phrases", "verbatim", "turned"),
    "place": ("quoted",),
    "numbers": (
        *("nowhere", "rival", "other_unit", "computed", "luck", "counted", "context", "bounded", "margin"),
        "calculation",
    ),
    "names": ("names",),
    "table": ("table",),
}
"""Which measures speak for which word in a verdict; the rest only say what kind of claim it is."""


@dataclass(frozen=True)
class Calibration:
    """A logistic regression over `crossed` measures, fitted by `python -m evals validator --fit`.

    `mean`, `scale`, `weights`: float64[k]; the thresholds are probabilities, 0 to 1.
    """

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float
    supported: float
    """From here on a claim is supported."""
    unsupported: float
    """Below, it is unsupported or contradicted; between the two it is unconfirmed."""

    def probabilities(self, rows: Floats) -> Floats:
        """float64[n, 28] in the order of NAMES -> float64[n]."""
        return _sigmoid(self._weighed(rows).sum(axis=1) + self.bias)

    def _weighed(self, rows: Floats) -> Floats:
        """What each crossed measure adds to the log-odds."""
        return np.asarray((crossed(rows) - self.mean) / self.scale * self.weights)

    def status(self, probability: float) -> reasons.Found:
        if probability >= self.supported:
            return "supported"
        return "unconfirmed" if probability >= self.unsupported else "unsupported"

    def decided(self, measures: Measures, probability: float) -> Decided:
        """The group of measures that adds most in the verdict's direction."""
        adds = self._weighed(measures.row[None])[0] * (1 if probability >= self.supported else -1)
        groups = {name: sum(adds[i] for i in _columns(some)) for name, some in _DECIDES.items()}
        return max(groups, key=lambda name: groups[name])


_SHIFTING = ("read", "covered", "phrases")
"""Weigh differently where the evidence is long."""
_QUOTED = ("read", "against", "close", "close_against", "covered", "covered_by_one", "phrases", "long_evidence")
"""Weigh differently where the claim quotes exactly: a writer that quotes may well use other words than the source."""
_CURVED = ("covered", "covered_by_one", "phrases")
"""What shares no word says nothing of the kind; what shares all but one, less than another wording."""
_CLOSE = ("names", "turned", "rival")
"""Say more where all other words are those of one unit."""
_LESS_READ = ("computed", "luck", "numbers", "rows")
"""Where a number was computed, or stands in a table, the entailment model knows less."""


def crossed(rows: Floats) -> Floats:
    """float64[n, k]: the measures, and products of two that mean something together."""
    column = {name: rows[:, [i]] for i, name in enumerate(NAMES)}
    odds, near = np.tanh(column["read"] / 3), np.tanh(column["close"] / 3)
    denied = _sigmoid(-column["close"]) * _sigmoid(column["close_against"])
    """Probability, 0 to 1, that the closest unit says otherwise."""
    return np.hstack(
        [
            rows,
            *(column[name] * column["long_evidence"] for name in _SHIFTING),
            *(column[name] * column["quoted"] for name in _QUOTED),
            *(column[name] ** 2 for name in _CURVED),
            *(column[name] * column["covered_by_one"] for name in _CLOSE),
            *(odds * column[name] for name in _LESS_READ),
            column["rival"] * column["nowhere"],
            column["rival"] * column["luck"],
            odds,
            near,
            near * column["covered_by_one"],
            denied,
            denied * column["covered_by_one"],
        ]
    )


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))))


@lru_cache(maxsize=16)
def _columns(names: tuple[str, ...]) -> tuple[int, ...]:
    """The crossed columns that belong to some measures."""
    every = [*NAMES, *_SHIFTING, *_QUOTED, *_CURVED, *_CLOSE, *_LESS_READ, "rival", "rival", "read", *["close"] * 4]
    return tuple(i for i, name in enumerate(every) if name in names)


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """The one that ships."""
    found = json.loads(FILE.read_text("utf-8"))
    arrays = {name: np.array(found[name]) for name in ("mean", "scale", "weights")}
    return Calibration(**arrays, bias=found["bias"], supported=found["supported"], unsupported=found["unsupported"])
