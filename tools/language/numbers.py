"""Quantities in running text: numbers with their unit, bound, range and rounding.

Read so: "1.2 kN", "1,200 N", "23 400 h", "5 to 8 bar", "5–8 bar", "between 5 and 8 bar", "at least 45 mm",
"48 N·m max.", "about 23 million", "1 1/2 inch", "three hours", "30:1", "14:30". A comma with three digits after it
separates thousands; with one, two, or more than three it is a decimal comma. Times are minutes after midnight.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from tools.language import names
from tools.language.markdown import MarkdownRow
from tools.language.sentences import STOP
from tools.language.units import NO_UNIT, UNIT, Unit, unit

Bound = Literal["exact", "at least", "more than", "at most", "less than", "range"]


@dataclass(frozen=True)
class Quantity:
    """A value (low == high) or a range, in base units. `text` is as written, its bound included.

    `start` and `end` are those of the number and its unit. `step` is the worth of the last digit that was
    written, `rounding` that of the last one that is not a trailing zero: "1200 N" has step 1 N, rounding 100 N.
    """

    text: str
    start: int
    end: int
    low: float
    high: float
    dimension: str
    unit: str
    bound: Bound = "exact"
    approximate: bool = False
    step: float = 0.0
    rounding: float = 0.0


@dataclass(frozen=True)
class _Number:
    """A number as it stands, with the unit beside it ("" none). `value` counts the unit's own units."""

    start: int
    end: int
    value: float
    step: float
    rounding: float
    unit: str = ""
    of: Unit = NO_UNIT
    tolerance: bool = False
    """It stands after ±."""


# Characters with many forms, one for one, so that offsets stay true.
_EVEN = str.maketrans("‐‑‒–—−⋅∙μº˚\u00a0\u202f\u2009×’₀₁₂₃₄₅₆₇₈₉", "------··µ°°   x'0123456789")
_VULGAR = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 1 / 8, "⅜": 3 / 8, "⅝": 5 / 8, "⅞": 7 / 8}
COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
"""Numbers in words; the index is the value."""
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "bn": 1e9, "k": 1e3}
_MONEY = r"US\$|[$€£¥₹]|USD|EUR|GBP|CHF|JPY"

_NUMBER = re.compile(
    rf"""
    (?<![^\W\dx]) (?<!\d) (?<!\d[.,])
    (?P<sign> \+/-\s? | ±\s? | [-+] )?
    (?: (?P<fraction> (?:\d+[ -])? \d+/[1-9]\d* (?![\d/]) )
      | (?P<vulgar> \d*\s?[{"".join(_VULGAR)}] )
      | (?P<thousands> [1-9]\d{{0,2}} (?:(?P<sep>[, ']) \d{{3}}) (?:(?P=sep)\d{{3}})* (?:\.\d+)? ) (?![\d]|,\d)
      | (?P<european> [1-9]\d{{0,2}} (?:\.\d{{3}})+ ,\d+ ) (?!\d)
      | (?P<plain> \d+ (?:[.,]\d+)? | \.\d+ ) )
    | (?<![\w-]) (?P<word> (?i:{"|".join(sorted(COUNTED, key=len, reverse=True))}) ) (?!\w)
    """,
    re.VERBOSE,
)
_SCALE = re.compile(r"(?:[ -]?(hundred|thousand|million|billion|trillion|bn)|(k))(?![^\W_])", re.IGNORECASE)
# "in" is an inch only where no word follows; a double prime only after a fraction or a decimal.
_UNIT_AFTER = re.compile(
    rf"\s{{0,2}}-?(?P<unit>{UNIT}|in(?=\s*(?:[.,;:)|\]x]|$))|(?<=[/.]\d)\"|(?<=[/.]\d\d)\")(?![^\W_]|[²³])"
)
_MONEY_BEFORE = re.compile(rf"(?P<unit>{_MONEY})\s?$")
_UNIT_BEFORE = re.compile(rf"[(\[](?P<unit>{UNIT})[)\]]\s*[:=]?\s*(?:(?:max|min)\w*\.?\s*)?$")
_CLOCK = re.compile(
    r"(?<![\w.,:])(?P<a>\d{1,4}(?:\.\d+)?):(?P<b>\d{1,4}(?:\.\d+)?)(?::\d\d)?(?![\d:])(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"|(?<![\w.,:])(?P<hour>\d{1,2})\s?(?P<half2>[ap])\.?m\b\.?",
    re.IGNORECASE,
)


def even(text: str) -> str:
    """Dashes, product dots, blanks, apostrophes and subscripts in one form each; the length stays the same."""
    return text.translate(_EVEN)


def extract(text: str) -> list[Quantity]:
    """Every quantity of a text, in order. Codes and dates are no quantities, but the year of a date is one."""
    return list(_extract(even(text)))


