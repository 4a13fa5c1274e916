"""The words that make a number a bound ("not more than 8 bar") or a rough one ("about 8 bar")."""

import re
from dataclasses import dataclass
from typing import Literal

Bound = Literal["exact", "at least", "more than", "at most", "less than", "range"]


@dataclass(frozen=True)
class Reading:
    """`lead` and `tail` are the words of the bound before and after the number, "" where there are none."""

    bound: Bound = "exact"
    lead: str = ""
    tail: str = ""


def read(before: str, after: str) -> Reading:
    """The bound that the text before and after a number makes of it."""
    before, after = _same_clause(before, after)
    for bound, pattern in _BEFORE:
        if match := re.search(pattern, before, re.IGNORECASE):
            return Reading(bound, lead=match[0])
    for bound, pattern in _AFTER:
        if match := re.match(pattern, after, re.IGNORECASE):
            return Reading(bound, tail=match[0])
    return Reading()


def is_approximate(before: str, after: str) -> bool:
    return bool(_ABOUT.search(_same_clause(before, after)[0]) or re.match(r"\s+or so\b", after))


def _same_clause(before: str, after: str) -> tuple[str, str]:
    """Neither reaches over the end of a sentence or a table cell; the dot of "max." ends no sentence."""
    before = re.split(r"(?<!max)(?<!min)(?<!prox)(?<!\bca)[.;!?]\s|\||\n\s*\n|·\s", before)[-1]
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
