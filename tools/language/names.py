"""Names in running text that must be matched as they stand: codes, dates, proper names and acronyms.

A code mixes letters and digits ("E07", "M8 x 25", "AR-240", "10W-40", "3.2.1") and is no number. Case, blanks and
hyphens inside a code do not count: "AR-240" = "AR 240"; "M8" is found in "M8 x 25", never in "M80" or "AM8".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tools.language.units import unit
from tools.language.words import STOP_WORDS


@dataclass(frozen=True)
class Name:
    """`text` is as written, from `start` to `end` (exclusive)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Date(Name):
    """A day, a month or a day of the year; what is not said is 0. `swapped`: 3/4/2023 may be 4 March or 3 April."""

    year: int = 0
    month: int = 0
    day: int = 0
    swapped: bool = False

    def says(self, other: "Date") -> bool:
        """Whether everything that `other` says is said here too."""
        readings = [(other.month, other.day), (other.day, other.month)][: 1 + other.swapped]
        mine = [(self.month, self.day), (self.day, self.month)][: 1 + self.swapped]
        return other.year in (0, self.year) and any(
            month in (0, my_month) and day in (0, my_day) for month, day in readings for my_month, my_day in mine
        )


# --- codes ---------------------------------------------------------------------------------------------------

_CODE = re.compile(
    r"""
    (?P<address> https?://[^\s)\]]+[^\s.,;)\]] | www\.[^\s)\]]+[^\s.,;)\]] | [\w.+-]+@[\w-]+\.[\w.-]*\w )
    | (?<![\w.,:/-]) (?P<oil> \d{1,2}W[- ]?\d{2} (?!\w) )                               # 10W-40
    | (?<![\w-]) (?P<thread> M\d+(?:\.\d+)? (?:\s?x\s?\d+(?:\.\d+)?)? (?!\w) )          # M8, M8 x 1.25
    | (?<![\w-]) (?P<letters> (?: [A-Z][A-Za-z]{0,15}- | [A-Za-z]{1,8} ) \d\w* (?:[-/.](?=\w*\d)\w+)* )   # AR-240, E07
    | (?<![\w-]) (?P<decade> \d{3}0\s?'?s ) (?!\w)                                           # 1990s
    | (?<![\w.,:/-]) (?P<digits> \d+ (?:-\d+)? [A-Za-z]\w* (?:-\w*\d\w*)* )                       # 4WD, 6205-2RS
    | (?<![\w.,:-]) (?P<numbering> v?\d+ (?:\.\d+){2,} | \d+ (?:-\d+){2,} | 0\d{2,} (?:[ -]\d+)* ) (?![\w.,]*\d)
    """,
    re.VERBOSE,
)
# What may stand glued to a number without making it a code: ordinals, decades, times, "k".
_GLUED = re.compile(r"(?:st|nd|rd|th|am|pm|k|m|bn|x|x\d+)", re.IGNORECASE)


def codes(text: str) -> list[Name]:
    """The codes of a text in order. A number with its unit ("48Nm", "25 m3") is none."""
    return [Name(match[0], *match.span()) for match in _CODE.finditer(text) if not _is_measure(match)]


def _is_measure(match: re.Match[str]) -> bool:
    if match["letters"]:
        return unit(match[0]) is not None or match[0].lower().startswith("x")
    if not match["digits"]:
        return False
    tail = match[0].lstrip("0123456789")
    return bool(_GLUED.fullmatch(tail) or unit(tail) or not tail.startswith("-") and unit(tail.split("-")[0]))


def has_code(code: str, text: str) -> bool:
    """Whether the code stands in the text as a whole; an address stands there letter by letter."""
    if re.search(r"://|@|^www\.", code):
        return code.casefold() in text.casefold()
    return code_pattern(code).search(text) is not None


def code_pattern(code: str) -> re.Pattern[str]:
    chunks = re.findall(r"\d+|[^\W\d_]+|[^\w\s'-]|_", code)
    body = r"[\s'-]*".join(re.escape(chunk) for chunk in chunks)
    size = r"|(?=\s?x\s?\d)" if re.fullmatch(r"M\d+", code) else ""
    return re.compile(rf"(?<![A-Za-z0-9])(?<![\d][.,]){body}(?:(?![A-Za-z0-9]|[.,-]\d){size})", re.IGNORECASE)


