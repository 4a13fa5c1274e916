"""What is measured of a claim against what it cites: the entries of the one calibrated decision."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from agent.validator import arithmetic, origins, tables
from agent.validator.case import Case
from agent.validator.origins import Evidence, Origin
from agent.validator.premise import WORDS, premise
from agent.validator.spans import find
from agent.validator.tables import TableCheck
from tools.language.blocks import units
from tools.language.numbers import Quantity, extract
from tools.language.sentences import segments, statements
from tools.language.words import TURNING, WORD, stem, terms, tokens

NEAR = 6
"""Content words."""


class Reads(Protocol):
    """The entailment model, or its stand-in in a test."""

    def read(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """(claim, evidence) -> float32[n, 3]: log-probabilities of supported, contradicted, unsupported."""


@dataclass(frozen=True)
class Measures:
    """All finite. Log-odds are natural logarithms; shares and flags lie in 0 to 1 unless said otherwise."""

    read: float
    """Log-odds of the entailment model that the evidence supports the claim."""
    against: float
    """Its log-odds that the evidence contradicts the claim, rather than lacks it."""
    close: float
    """Log-odds of support by the closest unit alone: among much else, the model overlooks a "not"."""
    close_against: float
    """Its log-odds of contradiction there."""
    covered: float
    """Share of the claim's words and numbers that the evidence and its headings have, rare words counting more."""
    covered_by_one: float
    """The same, in the best single unit."""
    covered_least: float
    """Share of the words, of the stretch between commas and conjunctions that is covered least."""
    phrases: float
    """Share of its neighbouring content words that stand within NEAR words of one another in the evidence."""
    verbatim: float
    """1 where a whole unit says it letter by letter."""
    turned: float
    """Words that turn a statement (not, all, may, only, under ...) that claim and best unit do not share, by 4, where
    their other words are the same."""
    quoted: float
    """1 where every quote stands exactly where it is said to."""
    nowhere: float
    """Numbers, dates and codes of the claim that are neither read nor computed, by 2, at most 1."""
    rival: float
    """How well the claim's words fit another number than one that it gives, 0 to 1."""
    other_unit: float
    """1 where a number stands in the evidence in another unit only."""
    computed: float
    """1 less the chance, of the number that is computed with most chance; 0 where none is computed."""
    luck: float
    """That chance: computed, but so could be many others."""
    counted: float
    """Small numbers in words that are not in the evidence, by 2."""
    context: float
    """1 where a number or a name is that of the question or a heading only."""
    bounded: float
    """1 where a bound follows from a number of the evidence."""
    numbers: float
    """Numbers, dates and codes of the claim, by 4, at most 1."""
    margin: float
    """How much better its words fit the places of its numbers than those of rival ones, -1 to 1."""
    names: float
    """Names of the claim that evidence and headings lack, by 2, at most 1."""
    table: float
    """1 where the typed table says so (a row read out, a largest, a comparison), -1 where it says otherwise."""
    calculation: float
    """1 where the model's own calculation is of the evidence's numbers and gives the claim's, -1 where it does not."""
    long_evidence: float
    """1 where the evidence is longer than what the model reads at once."""
    long_claim: float
    """Words of the claim by 40, at most 1."""
    statements: float
    """Statements that the claim joins beyond the first, by 3, at most 1."""
    rows: float
    """1 where the evidence has a table."""

    @property
    def row(self) -> NDArray[np.float64]:
        """float64[28], in the order of NAMES."""
        return np.array(astuple(self), np.float64)


NAMES = tuple(field.name for field in fields(Measures))


@dataclass(frozen=True)
class Measured:
    """`origins`: where each number and name of the claim comes from."""

    measures: Measures
    origins: list[Origin]
    table: TableCheck

    @property
    def is_all_read(self) -> bool:
        """Whether every number and name of the claim stands in what it cites."""
        return all(origin.how in ("read", "context") for origin in self.origins)


