"""Are the claim's numbers and names those of the evidence?

A quantity of the claim must be said by one of the evidence, of the same dimension:

- An exact number must be equal; in another unit, equal when rounded to the claim's last digit.
- "about x" must be a correct rounding of the evidence (half a unit of its last digit that is not a trailing zero).
- A bound ("at least x") may be as strict as the evidence's or weaker: "at least 45 mm" says "at least 40 mm".
  From an exact number follows a bound for counts, money and percent ("more than 23 million" of 23,412,345),
  never for physical units: in a manual "48 N·m" is not "at least 45 N·m".
- A bound or a range may not be dropped: "not more than 8 bar" does not say "8 bar". It is not dropped where the
  claim has a word for it anywhere ("the limit is 8 bar").
- "about" may be dropped; a range must keep both ends; a single number of the evidence may lie within a range.

Names (codes, dates, capitalised names) must stand in the evidence; see `names`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from tools.language import names
from tools.language.names import Date, Name
from tools.language.numbers import Quantity, even, extract, without
from tools.language.words import stems

Kind = Literal["quantity", "code", "date", "name"]


@dataclass(frozen=True)
class Fact:
    """`text` as the claim has it; `found` what the evidence says instead, "" where it says nothing or the same."""

    kind: Kind
    text: str
    holds: bool
    found: str = ""
    value: Quantity | Date | None = None


@dataclass(frozen=True)
class FactCheck:
    facts: tuple[Fact, ...]

    @property
    def ok(self) -> bool:
        return all(fact.holds for fact in self.facts)

    @property
    def missing(self) -> list[Fact]:
        return [fact for fact in self.facts if not fact.holds and not fact.found]

    @property
    def contradicted(self) -> list[Fact]:
        return [fact for fact in self.facts if not fact.holds and fact.found]


def check(claim: str, evidence: str) -> FactCheck:
    """Every quantity and name of the claim against all of the evidence."""
    claim, evidence = even(_CITATION_MARK.sub("", claim)), even(evidence)
    quantities, dates = extract(claim), names.dates(claim)
    codes = names.codes(without(claim, dates))
    proper = names.proper_names(without(claim, [*quantities, *dates, *codes]))
    there, dates_there = extract(evidence), names.dates(evidence)
    years = {quantity.low for quantity in there if not quantity.dimension}
    facts = [
        *(_quantity(one, there, claim, evidence) for one in quantities if not _is_idle(one, dates)),
        *(_date(one, dates_there, years, claim, evidence) for one in dates),
        *(_code(one, evidence) for one in codes),
        *(_name(one, claim, evidence) for one in proper),
    ]
    return FactCheck(tuple(fact for fact in facts if fact.holds or fact.found or not _is_count(fact)))


# "[2]" that a model wrote into its text, and the number of a list item at the start.
_CITATION_MARK = re.compile(r"\[\d{1,3}\]|^\s*\d{1,2}[.)]\s(?=\s*[^\W\d])")


def _is_idle(quantity: Quantity, dates: Sequence[Name]) -> bool:
    """The pronoun "one", and the year of a date, which is checked with its date."""
    return quantity.text.lower() == "one" or any(date.start == quantity.start for date in dates)


def _is_count(fact: Fact) -> bool:
    """ "two" in "two reasons": the evidence need not count them, but may not count otherwise."""
    return fact.kind == "quantity" and not any(char.isdecimal() for char in fact.text) and fact.text.isalpha()


def _name(name: Name, claim: str, evidence: str) -> Fact:
    """An acronym that the claim spells out itself needs no other source."""
    return Fact("name", name.text, names.has_name(name.text, evidence) or names.spells(claim, name.text))


def _date(date: Date, there: Sequence[Date], years: set[float], claim: str, evidence: str) -> Fact:
    """A year may stand apart from its day: "On 6 October they met ... in 1995"."""
    if any(other.says(date) for other in there):
        return Fact("date", date.text, True, value=date)
    if date.year in years and any(not other.year and other.says(replace(date, year=0)) for other in there):
        return Fact("date", date.text, True, value=date)
    rival = _nearest(date, [other for other in there if bool(other.day) == bool(date.day)], claim, evidence)
    return Fact("date", date.text, False, rival.text if rival else "", date)


def _code(code: Name, evidence: str) -> Fact:
    if names.has_code(code.text, evidence):
        return Fact("code", code.text, True)
    return Fact("code", code.text, False, names.rival_code(code.text, evidence) or "")


# --- quantities ----------------------------------------------------------------------------------------------


def _quantity(quantity: Quantity, there: Sequence[Quantity], claim: str, evidence: str) -> Fact:
    alike = [other for other in there if other.dimension == quantity.dimension]
    if any(says(other, quantity, claim) for other in alike) or _say_together(alike, quantity):
        return Fact("quantity", quantity.text, True, value=quantity)
    rivals = alike or [other for other in there if _same_number(other, quantity)]
    if not quantity.dimension:
        rivals = [other for other in rivals if _counts_same(quantity, claim) & _counts_same(other, evidence)]
    rival = _nearest(quantity, rivals, claim, evidence)
    return Fact("quantity", quantity.text, False, rival.text if rival else "", quantity)


def says(other: Quantity, quantity: Quantity, claim: str) -> bool:
    """Whether the evidence's `other` says what the claim's `quantity` says; both have one dimension."""
    if quantity.bound == "exact":
        return _says_exact(other, quantity, claim)
    if quantity.bound == "range":
        return _says_range(other, quantity)
    return _says_bound(other, quantity)


def _says_exact(other: Quantity, quantity: Quantity, claim: str) -> bool:
    slack = _slack(other, quantity)
    if quantity.approximate:
        slack = max(quantity.rounding / 2, slack)
        return other.low - slack <= quantity.low <= other.high + slack
    if abs(other.low - quantity.low) > slack or other.low != other.high:
        return False
    return other.bound == "exact" or _keeps_bound(other, claim)


def _slack(other: Quantity, quantity: Quantity) -> float:
    """How far equal values may lie apart: rounding errors, and half the last digit where units were converted."""
    exact = 1e-9 * max(abs(other.low), abs(quantity.low), 1e-12)
    same_unit = other.unit.casefold() == quantity.unit.casefold() or not (other.unit and quantity.unit)
    return exact if same_unit or abs(other.low - quantity.low) < 1e-12 else max(exact, quantity.step / 2)


def _says_range(other: Quantity, quantity: Quantity) -> bool:
    slack = max(_slack(other, quantity), quantity.rounding / 2 if quantity.approximate else 0.0)
    if other.bound == "range":
        return abs(other.low - quantity.low) <= slack and abs(other.high - quantity.high) <= slack
    return other.bound == "exact" and quantity.low <= other.low <= quantity.high


def _say_together(there: Sequence[Quantity], quantity: Quantity) -> bool:
    """Both ends of a range, apart: "minimum 5 bar, maximum 8 bar"."""
    if quantity.bound != "range":
        return False
    ends = (quantity.low, quantity.high)
    return all(any(o.low == o.high and abs(o.low - end) <= _slack(o, quantity) for o in there) for end in ends)


_DESCRIPTIVE = {"", "[percent_]", "[USD]", "[EUR]", "[GBP]", "[JPY]", "[INR]", "[CHF]"}


def _says_bound(other: Quantity, quantity: Quantity) -> bool:
    up = quantity.bound in ("at least", "more than")
    strict = quantity.bound in ("more than", "less than")
    limit, worst = (quantity.low, other.low) if up else (-quantity.high, -other.high)
    slack = _slack(other, quantity)
    if other.bound == "exact":
        if abs(worst - limit) <= slack:
            return False  # a bound was added
        return worst > limit and quantity.dimension in _DESCRIPTIVE
    if other.bound != "range" and (other.bound in ("at least", "more than")) != up:
        return False
    open_end = other.bound in ("more than", "less than")
    return worst > limit + slack or abs(worst - limit) <= slack and (open_end or not strict)


# Words that say in any place of the claim that a number is a bound.
_AT_LEAST = r"(?i)\b(?:min|least|lower|more|over|above|exceed\w*|greater|higher|longer|from|minim\w+)\b|[≥>+]"
_AT_MOST = (
    r"(?i)\b(?:max|most|up to|limit\w*|exceed\w*|within|less|under|below|fewer|upper|until|maxim\w+|more than)\b|[≤<]"
)


def _keeps_bound(other: Quantity, claim: str) -> bool:
    return re.search(_AT_LEAST if other.bound in ("at least", "more than") else _AT_MOST, claim) is not None


def _same_number(other: Quantity, quantity: Quantity) -> bool:
    """The same digits with another unit: 48 bar for 48 N·m."""
    digits = [re.sub(r"[^\d.,]", "", one.text) for one in (other, quantity)]
    return bool(quantity.unit and other.unit) and digits[0] == digits[1] != ""


def _counts_same(quantity: Quantity, text: str) -> set[str]:
    """The stem of the word after a bare number, which says what is counted; empty at the end of a clause."""
    match = re.match(r"[\s-]{0,2}((?:[^\W\d_]+[\s-]){0,3}[^\W\d_]+)", text[quantity.end :])
    return set(stems(match[1])[:1]) if match else set()


_Placed = TypeVar("_Placed", Quantity, Date)


def _nearest(own: _Placed, rivals: Sequence[_Placed], claim: str, evidence: str) -> _Placed | None:
    """The rival that stands among the same words; None where none does."""
    words = _around(claim, own)
    scored = [(len(words & _around(evidence, rival)), rival) for rival in rivals]
    best = max(scored, key=lambda pair: pair[0], default=None)
    if best is None or best[0] < min(2, max(1, len(words))):
        return None
    return best[1]


def _around(text: str, place: Quantity | Date) -> set[str]:
    """Stems of the content words within 60 characters before and after."""
    before, after = text[max(0, place.start - 60) : place.start], text[place.end : place.end + 60]
    return set(stems(before)) | set(stems(after))
