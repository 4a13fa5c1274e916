"""Where each number, date, code and name of a claim comes from: read in the evidence, taken from the question or a
heading, computed, counted, or from nowhere; and whether it stands where the claim's other words stand."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from agent.validator import arithmetic, numbers
from agent.validator.arithmetic import Operand, counted
from agent.validator.numbers import Fact
from agent.validator.premise import SourceText
from tools.language import markdown, names
from tools.language.blocks import TextUnit, units
from tools.language.names import Date
from tools.language.numbers import Quantity, extract
from tools.language.shares import shares
from tools.language.words import terms

How = Literal["read", "context", "computed", "bounded", "unit", "nowhere"]
"""`unit`: the number is there, in another unit only."""
LUCK = 0.2
"""Chance (0 to 1) of other numbers being computed as well, above which the same digits in another unit count more."""
CORE_UNITS = 4
"""Units of the evidence that share most with the claim: what it is computed from, first of all."""


PLAIN = ("", "[USD]", "[EUR]", "[GBP]", "[CHF]", "[JPY]")
"""Dimensions that a table's "in thousands" counts for."""


@dataclass(frozen=True)
class Origin:
    """`chance`: for a computed number the share of other values that could be computed as well, 0 to 1. `how_text`
    says how it was computed."""

    fact: Fact
    how: How
    chance: float = 0.0
    how_text: str = ""


@dataclass(frozen=True)
class Spot:
    """A number of the evidence: `own` are the terms of its cell or stretch, `around` those of its row or sentence."""

    quantity: Quantity
    own: frozenset[str]
    around: frozenset[str]


@dataclass(frozen=True)
class Evidence:
    """What a claim cites, read for numbers."""

    sources: tuple[SourceText, ...]
    question: str = ""
    marked: frozenset[int] = frozenset()
    """The units, by index, in which the claim's quotes stand."""

    @cached_property
    def units(self) -> list[TextUnit]:
        return [unit for source in self.sources for unit in units(source.text)]

    @cached_property
    def text(self) -> str:
        return "\n".join(unit.text for unit in self.units)

    @cached_property
    def context(self) -> str:
        labels = [part for source in self.sources for part in (source.heading, source.title)]
        heads = [line for source in self.sources for line in _table_heads(source.text)]
        return "\n".join(dict.fromkeys([self.question, *labels, *heads]))

    @cached_property
    def spots(self) -> list[Spot]:
        """Every number of the evidence with the words it stands among."""
        return [spot for unit in self.units for spot in _spots(unit)]

    @cached_property
    def rarity(self) -> dict[str, float]:
        """term -> how few units have it: log(1 + units / units with it)."""
        counts = Counter(term for unit in self.units for term in terms(unit.text))
        return {term: math.log(1 + len(self.units) / count) for term, count in counts.items()}

    @cached_property
    def scale(self) -> float:
        return arithmetic.scale_of(f"{self.context} {' '.join(self.text.split()[:40])}")

    @cached_property
    def dates(self) -> list[Date]:
        return names.dates(f"{self.text}\n{self.question}")

    @cached_property
    def counts(self) -> list[Operand]:
        return [count for source in self.sources for count in _counts(source.text)]

    def core(self, claim: str) -> list[TextUnit]:
        """The units that share most with the claim, rare words first."""
        wanted = terms(claim)
        order = sorted(range(len(self.units)), key=lambda i: -self.weight(terms(self.units[i].text) & wanted))
        return [self.units[i] for i in dict.fromkeys([*sorted(self.marked)[:2], *order])][:CORE_UNITS]

    def weight(self, found: frozenset[str]) -> float:
        return sum(self.rarity.get(term, 0.0) for term in found)


def origins(claim: str, evidence: Evidence) -> list[Origin]:
    """One for each number, date, code and name of the claim."""
    read = numbers.check(claim, evidence.text).facts
    if all(fact.holds for fact in read):
        return [Origin(fact, "read") for fact in read]
    context = {fact.text for fact in numbers.check(claim, f"{evidence.context}\n{evidence.text}").facts if fact.holds}
    pool = _pool(claim, evidence)
    return [Origin(fact, "read") if fact.holds else _elsewhere(fact, claim, evidence, context, pool) for fact in read]