@lru_cache(maxsize=256)
def _extract(text: str) -> Sequence[Quantity]:
    clocks = [_clock(match) for match in _CLOCK.finditer(text)]
    rest = without(text, clocks)
    dates = names.dates(rest)
    rest = without(rest, dates)
    rest = without(rest, names.codes(rest))
    years = [Quantity(str(d.year), d.start, d.end, d.year, d.year, "", "", step=1, rounding=1) for d in dates if d.year]
    numbers = _hours_and_minutes(_whole_years(_shared_units(list(_numbers(rest)), rest), rest), rest)
    return sorted([*clocks, *years, *_bounded(_ranges(numbers, rest), text)], key=lambda quantity: quantity.start)


def without(text: str, places: Iterable[Quantity | names.Name]) -> str:
    """The text with something taken out; what is left keeps its offset and touches nothing."""
    for place in places:
        text = text[: place.start] + "\x00" * (place.end - place.start) + text[place.end :]
    return text


def _clock(match: re.Match[str]) -> Quantity:
    """A time or a ratio: "14:30" is a time, "30:1" a ratio."""
    first, second = float(match["a"] or match["hour"]), match["b"] or "00"
    half = (match["half"] or match["half2"] or "").lower()
    is_time = bool(half) or len(second) == 2 and float(second) < 60 and first < 24
    if half:
        first = first % 12 + (12 if half == "p" else 0)
    value = first * 60 + float(second) if is_time else first / (float(second) or 1)
    return Quantity(match[0], *match.span(), value, value, "time of day" if is_time else "ratio", "")


# The unit of a table's column: in brackets anywhere in its header, or at the end after "in" or a comma.
_COLUMN_UNIT = re.compile(rf"[(\[](?:in\s)?(?P<bracket>{UNIT})[)\]]|(?:\bin|,)\s(?P<end>{UNIT})$")


def with_unit(cell: str, header: str) -> str:
    """A table's cell with the header's unit after its last number, where none of its numbers has one."""
    match = _COLUMN_UNIT.search(header)
    quantities = extract(cell) if match else []
    if not match or not quantities or any(quantity.dimension for quantity in quantities):
        return cell
    end = quantities[-1].end
    return f"{cell[:end]} {match['bracket'] or match['end']}{cell[end:]}"


def without_unit(header: str) -> str:
    return _COLUMN_UNIT.sub("", header)


def read_row(row: MarkdownRow) -> str:
    """ "Size: M10 | Torque (N·m): 48 N·m": each cell beside its header, with the unit the header gives it."""
    pairs = zip(row.header, row.cells, strict=False)
    return " | ".join(f"{name}: {with_unit(cell, name)}" if name else cell for name, cell in pairs)


# --- numbers and their units ---------------------------------------------------------------------------------


def _numbers(text: str) -> Iterator[_Number]:
    end = 0
    for match in _NUMBER.finditer(text):
        if match.start() < end:
            continue  # the 1 of a unit "1/min"
        number = _read(match, text)
        scale = _SCALE.match(text, number.end)
        if scale and not (scale[2] and match["word"]):
            by = _SCALES[(scale[1] or scale[2]).lower()]
            value, step, rounding = number.value * by, number.step * by, number.rounding * by
            number = replace(number, end=scale.end(), value=value, step=step, rounding=rounding)
        number = _with_unit(number, text)
        end = number.end
        yield number


def _read(match: re.Match[str], text: str) -> _Number:
    """The number alone. A minus after a digit, a letter or a bracket is a dash."""
    start, end = match.span()
    value = _value(match)
    decimals = len("".join(re.split(r"[.,]", match["plain"] or "")[1:]))
    step = rounding = 10.0**-decimals
    while decimals == 0 and value and value % (rounding * 10) == 0:
        rounding *= 10
    sign = match["sign"] or ""
    if sign == "-":
        is_dash = start > 0 and (text[start - 1].isalnum() or text[start - 1] in ")%°²³\x00")
        start, value = (start + 1, value) if is_dash else (start, -value)
    return _Number(start, end, value, step, rounding, tolerance="±" in sign or "/" in sign)


def _value(match: re.Match[str]) -> float:
    if match["word"]:
        return float(COUNTED.index(match["word"].lower()))
    if match["fraction"]:
        whole, _, part = match["fraction"].replace("-", " ").rpartition(" ")
        above, below = part.split("/")
        return int(whole or 0) + int(above) / int(below)
    if match["vulgar"]:
        return int(match["vulgar"][:-1].strip() or 0) + _VULGAR[match["vulgar"][-1]]
    if match["thousands"]:
        return float(re.sub(r"[, ']", "", match["thousands"]))
    if match["european"]:
        return float(match["european"].replace(".", "").replace(",", "."))
    return float(match["plain"].replace(",", "."))