def measured(cases: Sequence[Case], reads: Reads) -> list[Measured]:
    """One for each case, in order; the entailment model is asked once for all of them."""
    whole = [(case.claim.text, premise(case.claim.text, case.sources, case.question)) for case in cases]
    closest = [_closest(case.claim.text, case.evidence) for case in cases]
    close = [(case.claim.text, _labelled(case, one)) for case, one in zip(cases, closest, strict=True)]
    scores = reads.read([*whole, *close]) if cases else np.zeros((0, 3), np.float32)
    rows = zip(cases, closest, scores[: len(cases)], scores[len(cases) :], strict=True)
    return [_measure(case, one.text, logs, near) for case, one, logs, near in rows]


class _Closest(NamedTuple):
    """The unit of the evidence that shares most with a claim, rare words first; `head`: that of its list. "" where
    there is none."""

    text: str = ""
    head: str = ""


def _closest(claim: str, evidence: Evidence) -> _Closest:
    wanted = terms(claim)
    options = [(unit, every) for source in evidence.sources for every in [units(source.text)] for unit in every]
    if not options:
        return _Closest()
    best, every = max(options, key=lambda pair: evidence.weight(terms(pair[0].text) & wanted))
    return _Closest(best.text, every[best.head].text if best.head >= 0 else "")


def _labelled(case: Case, closest: _Closest) -> str:
    """The closest unit under the head of its list; title and headings before it where they have words of the claim
    that it lacks."""
    claim, evidence = case.claim.text, case.evidence
    text = f"{closest.head} {closest.text}" if closest.head else closest.text
    if not text:
        return ""
    labels = dict.fromkeys(label for source in evidence.sources for label in (source.title, source.heading) if label)
    missing = terms(claim) - terms(text)
    return ": ".join([*(label for label in labels if terms(label) & missing), text])


def _measure(case: Case, closest: str, logs: NDArray[np.float32], close: NDArray[np.float32]) -> Measured:
    """`logs` of the evidence as a whole, `close` of its closest unit."""
    claim, evidence = case.claim.text, case.evidence
    found = [*origins.origins(claim, evidence), *origins.shares_of(claim, evidence)]
    table = tables.check(claim, case.rows)
    measures = Measures(
        read=float(logs[0] - np.logaddexp(logs[1], logs[2])),
        against=float(logs[1] - logs[2]),
        close=float(close[0] - np.logaddexp(close[1], close[2])),
        close_against=float(close[1] - close[2]),
        **_words(claim, closest, evidence),
        quoted=float(case.is_quoted),
        **_numbers(claim, evidence, found),
        table=table.says,
        calculation=_calculation(case, found),
        long_evidence=float(len(evidence.text.split()) > WORDS),
        long_claim=min(1.0, len(claim.split()) / 40),
        statements=min(1.0, (len(statements(claim)) - 1) / 3),
        rows=float(bool(case.rows)),
    )
    return Measured(measures, found, table)


def _words(claim: str, closest: str, evidence: Evidence) -> dict[str, float]:
    wanted, context = terms(claim), terms(evidence.context)
    there = terms(evidence.text) | context
    return {
        "covered": _covered(wanted, there, evidence),
        "covered_by_one": _covered(wanted, terms(closest) | context, evidence),
        "covered_least": min(_share(terms(stretch), there) for stretch in segments(claim)),
        "phrases": _phrases(claim, f"{evidence.context} {evidence.text}"),
        "verbatim": float(any(is_verbatim(claim, source.text) for source in evidence.sources)),
        "turned": _turned(claim, closest) * _share(wanted, terms(closest)),
    }


def _covered(wanted: frozenset[str], there: frozenset[str], evidence: Evidence) -> float:
    """A word that the evidence lacks weighs as much as its rarest one."""
    most = max(evidence.rarity.values(), default=1.0)
    weights = {term: evidence.rarity.get(term, most) for term in wanted}
    return sum(weights[term] for term in wanted & there) / sum(weights.values()) if weights else 1.0


