"""Shares and multiples in words: "half", "two thirds", "twice", "three quarters of an hour", "one in ten"."""

import re
from collections.abc import Iterator

from tools.language.numbers import COUNTED, Quantity
from tools.language.units import NO_UNIT, unit

_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_TIMES = {"once": 1, "twice": 2, "double": 2, "triple": 3, "treble": 3, "quadruple": 4, "halve": 0.5, "dozen": 12}
_COUNT = "|".join(COUNTED[1:13])
_OF = "hour|day|year|minute|litre|liter|kilo|metre|percent"
_SHARE = re.compile(
    rf"\b(?:(?P<count>an?|{_COUNT})[ -])?(?P<part>{'|'.join(_PARTS)})s?\b(?:[ -](?:of )?an?[ -](?P<unit>{_OF})\b)?"
    rf"|\b(?P<times>{'|'.join(_TIMES)})[sd]?\b"
    rf"|\b(?P<fold>{_COUNT}|\d+)(?:[ -]?fold| times)\b"
    rf"|\b(?P<one>{_COUNT}|\d+)(?:[ -]in[ -]|\s+out\s+of\s+(?:every\s+)?)(?P<of>{_COUNT}|\d+)\b",
    re.IGNORECASE,
)


def shares(text: str) -> list[Quantity]:
    """In order; bare numbers ("half" is 0.5), or times and lengths ("half an hour")."""
    return list(_shares(text))


def _shares(text: str) -> Iterator[Quantity]:
    for match in _SHARE.finditer(text):
        value, of = _value(match), (unit(match["unit"].lower()) if match["unit"] else None) or NO_UNIT
        base = value * of.factor
        written = " ".join(match[0].split())
        yield Quantity(written, *match.span(), base, base, of.dimension, match["unit"] or "", step=abs(base) * 0.02)


def _value(match: re.Match[str]) -> float:
    if match["part"]:
        return _count(match["count"] or "one") / _PARTS[match["part"].lower()]
    if match["times"]:
        return _TIMES[match["times"].lower()]
    return _count(match["fold"]) if match["fold"] else _count(match["one"]) / max(1.0, _count(match["of"]))


def _count(word: str) -> float:
    word = word.lower()
    return float(word) if word.isdigit() else 1.0 if word in ("a", "an") else float(COUNTED.index(word))
