"""Personal data in text: what has a pattern, and where there is one a checksum. Names are not guessed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from stdnum import iban, luhn
from stdnum.ch import ssn as ch_ssn
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.se import personnummer
from stdnum.us import ssn as us_ssn

Kind = Literal["e-mail", "phone", "IBAN", "card", "social security"]
LABEL = (
    r"(?:tel|phone|telefon|telephone|fax|mobile|mobil|cell|handy|call|ruf)\w*[.:]*\s*(?:no[.:]*|nr[.:]*)?\s*[:=]?\s*"
)
FEWEST_DIGITS, MOST_DIGITS = 6, 15
"""Of a phone number (E.164 allows 15)."""


@dataclass(frozen=True)
class Finding:
    """Characters start to end of a text."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class _Pattern:
    """`regex` names what counts 'it', or is it; `is_valid` is asked about that."""

    kind: Kind
    regex: re.Pattern[str]
    is_valid: Callable[[str], bool] = lambda text: True


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_card(text: str) -> bool:
    digits = _digits(text)
    return digits[0] in "23456" and 13 <= len(digits) <= 19 and luhn.is_valid(digits)


def _is_phone(text: str) -> bool:
    return FEWEST_DIGITS <= len(_digits(text)) <= MOST_DIGITS


_PATTERNS = (
    _Pattern("e-mail", re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w-]+\.)+[^\W\d_]{2,}")),
    _Pattern("IBAN", re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b"), iban.is_valid),
    _Pattern("card", re.compile(r"(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d-])"), _is_card),
    _Pattern("social security", re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"), us_ssn.is_valid),
    _Pattern("social security", re.compile(r"\b756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}\b"), ch_ssn.is_valid),
    _Pattern(
        "social security", re.compile(r"\b[12]\s?\d{2}\s?\d{2}\s?\d[\dAB]\s?\d{3}\s?\d{3}\s?\d{2}\b"), nir.is_valid
    ),
    _Pattern("social security", re.compile(r"\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b"), codicefiscale.is_valid),
    _Pattern("social security", re.compile(r"\b\d{8}-?[A-Z]\b"), dni.is_valid),
    _Pattern("social security", re.compile(r"\b[XYZ]-?\d{7}-?[A-Z]\b"), nie.is_valid),
    _Pattern("social security", re.compile(r"\b\d{6}[-+A]\d{3}[0-9A-Y]\b"), hetu.is_valid),
    _Pattern("social security", re.compile(r"(?<![\d-])(?:\d{2})?\d{6}[-+]\d{4}(?![\d-])"), personnummer.is_valid),
    _Pattern("phone", re.compile(r"(?<![\w.])\(\d{3}\) ?\d{3}[- .]\d{4}(?!\d)")),
    _Pattern("phone", re.compile(rf"\b{LABEL}(?P<it>[+(]?\d[\d ()/.–-]{{4,}}\d)", re.IGNORECASE), _is_phone),
)
"""The first that fits wins. A national phone number counts after a word that says so: without one it may be a part
number as well."""


def find(text: str) -> list[Finding]:
    """In the order of the text; none overlaps another."""
    found: list[Finding] = []
    for pattern in _PATTERNS:
        for match in pattern.regex.finditer(text):
            name = "it" if "it" in pattern.regex.groupindex else 0
            if pattern.is_valid(match[name]):
                _add(found, Finding(pattern.kind, *match.span(name)))
    for phone in phonenumbers.PhoneNumberMatcher(text, None, leniency=phonenumbers.Leniency.POSSIBLE):
        _add(found, Finding("phone", phone.start, phone.end))
    return sorted(found, key=lambda one: one.start)


def _add(found: list[Finding], new: Finding) -> None:
    if all(new.end <= old.start or old.end <= new.start for old in found):
        found.append(new)


def mark(kind: Kind) -> str:
    """What stands in its place."""
    return f"[{kind}]"


def without(text: str, findings: Iterable[Finding]) -> str:
    """The text with a mark for each."""
    ordered = list(findings)
    ends = [0, *(one.end for one in ordered)]
    starts = [*(one.start for one in ordered), len(text)]
    kept = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    return kept[0] + "".join(mark(one.kind) + rest for one, rest in zip(ordered, kept[1:], strict=True))