def _share(wanted: frozenset[str], there: frozenset[str]) -> float:
    return len(wanted & there) / len(wanted) if wanted else 1.0


def _phrases(claim: str, evidence: str) -> float:
    """Skip-bigrams of content words (ROUGE-S, Lin 2004, over stems)."""
    mine, places = tokens(claim), dict[str, list[int]]()
    for place, word in enumerate(tokens(evidence)):
        places.setdefault(word, []).append(place)
    close = [any(abs(i - j) <= NEAR for i in places.get(a, ()) for j in places.get(b, ())) for a, b in pairwise(mine)]
    return sum(close) / len(close) if close else float(not mine or mine[0] in places)


def is_verbatim(claim: str, text: str) -> bool:
    """Whether it stands there letter by letter, in whole units, none an item under a head that it leaves out."""
    found = find(claim, text)
    if len(found) != 1:
        return False
    (span,), every = found, units(text)
    inside = [unit for unit in every if unit.start < span.end and span.start < unit.end]
    if not inside:
        return False
    before, after = text[inside[0].start : span.start], text[span.end : inside[-1].end]
    is_headed = all(unit.head < 0 or every[unit.head] in inside for unit in inside)
    return is_headed and not any(char.isalpha() for char in before + after)


def _turned(claim: str, unit: str) -> float:
    one, other = (Counter(w for w in map(_turning, WORD.findall(text.casefold())) if w) for text in (claim, unit))
    return min(1.0, ((one - other).total() + (other - one).total()) / 4)


def _turning(word: str) -> str:
    """The kind of a word that turns a statement, "" for any other word."""
    return TURNING.get(word.replace("’", "'")) or TURNING.get(stem(word), "")


def _numbers(claim: str, evidence: Evidence, found: Sequence[Origin]) -> dict[str, float]:
    figures = [one for one in found if one.fact.kind != "name"]
    written = [one for one in figures if any(char.isdecimal() for char in one.fact.text) or one.fact.kind != "quantity"]
    lost = [one for one in written if one.how == "nowhere"]
    reached = [one.chance for one in figures if one.how == "computed"]
    doubtful = [one.fact.value for one in figures if one.how in ("nowhere", "computed") and one.fact.value]
    fits = [origins.rival(claim, value, evidence) for value in doubtful if isinstance(value, Quantity)]
    return {
        "nowhere": min(1.0, len(lost) / 2),
        "rival": max(fits, default=0.0),
        "other_unit": float(any(one.how == "unit" for one in figures)),
        "computed": 1 - max(reached) if reached else 0.0,
        "luck": max(reached, default=0.0),
        "counted": min(1.0, sum(one.how == "nowhere" for one in figures if one not in written) / 2),
        "context": float(any(one.how == "context" for one in found)),
        "bounded": float(any(one.how == "bounded" for one in figures)),
        "numbers": min(1.0, len(figures) / 4),
        "margin": origins.margin(claim, evidence),
        "names": min(1.0, sum(one.how == "nowhere" for one in found if one.fact.kind == "name") / 2),
    }


def _calculation(case: Case, found: Sequence[Origin]) -> float:
    """0 where the model gave none, or one that is no arithmetic."""
    written = case.claim.calculation
    result = arithmetic.evaluate(written) if written else None
    if result is None:
        return 0.0
    there = {value for q in extract(f"{case.evidence.text}\n{case.evidence.context}") for value in arithmetic.raw(q)}
    known = all(any(abs(number - value) < 1e-6 for value in there) for number in arithmetic.numbers_of(written))
    mine = [value for q in extract(case.claim.text) for value in arithmetic.raw(q)]
    close = any(abs(value - result) <= 0.01 * abs(result) + 1e-9 for value in mine)
    return 1.0 if known and close else -1.0
