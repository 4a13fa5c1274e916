"""Words of any script: codes whole, dates in one form, pairs of letters where a script puts no blanks."""

import re

from tools.language.names import dates

_NO_BLANKS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_NO_BLANKS}]+")
"""Letters of Thai, Lao, Burmese, Khmer, Japanese and Chinese: no blank parts their words."""
_LETTER = "(?:[^\\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0dff])"
"""A letter or digit, or a sign that belongs to the letter before it."""
_TOKEN = re.compile(f"{_LETTER}+(?:[-/.]{_LETTER}+)*")
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
"""For `str.translate`: the dashes and minus signs that stand for a hyphen in part numbers."""


def words(text: str) -> list[str]:
    """The words of a text in small letters, in order: "AR-240" whole, 储油罐 as 储油 油罐, 4 March 2026 as 2026-03-04
    too."""
    plain = text.translate(DASHES).casefold()
    days = [f"{day.year}-{day.month:02}-{day.day:02}" for day in dates(text) if day.year and day.month and day.day]
    return [*_TOKEN.findall(paired(plain)), *(day for day in days if day not in plain)]


def paired(text: str) -> str:
    """The text with its runs of letters that no blank parts as overlapping pairs, each between blanks: what two texts
    about one thing share."""
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", text)


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]