def rival_code(code: str, text: str) -> str | None:
    """Another code of the same make: the same letters around other digits ("E08" for "E07")."""
    make = _make(code)
    return next((other.text for other in codes(text) if _make(other.text) == make and "#" in make), None)


def _make(code: str) -> str:
    return re.sub(r"\d+", "#", re.sub(r"[\s-]+", "", code.casefold())).split("x")[0]


# --- dates ---------------------------------------------------------------------------------------------------

MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join([*MONTHS, *(rf"{month[:3]}\b\.?" for month in MONTHS), r"Sept\b\.?"])
_DAY = r"(?<![\d.,/:-])(?:(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?)(?!\d)"
_YEAR = r"(?:1[0-9]|20)\d\d(?![\d\w])"
_DATE = re.compile(
    rf"""
    (?P<d1>{_DAY}) (?:\ of)? \ (?P<m1>{_MONTH}) (?:\ ?,?\ (?P<y1>{_YEAR}))?        # 14 March 2023, 14th of March
    | \b(?P<m2>{_MONTH}) \ (?P<d2>{_DAY}) (?:\ ?,?\ ?(?P<y2>{_YEAR}))?              # March 14, 2023
    | \b(?P<m3>{_MONTH}) \ ?,?\ (?:of\ )?(?P<y3>{_YEAR})                           # March 2023
    | (?<![\d-]) (?P<y4>(?:1[0-9]|20)\d\d) - (?P<m4>0[1-9]|1[0-2]) - (?P<d4>0[1-9]|[12]\d|3[01]) (?![\d-])   # ISO
    | (?<![\d./]) (?P<a>[0-3]?\d) (?P<sep>[./]) (?P<b>[0-3]?\d) (?P=sep) (?P<y5>(?:1[0-9]|20)\d\d) (?!\d)  # 14.03.2023
    """,
    re.VERBOSE,
)


def dates(text: str) -> list[Date]:
    """The dates of a text in order; a line may end inside of one."""
    one_line = re.sub(r"\s", " ", text)
    return [date for match in _DATE.finditer(one_line) if (date := _date(match))]


def _date(match: re.Match[str]) -> Date | None:
    part = {key: value for key, value in match.groupdict().items() if value}
    year = int(next((value for key, value in part.items() if key[0] == "y"), "0"))
    if "a" in part:
        day, month = int(part["a"]), int(part["b"])
        if not (min(day, month) >= 1 and min(day, month) <= 12 and max(day, month) <= 31):
            return None
        if month > 12:
            day, month = month, day
        return Date(match[0], *match.span(), year, month, day, swapped=max(day, month) <= 12)
    month_text = next(value for key, value in part.items() if key[0] == "m")
    day = int(re.sub(r"\D", "", next((value for key, value in part.items() if key[0] == "d"), "0")))
    return Date(match[0], *match.span(), year, _month(month_text), day)


def _month(written: str) -> int:
    if written.isdecimal():
        return int(written)
    return next(i for i, month in enumerate(MONTHS, 1) if month.startswith(written[:3]))


# --- proper names --------------------------------------------------------------------------------------------

# A capitalised word, an acronym or an initial; inner capitals, apostrophes and hyphens belong to it.
_CAPITAL = re.compile(
    r"(?<![\w'-])(?:(?:[A-Z]\.){2,}|[A-Z]\.(?=\s?[A-Z])|[A-ZÀ-ÖØ-Þ](?:['&-]?[^\W\d_]+)*|[a-z]+[A-Z]\w*)(?!\w)"
)
# Where a sentence, a cell, a label's value or a quotation starts: a capital says nothing there.
_START = re.compile(r"(?:^|[.!?:;|·•\"“”‘'(\[/*]|\n|(?<=\s)['-])\s*$")
# Words that open a sentence of a manual and are no part of the name after them: "Press START".
_OPENERS = frozenset(
    "press select choose connect turn set use open close check follow perform see click tap push pull hold insert "
    "remove install replace tighten loosen clean fill drain start stop switch plug attach ensure make keep refer "
    "contact avoid note warning caution never always only do not no according however meanwhile after before although "
    "since unlike both while during other another many most some several".split()
)
_ALIAS_ENDINGS = frozenset({"", "s", "es", "n", "an", "ian", "ish", "y", "'s"})


