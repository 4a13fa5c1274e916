"""Quantities in running text: numbers with their unit, bound, range and rounding.

Read so: "1.2 kN", "1,200 N", "23 400 h", "5 to 8 bar", "5–8 bar", "between 5 and 8 bar", "at least 45 mm", "48 N·m max.",
"about 23 million", "1 1/2 inch", "three hours", "30:1", "14:30". A comma with three digits after it separates
thousands; with one, two, or more than three it is a decimal comma. Times of day are minutes after midnight.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from agent.validator.units import NO_UNIT, UNIT, Unit, unit

Bound = Literal["exact", "at least", "more than", "at most", "less than", "range"]


@dataclass(frozen=True)
class Quantity:
    """A value (low == high) or a range, in base units. `text` is as written, from `start` to `end`.

    `step` is the worth of the last digit that was written, `rounding` that of the last one that is not a
    trailing zero of a whole number: "1200 N" has step 1 N and rounding 100 N.
    """

    text: str
    start: int
    end: int
    low: float
    high: float
    dimension: str
    written_unit: str
    bound: Bound = "exact"
    approximate: bool = False
    step: float = 1.0
    rounding: float = 1.0


@dataclass(frozen=True)
class _Number:
    """A bare number and the unit that was found beside it. `from_start` takes in a currency sign before it."""

    start: int
    end: int
    value: float
    decimals: int
    scale: float
    written_unit: str
    dimension: str = ""

    @property
    def last_place(self) -> float:
        return float(10.0**-self.decimals)


# Characters with many forms, one for one so that offsets stay true.
_EVEN = str.maketrans("‐‑‒–—−⋅∙•μº˚\u00a0\u202f\u2009×’", "-------" + "·".replace("·", "·") * 0 + "···µ°°   x'"[0:0] + "")