def _with_unit(number: _Number, text: str) -> _Number:
    """Looks after the number first ("48 N·m"), then before it ("€5", "Torque (N·m): 48")."""
    before = text[max(0, number.start - 40) : number.start]
    money = _MONEY_BEFORE.search(before)
    after = _UNIT_AFTER.match(text, number.end)
    match = money or after or _UNIT_BEFORE.search(before)
    if match is None:
        return number
    written = "in." if match["unit"] in ("in", '"') else match["unit"]
    known = unit(written)
    if known is None:
        return number
    if money:
        return replace(number, start=number.start - len(money[0]), unit=money["unit"], of=known)
    end = after.end() if after else number.end
    return replace(number, end=end, unit=written, of=known)


# What joins numbers that share one unit: "5, 8 and 10 bar", "25 x 40 mm", "5 ± 0.5 bar".
_JOIN = re.compile(r"\s*(?:,|,?\s?\b(?:and|or|to|by)\b|x|/|-|…|\.\.\.?)\s*")
_TO = re.compile(r"\s*(?:-|to|through|till|until|up to|…|\.\.\.?)\s*(?:max\.?\s)?")


def _shared_units(numbers: list[_Number], text: str) -> list[_Number]:
    """Numbers without a unit take that of the next in their list; in a range also that of the one before."""
    shared = list(numbers)
    for i in range(len(shared) - 2, -1, -1):
        number, after = shared[i], shared[i + 1]
        gap = text[number.end : after.start]
        joined = _JOIN.fullmatch(gap) or after.tolerance and not gap.strip()
        if after.unit and not number.unit and joined and not (_is_year(number) and "," in gap):
            shared[i] = replace(number, unit=after.unit, of=after.of)
    for i, (before, number) in enumerate(pairwise(shared), 1):
        if before.unit and not number.unit and _TO.fullmatch(text[before.end : number.start]):
            shared[i] = replace(number, unit=before.unit, of=before.of)
    return shared


def _whole_years(numbers: list[_Number], text: str) -> list[_Number]:
    """The 19 of "2018-19" is 2019."""
    whole = list(numbers)
    for i, (before, number) in enumerate(pairwise(numbers), 1):
        short = number.end - number.start == 2 and not number.unit and text[before.end : number.start] == "-"
        if short and _is_year(before) and before.value % 100 < number.value:
            whole[i] = replace(number, value=before.value - before.value % 100 + number.value)
    return whole


_AND_MINUTES = re.compile(r",?\s+(?:and |und |et )?")


def _hours_and_minutes(numbers: list[_Number], text: str) -> list[_Number]:
    """ "3 hours and 34 minutes" is one number."""
    whole: list[_Number] = []
    for number in numbers:
        before = whole[-1] if whole else None
        joined = before and _AND_MINUTES.fullmatch(text[before.end : number.start])
        if before and joined and before.of == unit("hour") and number.of == unit("minute") and number.value < 60:
            value, step = before.value + number.value / 60, number.step / 60
            whole[-1] = replace(before, end=number.end, value=value, step=step, rounding=step)
        else:
            whole.append(number)
    return whole


def _is_year(number: _Number) -> bool:
    return number.end - number.start == 4 and 1800 <= number.value <= 2100


# --- ranges and bounds ---------------------------------------------------------------------------------------


def _ranges(numbers: list[_Number], text: str) -> list[Quantity]:
    found, left = [], deque(numbers)
    while left:
        low = left.popleft()
        high = left.popleft() if left and _is_range(low, left[0], text) else low
        found.append(_quantity(low, high, text))
    return found


def _is_range(low: _Number, high: _Number, text: str) -> bool:
    gap = text[low.end : high.start]
    between = re.search(r"\bbetween\s+(?:about\s+)?$", text[: low.start][-20:]) and re.fullmatch(r"\s*and\s*", gap)
    same = low.of.dimension == high.of.dimension and not (low.tolerance or high.tolerance)
    return bool(same and (between or _TO.fullmatch(gap)) and _base(low.value, low.of) < _base(high.value, high.of))


def _base(value: float, of: Unit) -> float:
    return value * of.factor + of.offset


def _quantity(low: _Number, high: _Number, text: str) -> Quantity:
    return Quantity(
        text=" ".join(text[low.start : high.end].split()),
        start=low.start,
        end=high.end,
        low=_base(low.value, low.of),
        high=_base(high.value, high.of),
        dimension=("± " if low.tolerance else "") + low.of.dimension,
        unit=high.unit,
        bound="exact" if low is high else "range",
        step=high.step * high.of.factor,
        rounding=high.rounding * high.of.factor,
    )