def shares_of(claim: str, evidence: Evidence) -> list[Origin]:
    """The same for "half", "twice", "a quarter of an hour"."""
    found, there = shares(claim), shares(evidence.text)
    pool = _pool(claim, evidence) if found else []
    facts = [(Fact("quantity", one.text, False, value=one), one) for one in found]
    return [
        Origin(fact, "read") if any(_alike(one, other) for other in there) else _computed(fact, one, evidence, pool)
        for fact, one in facts
    ]


def _alike(one: Quantity, other: Quantity) -> bool:
    return one.dimension == other.dimension and abs(one.low - other.low) < 1e-9 * max(1.0, one.low)


def _elsewhere(fact: Fact, claim: str, evidence: Evidence, context: set[str], pool: Sequence[Operand]) -> Origin:
    if fact.text in context:
        return Origin(fact, "context")
    if isinstance(fact.value, Date):
        spans = [quantity for quantity in extract(evidence.text) if quantity.dimension == "[time]"]
        way = arithmetic.is_reached(fact.value, evidence.dates, spans)
        return Origin(fact, "computed", 0.2, way) if way else Origin(fact, "nowhere")
    if isinstance(fact.value, Quantity):
        return _computed(fact, fact.value, evidence, pool)
    return Origin(fact, "nowhere")


def _computed(fact: Fact, quantity: Quantity, evidence: Evidence, pool: Sequence[Operand]) -> Origin:
    bounded = _bounded(quantity, evidence)
    if bounded:
        return Origin(replace(fact, holds=True), "bounded", how_text=bounded)
    clocks = [spot.quantity for spot in evidence.spots if spot.quantity.dimension == "time of day"]
    extra = [*evidence.counts, *arithmetic.durations(evidence.dates, clocks)]
    extra += pool  # in another unit, scale or way of writing
    found = arithmetic.compute(quantity, pool, extra)
    if (other := _in_another_unit(quantity, evidence)) and (found is None or found.chance > LUCK):
        return Origin(replace(fact, found=other), "unit")
    return Origin(fact, "computed", found.chance, found.how) if found else Origin(fact, "nowhere")


def _in_another_unit(quantity: Quantity, evidence: Evidence) -> str:
    """ "13 l/s", where the claim says 13 m³/h; "" where no number is the same."""
    mine = arithmetic.raw(quantity)
    others = (spot.quantity for spot in evidence.spots if spot.quantity.dimension)
    there = (one for one in others if quantity.unit and one.unit.casefold() != quantity.unit.casefold())
    return next((one.text for one in there if mine == arithmetic.raw(one) and mine[0] not in (0, 1)), "")


def _bounded(quantity: Quantity, evidence: Evidence) -> str:
    """The number of the evidence from which "more than x" follows, at most half as large again; "" for none."""
    if quantity.bound in ("exact", "range"):
        return ""
    up = quantity.bound in ("at least", "more than")
    for spot in evidence.spots:
        other = spot.quantity
        limit, value = (quantity.low, other.low) if up else (other.high, quantity.high)
        same = other.dimension == quantity.dimension and other.bound == "exact"
        if same and limit <= value <= 1.5 * limit and (value > limit or "than" not in quantity.bound):
            return other.text
    return ""


def _pool(claim: str, evidence: Evidence) -> list[Operand]:
    """What is computed with: the numbers of claim and question, of the core units, then all others."""
    core = evidence.core(f"{claim} {evidence.question}")
    near = [*extract(evidence.question), *shares(evidence.question)]
    mine = [fact.value for fact in numbers.check(claim, evidence.text).facts if fact.holds]
    near += [value for value in mine if isinstance(value, Quantity)]
    near += [quantity for unit in core for quantity in (*extract(unit.text), *shares(unit.text))]
    far = [quantity for unit in evidence.units if unit not in core for quantity in extract(unit.text)]
    plain = [one for one in (*near, *far) if one.dimension in PLAIN] if evidence.scale != 1 else []
    every = [*arithmetic.operands(near), *arithmetic.operands(plain, scale=evidence.scale)]
    every += arithmetic.operands(far, near=False)
    return list({(o.value, o.dimension, o.unit): o for o in reversed(every)}.values())[::-1]


# --- where it stands -----------------------------------------------------------------------------------------

_CUT = re.compile(r"\s\|\s|[;,:()]\s|\s[(]|\b(?:and|und|et|but|while|whereas)\b")


