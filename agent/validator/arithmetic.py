"""Which values follow from the numbers of the evidence by computing, and how readily any other value would.

Sums, differences, products, ratios, percentages, totals of columns, durations between dates and times, and counts of
listed things. A value that is reached is worth little where most values near it are reached as well: `chance`.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tools.language.names import Date
from tools.language.numbers import Quantity
from tools.language.units import unit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOST = 30
"""Numbers of the evidence that are computed with, those nearest to the claim first."""
MOST_OF_THREE = 9
"""The same, where three are joined."""
NEAR = 0.03
"""Share of itself by which "about x" may miss what was computed."""
FAR, THREE = 0.3, 0.5
"""Added to the chance (0 to 1) where the numbers stand far from what the claim is about; where three are joined."""
DAY, MINUTE = 86400.0, 60.0
"""Seconds."""
TIME, PERCENT = "[time]", "[percent_]"
_SCALES = {"thousand": 1e3, "tsd": 1e3, "million": 1e6, "mio": 1e6, "mn": 1e6, "billion": 1e9}


@dataclass(frozen=True)
class Operand:
    """A number to compute with: `value` in base units, `raw` in the unit as written. `near`: it stands where the claim
    is about, or in claim or question."""

    value: float
    raw: float
    dimension: str
    unit: str
    text: str
    near: bool = True


@dataclass(frozen=True)
class Computed:
    """`how`: "21 + 2.5". `chance`: share (0 to 1) of other values near by that could be reached as well, more where
    the way is far-fetched."""

    how: str
    chance: float


def counted(count: float, text: str, dimension: str = "") -> Operand:
    return Operand(count, count, dimension, "", text)


def operands(quantities: Sequence[Quantity], near: bool = True, scale: float = 1.0) -> Iterator[Operand]:
    """Both ends of ranges; temperatures count from their own zero; `scale`: also as in a table "in thousands"."""
    for quantity in quantities:
        dimension = quantity.dimension.removeprefix("± ")
        for end in dict.fromkeys((quantity.low, quantity.high)):
            for value, raw in _readings(quantity, end, scale):
                yield Operand(value, raw, dimension, quantity.unit, quantity.text, near)


def _readings(quantity: Quantity, end: float, scale: float = 1.0) -> list[tuple[float, float]]:
    """(in base units, as written); of "1.674" also one thousand six hundred and seventy-four, as German has it."""
    known = unit(quantity.unit) if quantity.unit else None
    value = end - known.offset if known else end
    raw = value / known.factor if known and known.factor else value
    digits = "".join(char for char in quantity.text if char.isdigit() or char in ".,").strip(".,")
    whole, dot, rest = digits.rpartition(".")
    is_grouped = bool(dot) and len(rest) == 3 and whole.isdigit() and 1 <= len(whole) <= 3 and whole != "0"
    factors = [1.0, *([1000.0] if is_grouped else []), *([scale] if scale != 1 else [])]
    return [(value * factor, raw * factor) for factor in factors]


def raw(quantity: Quantity) -> list[float]:
    """Its ends as written, without the unit."""
    return [round(_readings(quantity, end)[0][1], 9) for end in dict.fromkeys((quantity.low, quantity.high))]


def scale_of(text: str) -> float:
    """1000 for "NOK thousand", 1e6 for "in millions"; 1 for neither."""
    words = {word.strip("().,:;").casefold().removesuffix("s") for word in text.split()}
    return next((factor for word, factor in _SCALES.items() if word in words), 1.0)


# --- what two or three numbers give --------------------------------------------------------------------------

Way = tuple[str, Floats, Flags, bool]
"""How it is written, the results, which of them make sense, and whether they are exact to the last digit."""


@dataclass(frozen=True)
class _Results:
    values: Floats
    exact: Flags
    names: Callable[[int], str]
    computed: bool


def compute(target: Quantity, pool: Sequence[Operand], extra: Sequence[Operand] = ()) -> Computed | None:
    """The simplest way to the target: one number in another unit, two near ones, two, three. None where there is none.
    `extra`: values that are reached already (durations, counts, totals), with the text that says how."""
    near = [operand for operand in pool if operand.near][:MOST]
    for some, results, malus in (
        (extra, _as_they_are, 0.0),
        (near, _of_two, 0.0),
        (pool[:MOST], _of_two, FAR),
        (near[:MOST_OF_THREE], _of_three, THREE),
    ):
        if found := _either(target, some, results):
            return Computed(found.how, min(1.0, found.chance + malus))
    return None


def _either(
    target: Quantity, pool: Sequence[Operand], results: Callable[[Floats, Floats, Sequence[Operand], Floats], _Results]
) -> Computed | None:
    """In base units by dimension; then with the numbers as they are written, where units are the same or unknown."""
    dimension = target.dimension.removeprefix("± ")
    goal = "" if dimension == PERCENT else dimension
    ends = dict.fromkeys((target.low, target.high))
    names = sorted({name for one in (*(o.dimension for o in pool), goal) for name, _ in _exponents(one)})
    if not pool:
        return None
    base = results(np.array([o.value for o in pool]), _table(pool, names), pool, _row(goal, names))
    found = _reach([v for e in ends for v, _ in _readings(target, e)], target, 1.0, base)
    written = [o for o in pool if o.unit in ("", target.unit) or o.dimension == PERCENT]
    if found or not written or not target.unit:
        return found
    known = unit(target.unit)
    step = 1 / known.factor if known and known.factor else 1.0
    none = np.zeros((len(written), 0))
    raw = results(np.array([o.raw for o in written]), none, written, np.zeros(0))
    return _reach([r for e in ends for _, r in _readings(target, e)], target, step, raw)


@lru_cache(maxsize=512)
def _exponents(dimension: str) -> tuple[tuple[str, float], ...]:
    """ "[length] * [mass] / [time] ** 2" -> (("[length]", 1), ("[mass]", 1), ("[time]", -2))."""
    found, sign = dict[str, float](), 1.0
    for part in re.findall(r"/|\[[\w ±]+\](?: \*\* [\d.]+)?", dimension):
        if part == "/":
            sign = -1.0
            continue
        name, _, power = part.partition(" ** ")
        if name != PERCENT:
            found[name] = found.get(name, 0.0) + sign * float(power or 1)
        sign = 1.0
    return tuple(found.items())


def _table(pool: Sequence[Operand], names: Sequence[str]) -> Floats:
    return np.array([_row(operand.dimension, names) for operand in pool]).reshape(len(pool), len(names))


def _row(dimension: str, names: Sequence[str]) -> Floats:
    found = dict(_exponents(dimension))
    return np.array([found.get(name, 0.0) for name in names])


def _reach(wanted: Sequence[float], target: Quantity, unit_step: float, results: _Results) -> Computed | None:
    """Whether each end of the target is reached; the chance is the share of its neighbours that are."""
    if not len(results.values):
        return None
    step, rounding = target.step * unit_step, target.rounding * unit_step
    loose = 0.0 if not target.approximate else rounding / 2
    if target.bound not in ("exact", "range") or target.approximate and results.computed:
        loose = max(NEAR * abs(wanted[0]), loose)
    hits = [_hit(value, step, loose, results) for value in wanted]
    found = next((hit for hit in hits if hit >= 0), -1)
    if found < 0 or target.low != target.high and sum(hit >= 0 for hit in hits) < 2:
        return None
    others = [_hit(value, step, loose, results) >= 0 for value in _neighbours(rounding or 1.0, wanted[0])]
    return Computed(results.names(found), sum(others) / max(1, len(others)))


def _hit(value: float, step: float, loose: float, results: _Results) -> int:
    """The index of the result that is nearest to the value, if it is within the tolerance; -1 else."""
    exact = 1e-6 * max(abs(value), 1e-9)
    slack = np.maximum(np.where(results.exact, exact, max(exact, step / 2 * 1.001)), loose)
    gaps = np.abs(results.values - value)
    best = int(np.argmin(np.where(gaps <= slack, gaps, np.inf)))
    return best if gaps[best] <= slack[best] else -1


def _neighbours(step: float, value: float) -> list[float]:
    """Other values with as many digits: what a wrong claim might have said."""
    moved = [value + n * step for n in (-4, -3, -2, -1, 1, 2, 3, 4)]
    turned = [round(value * factor / step) * step for factor in (0.5, 0.8, 1.1, 1.25, 1.5, 2.0)]
    return [other for other in dict.fromkeys(moved + turned) if other > 0 and abs(other - value) > 1e-9 * abs(value)]


def _as_they_are(values: Floats, powers: Floats, pool: Sequence[Operand], goal: Floats) -> _Results:
    fits = np.all(powers == goal, axis=1) if len(goal) else np.ones(len(values), bool)
    index = (np.arange(len(values)),)
    return _gathered([("{0}", values, fits, False)], index, pool)


def _of_two(values: Floats, powers: Floats, pool: Sequence[Operand], goal: Floats) -> _Results:
    i, j = (axis.ravel() for axis in np.meshgrid(*[np.arange(len(values))] * 2, indexing="ij"))
    a, b, safe = values[i], values[j], np.where(values[j] == 0, np.nan, values[j])
    fits = np.all(powers == goal, axis=1)
    both, product = fits[i] & fits[j], np.all(powers[i] + powers[j] == goal, axis=1)
    ratio = np.all(powers[i] - powers[j] == goal, axis=1) & (i != j)
    percent = np.array([operand.dimension == PERCENT for operand in pool])
    of = (i != j) & fits[i] & percent[j]
    same = (i != j) & np.all(powers[i] == powers[j], axis=1) & bool(not goal.any())
    return _gathered(
        [
            ("{0} + {1}", a + b, both & (i < j), True),
            ("{0} − {1}", a - b, both & (i != j), True),
            ("{0} × {1}", a * b, product & (i < j), False),
            ("{0} / {1}", a / safe, ratio, False),
            ("{1} of {0}", a * b / 100, of, False),
            ("{0} + {1}", a * (1 + b / 100), of, False),
            ("{0} − {1}", a * (1 - b / 100), of & (b < 100), False),
            ("{0} of {1} in %", 100 * a / safe, same & ~percent[j], False),
            ("from {1} to {0} in %", 100 * np.abs(a - b) / np.abs(safe), same & ~percent[j], False),
            ("100 − {0}", 100 - a, (i == j) & percent[i] & bool(not goal.any()), True),
        ],
        (i, j),
        pool,
    )


def _of_three(values: Floats, powers: Floats, pool: Sequence[Operand], goal: Floats) -> _Results:
    i, j, k = (axis.ravel() for axis in np.meshgrid(*[np.arange(len(values))] * 3, indexing="ij"))
    a, b, c = values[i], values[j], values[k]
    fits = np.all(powers == goal, axis=1)
    three, apart = fits[i] & fits[j] & fits[k], (i != j) & (j != k) & (i != k)
    product = np.all(powers[i] + powers[j] == goal, axis=1) & (i < j)
    over = np.all(powers[i] + powers[j] - powers[k] == goal, axis=1) & (i < j)
    return _gathered(
        [
            ("{0} + {1} + {2}", a + b + c, three & (i < j) & (j < k), True),
            ("{0} + {1} − {2}", a + b - c, three & apart & (i < j), True),
            ("{0} × {1} + {2}", a * b + c, apart & product & fits[k], False),
            ("{0} × {1} / {2}", a * b / np.where(c == 0, np.nan, c), apart & over, False),
        ],
        (i, j, k),
        pool,
    )


def _gathered(ways: Sequence[Way], axes: Sequence[NDArray[np.int64]], pool: Sequence[Operand]) -> _Results:
    chosen = [np.flatnonzero(fits & np.isfinite(values)) for _, values, fits, _ in ways]
    values = np.concatenate([way[1][index] for way, index in zip(ways, chosen, strict=True)])
    exact = np.concatenate([np.full(len(index), way[3]) for way, index in zip(ways, chosen, strict=True)])
    places = np.concatenate(chosen)
    kinds = np.repeat(np.arange(len(ways)), [len(index) for index in chosen])

    def name(at: int) -> str:
        texts = [pool[axis[places[at]]].text for axis in axes]
        return ways[kinds[at]][0].format(*texts)

    return _Results(values, exact, name, len(axes) > 1)


# --- dates and times -----------------------------------------------------------------------------------------


def durations(dates: Sequence[Date], clocks: Sequence[Quantity]) -> list[Operand]:
    """Between any two dates and any two times of day, in seconds."""
    days = [(day, date.text) for date in dates if (day := _day(date, dates))]
    found = [
        counted(((one - other).days + extra) * DAY, f"{a} − {b}", TIME)
        for one, a in days
        for other, b in days
        if one > other
        for extra in (0, 1)
    ]
    for one in clocks:
        for other in clocks:
            minutes = (one.low - other.low) % (24 * 60)
            if one is not other and minutes:
                found.append(counted(minutes * MINUTE, f"{one.text} − {other.text}", TIME))
    return found


def _day(date: Date, others: Sequence[Date]) -> Day | None:
    """A year that is not written is that of another date."""
    year = date.year or next((other.year for other in others if other.year), 2001)
    try:
        return Day(year, date.month, date.day or 1) if date.month else None
    except ValueError:
        return None


def is_reached(date: Date, dates: Sequence[Date], spans: Sequence[Quantity]) -> str:
    """How the date follows from another and a span of time ("1 April 2024 + 3 years"); "" where it does not."""
    wanted = _day(date, dates)
    for other in dates if wanted else ():
        start = _day(other, dates)
        for span in spans if start else ():
            for sign, mark in ((1, "+"), (-1, "−")):
                gap = abs((start + timedelta(seconds=sign * span.low) - wanted).days)  # type: ignore[operator]
                if gap <= (2 if span.low > 25 * DAY else 1):
                    return f"{other.text} {mark} {span.text}"
    return ""


# --- what the model computed ---------------------------------------------------------------------------------

_OPERATORS: dict[type[ast.operator] | type[ast.unaryop], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
}
LONGEST = 200
"""Characters of a calculation."""


def evaluate(expression: str) -> float | None:
    """The value of "48 * 12" or "(62 - 41) / 41 * 100"; None for anything but numbers, + − * / and brackets."""
    written = expression.replace("×", "*").replace("·", "*").replace("÷", "/").replace("−", "-").split("=")[0]
    if len(written) > LONGEST:
        return None
    try:
        return _value(ast.parse(written.replace(",", "").strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.operand))
    raise ValueError("no arithmetic")


def numbers_of(expression: str) -> list[float]:
    """The numbers that stand in a calculation."""
    written = expression.replace(",", "")
    try:
        nodes = ast.walk(ast.parse(written.split("=")[0].strip().replace("×", "*").replace("−", "-"), mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [float(n.value) for n in nodes if isinstance(n, ast.Constant) and type(n.value) in (int, float)]  # type: ignore[arg-type]