def _bounded(found: list[Quantity], text: str) -> list[Quantity]:
    ends = [0, *(quantity.end for quantity in found)]
    starts = [*(quantity.start for quantity in found), len(text)][1:]
    return [
        _with_bound(quantity, text[max(end, quantity.start - 90) : quantity.start], text[quantity.end : start][:40])
        for quantity, end, start in zip(found, ends, starts, strict=False)
    ]


def _with_bound(quantity: Quantity, before: str, after: str) -> Quantity:
    before, after = _same_clause(before, after)
    about = bool(_ABOUT.search(before) or re.match(r"\s+or so\b", after))
    quantity = replace(quantity, approximate=about)
    if quantity.bound == "range":
        return quantity
    for bound, pattern in _BEFORE:
        if match := re.search(pattern, before, re.IGNORECASE):
            return replace(quantity, bound=bound, text=" ".join(f"{match[0]}{quantity.text}".split()))
    for bound, pattern in _AFTER:
        if match := re.match(pattern, after, re.IGNORECASE):
            return replace(quantity, bound=bound, text=" ".join(f"{quantity.text}{match[0]}".split()))
    return quantity


def _same_clause(before: str, after: str) -> tuple[str, str]:
    """Neither reaches over the end of a sentence or a table cell."""
    before = re.split(rf"{STOP}\s|;\s|\||\n\s*\n|·\s", before)[-1]
    if not re.match(r"\W*m(?:ax|in)\.", after):
        after = re.split(r"[.;!?|](?=\s|$)|\n", after)[0]
    return before, after


# Small words between a bound and its number; up to six words that may stand after "maximum" or "exceed".
_FILL = r"(?:\s+(?:of|than|is|are|be|by|a|an|the|to|total|about|approximately))*[\s:=(]*"
_FAR = r"(?:\s+(?!(?:and|or|but)\b)[^\W\d_][\w·-]*(?:\s\([^)\d]*\))?){0,6}[\s:=(]*"
_NOT = r"\b(?:no|not|never|cannot|\w+n['’]t|without)\s+(?:to\s+|be\s+|being\s+)?"
_UP = r"(?:more|greater|higher|larger|longer|later|bigger|wider|heavier|older|taller|further|faster|hotter)"
_DOWN = r"(?:less|lower|fewer|smaller|shorter|earlier|sooner|younger|lighter|slower|narrower|colder)"

# The first pattern that fits counts, so the negated forms come first.
_BEFORE: tuple[tuple[Bound, str], ...] = (
    ("at most", rf"{_NOT}(?:{_UP}|over|above|in excess of|beyond)(?:\s+than)?{_FILL}$"),
    ("at most", rf"{_NOT}exceed\w*{_FAR}$"),
    ("at least", rf"{_NOT}(?:{_DOWN}|under|below)(?:\s+than)?{_FILL}$"),
    ("at most", rf"(?:\bat (?:the )?most|\bup to|\bas (?:much|many|high|long|far) as|\bwithin|≤|<=){_FILL}$"),
    ("at least", rf"(?:\bat (?:the )?least|\bas (?:few|little|low|short) as|≥|>=){_FILL}$"),
    ("more than", rf"(?:\b{_UP}\s+than|\bover|\babove|\bbeyond|\bin excess of|>){_FILL}$"),
    ("more than", rf"\bexceed\w*{_FAR}$"),
    ("less than", rf"(?:\b{_DOWN}\s+than|\bunder|\bbelow|<){_FILL}$"),
    ("at most", rf"\b(?:max(?:imum|imal|\.)?|(?:upper )?limit(?:ed)?){_FAR}$"),
    ("at least", rf"\b(?:min(?:imum|imal|\.)?|lower limit){_FAR}$"),
)
_AFTER: tuple[tuple[Bound, str], ...] = (
    ("at least", rf"[\s,(]*(?:or|and)\s+(?:{_UP}|above|over|up|upwards?)\b|\+(?!\s?/?[-\d])"),
    ("at most", rf"[\s,(]*(?:or|and)\s+(?:{_DOWN}|below|under|down)\b"),
    ("at most", r"[\s,(]*(?:(?:is|as)\s+)?(?:the\s+)?max(?:imum\b|\.|\b)"),
    ("at least", r"[\s,(]*(?:(?:is|as)\s+)?(?:the\s+)?min(?:imum\b|\.|\b)"),
    ("at most", r"\s+(?:must|may|should|shall|can)?\s*(?:not|never)\s+be\s+exceeded"),
)
_ABOUT = re.compile(
    r"(?:\b(?:about|approx(?:\.|imately)?|around|roughly|nearly|almost|circa|ca?\.|some|close to|estimated)|[~≈∼])"
    r"[\s:(]*$",
    re.IGNORECASE,
)