def proper_names(text: str) -> list[Name]:
    """Runs of capitalised words. A word that only starts a sentence is none, unless the run goes on after it."""
    return [name for run in _runs(text) if (name := _as_name(run, text))]


def _runs(text: str) -> Iterator[list[Name]]:
    words = [Name(match[0], *match.span()) for match in _CAPITAL.finditer(text)]
    run: list[Name] = words[:1]
    for before, word in pairwise(words):
        if text[before.end : word.start] != " ":
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _as_name(run: list[Name], text: str) -> Name | None:
    starts = bool(_START.search(text[max(0, run[0].start - 5) : run[0].start]))
    while run and (run[0].text.lower() in STOP_WORDS or starts and run[0].text.lower() in _OPENERS):
        run, starts = run[1:], False
    if not run or starts and len(run) == 1 and not _is_acronym(run[0].text):
        return None
    end = run[-1].end
    return Name(text[run[0].start : end], run[0].start, end)


def _is_acronym(word: str) -> bool:
    return sum(char.isupper() for char in word) >= 2


def has_name(name: str, text: str) -> bool:
    """Whether every word of the name stands in the text; an initial stands for any word that starts with it.

    "Smith" and "J. Smith" are found in "John Smith"; "John Smith" in "J. Smith", not in "Smith".
    """
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
        return True
    there, words = _words(text), [word for word in _words(name) if word.lower() not in STOP_WORDS]
    return all(_has_word(word, there) for word in words) or _abbreviates(words, there)


def _words(text: str) -> list[str]:
    """Words with inner hyphens; "U.S." is "US", a possessive 's is left out."""
    text = re.sub(r"\b([A-Z])\.(?=[A-Z]\b)|(?<=\b[A-Z])\.|'s\b", r"\1", text)
    return re.findall(r"[^\W_]+(?:['&-][^\W_]+)*", text)


def spells(text: str, acronym: str) -> bool:
    """Whether the text spells the acronym out in words: "power take-off (PTO)"."""
    return acronym.isupper() and len(acronym) > 1 and _initials_run(acronym, _words(text))


def _has_word(word: str, there: list[str]) -> bool:
    if len(word) == 1:
        return any(other[:1].upper() == word for other in there)
    folded = [other.casefold() for other in there]
    if any(_alias(word.casefold(), other) for other in folded):
        return True
    if _is_acronym(word) and word.isupper():
        return _initials_run(word, there)
    pieces = [piece for piece in word.casefold().split("-") if piece]
    return len(pieces) > 1 and all(any(_alias(piece, other) for other in folded) for piece in pieces)


def _alias(one: str, other: str) -> bool:
    """The same word, or one with the ending of a plural, a possessive or a people: Germany, German, Germans."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if not long.startswith(short):
        return False
    ending = long[len(short) :]
    return ending in {"'s", "s"} or len(short) >= 5 and ending in _ALIAS_ENDINGS


def _initials_run(acronym: str, there: list[str]) -> bool:
    """Whether consecutive words, with or without the small ones, spell the acronym: PTO, power take-off."""
    words = [piece for word in there for piece in word.split("-") if piece]
    large = [word for word in words if word.lower() not in STOP_WORDS]
    return any(acronym in "".join(word[0].upper() for word in run) for run in (words, large))


def _abbreviates(words: list[str], there: list[str]) -> bool:
    """Whether the text has the acronym of a name of several words."""
    initials = "".join(word[0] for word in words)
    if len(words) == 2 and len(words[0]) > 1 and words[1] in there:  # J. Smith, for John Smith
        return words[0][0] in there
    return len(words) >= 3 and initials in there
