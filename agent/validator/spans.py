"""Where a quote stands in a text: exactly, in parts, or where most of it stands.

Both sides are normalised with a map back to the original characters. Models cut, join and misspell what they quote:
what is found inexactly is a place to look at, not a proof.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from tools.language.markdown import RULE

MIN_FUZZY = 8
"""Characters (normalised). A shorter quote must stand there exactly."""
MIN_RATIO = 75.0
"""rapidfuzz partial ratio, 0 to 100, from which on a stretch is taken for what was quoted."""


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` (exclusive) of the ORIGINAL text. `score`: 1 exact, .75 to 1 where it is not."""

    start: int
    end: int
    score: float = 1.0


@dataclass(frozen=True)
class Normal:
    """`text` is normalised; its character i came from the original's characters starts[i] to ends[i]."""

    original: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def find(quote: str, text: str) -> tuple[Span, ...]:
    """One span for each part of a quote with ellipses, in order; () unless every part stands there exactly."""
    whole = normalise(text)
    wanted = [_core(part) for part in (quote, *_ELLIPSIS.split(quote))]
    if not wanted[0]:
        return ()
    found = _exact(wanted[0], whole, 0)
    return (found,) if found else _in_order([part for part in wanted[1:] if part], whole)


def nearest(quote: str, text: str) -> tuple[Span, ...]:
    """Where the quote stands, or the parts of it, or else the stretch that is most like it; () where none is."""
    return find(quote, text) or tuple(
        span for part in _ELLIPSIS.split(quote) if (span := _alike(_core(part), normalise(text)))
    )


def _alike(quote: str, whole: Normal) -> Span | None:
    if len(quote) < MIN_FUZZY:
        return None
    near = fuzz.partial_ratio_alignment(quote, whole.text, score_cutoff=MIN_RATIO)
    if near is None or near.dest_end <= near.dest_start:
        return None
    start = whole.text.rfind(" ", 0, near.dest_start + 1) + 1
    end = whole.text.find(" ", near.dest_end - 1)
    end = len(whole.text) if end < 0 else end
    return Span(whole.starts[start], whole.ends[end - 1], near.score / 100)


# Three dots or the one character, bare or in brackets.
_ELLIPSIS = re.compile(r"\[\s*(?:\.{3,}|…)\s*\]|\(\s*(?:\.{3,}|…)\s*\)|\.{3,}|…|(?:\. ){2,}\.")


def _core(quote: str) -> str:
    """The quote normalised, without the blanks, quotation marks and stops around it; "" if no word is left."""
    return normalise(quote).text.strip(" '\"`*.,;:")


def _in_order(parts: Sequence[str], whole: Normal) -> tuple[Span, ...]:
    """The parts one after the other; every place of the first part is tried."""
    first = _exact(parts[0], whole, 0) if parts else None
    while first:
        chain = [first]
        for part in parts[1:]:
            span = _exact(part, whole, chain[-1].end)
            if span is None:
                break
            chain.append(span)
        if len(chain) == len(parts):
            return tuple(chain)
        first = _exact(parts[0], whole, first.end)
    return ()


# --- exact ---------------------------------------------------------------------------------------------------


def _exact(quote: str, whole: Normal, after: int) -> Span | None:
    """The first place from the original's offset `after` on that cuts no word and no number."""
    at = whole.text.find(quote)
    while at >= 0:
        end = at + len(quote)
        if whole.starts[at] >= after and not (_cuts(whole, at) or _cuts(whole, end)):
            return Span(whole.starts[at], whole.ends[end - 1])
        at = whole.text.find(quote, at + 1)
    return None


def _cuts(whole: Normal, at: int) -> bool:
    """Whether the place before normalised character `at` lies inside a word or a number."""
    if at == 0 or at == len(whole.text):
        return False
    if whole.starts[at - 1] == whole.starts[at]:
        return True  # inside a ligature or an accented letter
    left = whole.original[: whole.ends[at - 1]][-2:]
    right = whole.original[whole.starts[at] : whole.starts[at] + 2]
    return _inside_word(left[-1], right[0]) or _inside_number(left, right)


def _inside_word(left: str, right: str) -> bool:
    if unicodedata.combining(right):
        return True
    wide = any(unicodedata.east_asian_width(char) in "WF" for char in (left, right))
    return not wide and all(char.isalpha() or char.isdecimal() for char in (left, right))


def _inside_number(left: str, right: str) -> bool:
    """In "1|.5", "1.|5" or "-|5"; but a dash after a number is that of a range, "5-|8"."""
    if left[-1].isdecimal() and right[0] in ".,:/":
        return right[1:].isdecimal()
    if not right[0].isdecimal():
        return False
    before = left[:-1]
    return left[-1] in ".,:/" and before.isdecimal() or left[-1] in "-−–+±" and not before.isalnum()


# --- normalising ---------------------------------------------------------------------------------------------

_PIECE = re.compile(
    rf"""
    (?P<blank> (?: {RULE} | [\s|] | <br\s*/?> )+ )
    | (?P<gone> (?<=[^\W\d_]) [-\u00ad\u2010-\u2015\u2212] \s* (?=[^\W\d_])     # hyphen between letters, at line end
              | (?<=[^\W\d_]) [\u00b7\u22c5\u2219] (?=[^\W\d_])                 # N·m
              | [\u00ad\u200b-\u200d\u2060\ufeff] )                             # soft hyphen, zero width
    | (?P<plain> [A-Za-z0-9]+ )
    | (?P<other> . )
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
# What Unicode's own compatibility forms do not make equal.
_SAME = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹘", "-"),
        **dict.fromkeys("‘’‚‛′´`", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("º˚", "°"),
        **dict.fromkeys("⋅∙", "·"),
        "×": "x",
        "⁄": "/",
    }
)


@lru_cache(maxsize=128)
def normalise(text: str) -> Normal:
    """Case, blanks, line ends, hyphens, ligatures, quotation marks, dashes and table borders evened out."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece in _PIECE.finditer(text):
        start, end = piece.span()
        if piece.lastgroup == "plain":  # one character for one
            chars.append(piece[0].lower())
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
            continue
        folded = _folded(piece, chars[-1][-1] if chars else "")
        if folded:
            chars.append(folded)
            starts.extend([start] * len(folded))
            ends.extend([end] * len(folded))
    return Normal(text, "".join(chars), starts, ends)


def _folded(piece: re.Match[str], before: str) -> str:
    """What one piece becomes after the normalised character `before`."""
    if piece.lastgroup == "gone":
        return ""
    if piece.lastgroup == "blank":
        return "" if before == " " else " "
    folded = _fold(piece[0])
    if before.isdecimal() and folded[:1].isdecimal() and not piece[0].isdecimal():
        return ("^" if len(folded) == 1 else " ") + folded  # 10² is not 102, 1½ is not 11/2
    return folded


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    return unicodedata.normalize("NFKD", char.translate(_SAME)).translate(_SAME).casefold()