def _spots(unit: TextUnit) -> Iterator[Spot]:
    around = terms(unit.text)
    if unit.kind == "row":
        first, *rest = unit.text.split(" | ")
        for cell in rest or [first]:
            yield from (_spot(q, f"{first} {cell}", around) for q in extract(cell.partition(": ")[2] or cell))
        return
    ends = [match.start() for match in _CUT.finditer(unit.text)]
    for quantity in extract(unit.text):
        start = max((end for end in ends if end <= quantity.start), default=0)
        stop = min((end for end in ends if end >= quantity.end), default=len(unit.text))
        yield _spot(quantity, unit.text[start:stop], around)


def _spot(quantity: Quantity, stretch: str, around: frozenset[str]) -> Spot:
    """Without the number itself: what counts is what stands round it."""
    number = frozenset(term for term in terms(quantity.text) if term[0].isdecimal())
    return Spot(quantity, terms(stretch) - number, around - number)


def margin(claim: str, evidence: Evidence) -> float:
    """How much better the words of the claim fit the places of its numbers than those of rival numbers: the worst of
    its numbers, -1 to 1; 0 where no number is read in the evidence."""
    found = [one for one in _spots(TextUnit(claim, 0, len(claim), "paragraph", 0))]
    worst = [gap for spot in found if (gap := _gap(spot, evidence)) is not None]
    return min(worst, default=0.0)


def _gap(mine: Spot, evidence: Evidence) -> float | None:
    alike = [spot for spot in evidence.spots if spot.quantity.dimension == mine.quantity.dimension]
    there = [spot for spot in alike if numbers.says(spot.quantity, mine.quantity, "")]
    rivals = [spot for spot in alike if spot not in there]
    if not there:
        return None
    if not rivals:
        return 0.5
    whole = evidence.weight(mine.around) or 1.0
    best, other = (max(_fit(mine, spot, evidence) for spot in some) for some in (there, rivals))
    return max(-1.0, min(1.0, (best - other) / whole))


def rival(claim: str, value: Quantity, evidence: Evidence) -> float:
    """How much of the claim's words stand round a number that is of the same kind, and another one: 0 to 1."""
    own = next(
        (s for s in _spots(TextUnit(claim, 0, len(claim), "paragraph", 0)) if s.quantity.start == value.start), None
    )
    if own is None:
        return 0.0
    others = [spot for spot in evidence.spots if spot.quantity.dimension == value.dimension]
    whole = evidence.weight(own.around) or 1.0
    return min(1.0, max((_fit(own, spot, evidence) for spot in others), default=0.0) / whole)


def _fit(mine: Spot, spot: Spot, evidence: Evidence) -> float:
    """Terms that both stretches have count whole, those that only the sentences share, half."""
    close = evidence.weight(mine.own & spot.own)
    return close + 0.5 * (evidence.weight(mine.around & spot.around) - close)


# --- what can be counted -------------------------------------------------------------------------------------


def _table_heads(text: str) -> list[str]:
    rows = markdown.rows(text)
    return list(dict.fromkeys(" ".join(row.header) for row in rows))


def _counts(text: str) -> Iterator[Operand]:
    """Rows, cells that are alike, list items under one head, and what a sentence lists."""
    rows = markdown.rows(text)
    if rows:
        yield counted(len(rows), f"{len(rows)} rows")
        yield counted(len(rows[0].header) - 1, f"{len(rows[0].header) - 1} columns")
    for column in range(min((len(row.cells) for row in rows), default=0)):
        for cell, count in Counter(row.cells[column].casefold() for row in rows).items():
            yield counted(count, f"{count} rows with “{cell}”")
            if count < len(rows):
                yield counted(len(rows) - count, f"{len(rows) - count} rows without “{cell}”")
        yield from _total([extract(row.cells[column]) for row in rows])
    items = Counter(unit.head for unit in units(text) if unit.kind == "item")
    for count in items.values():
        yield counted(count, f"{count} listed")
    for unit in units(text):
        for listed in re.finditer(r"[^,;:.]+(?:,\s[^,;:.]+)*,?\s(?:and|or|und|oder|et|ou)\s[^,;:.]+", unit.text):
            count = listed[0].count(",") + 2 - (1 if re.search(r",\s(?:and|or)\s", listed[0]) else 0)
            yield counted(count, f"{count} named")


def _total(cells: Sequence[Sequence[Quantity]]) -> Iterator[Operand]:
    """The sum of a column, where each cell is one number of the same dimension."""
    single = [cell[0] for cell in cells if len(cell) == 1]
    if len(single) == len(cells) > 2 and len({one.dimension for one in single}) == 1:
        total = sum(one.low for one in single)
        yield counted(total, "the column's total", single[0].dimension)
