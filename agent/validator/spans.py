"""Does a quote really stand in the text, and where?

Both sides are normalised with a map back to the original characters. Then the quote is looked for exactly and,
failing that, with slips such as OCR makes: a letter in a long word, a lost blank, punctuation. Numbers, units,
codes and negations must be the same to the letter.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Levenshtein

from tools.language.markdown import RULE
from tools.language.sentences import STOP
from tools.language.words import NEGATIONS, WORD

MIN_FUZZY = 8
"""Characters (normalised). A shorter quote must stand there exactly."""
MIN_RATIO = 90.0
"""rapidfuzz ratio, 0 to 100, below which a window is not even compared word by word."""
MAX_GAP = 1000
"""Characters that an ellipsis may leave out."""

_FIXED = NEGATIONS | {"hardly", "unless", "except", "until", "above", "below", "minimum", "maximum"}
"""Words that a slip may neither make nor unmake."""


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` (exclusive) of the ORIGINAL text. `score`: 1 exact, .9 to 1 with slips."""

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
    """One span for each part of a quote with ellipses, in order; () unless every part is found."""
    whole = normalise(text)
    wanted = [_core(part) for part in (quote, *_ELLIPSIS.split(quote))]
    if not wanted[0]:
        return ()
    found = _exact(wanted[0], whole, 0)
    if found:
        return (found,)
    parts = [part for part in wanted[1:] if part]
    return _in_order(parts, whole, _exact) or _in_order(parts, whole, _slipped)


# Three dots or the one character, bare or in brackets.
_ELLIPSIS = re.compile(r"\[\s*(?:\.{3,}|…)\s*\]|\(\s*(?:\.{3,}|…)\s*\)|\.{3,}|…|(?:\. ){2,}\.")


def _core(quote: str) -> str:
    """The quote normalised, without the blanks, quotation marks and stops around it; "" if no word is left."""
    return normalise(quote).text.strip(" '\"`*.,;:")


def _in_order(parts: Sequence[str], whole: Normal, search: "Search") -> tuple[Span, ...]:
    """The parts one after the other; every place of the first part is tried."""
    first = search(parts[0], whole, 0) if parts else None
    while first:
        chain = _chain(first, parts[1:], whole, search)
        if chain or search is _slipped:
            return chain
        first = search(parts[0], whole, first.end)
    return ()


def _chain(first: Span, rest: Sequence[str], whole: Normal, search: "Search") -> tuple[Span, ...]:
    spans = [first]
    for part in rest:
        span = search(part, whole, spans[-1].end)
        if span is None or not _may_omit(whole.original[spans[-1].end : span.start]):
            return ()
        spans.append(span)
    return tuple(spans)


def _may_omit(gap: str) -> bool:
    """Not too much, not over the end of a table row, and no negation in the sentences that are cut into."""
    if len(gap) > MAX_GAP or re.search(r"\|[ \t]*\n", gap):
        return False
    sentences = re.split(rf"{STOP}\s|\n\s*\n", gap)
    words = WORD.findall(f"{sentences[0]} {sentences[-1]}".casefold())
    return not any(word.replace("’", "'") in NEGATIONS for word in words)


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


# --- with slips ----------------------------------------------------------------------------------------------

# A number with its separators, a word, or one sign.
_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|\S")
Search = Callable[[str, Normal, int], Span | None]
_SOFT = frozenset(".,;:'\"()[]*_`·")
_LOOKALIKES = [str.maketrans(group, group[0] * len(group)) for group in ("iljtf", "ceo", "unhb", "vy", "gq")]


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int


def _slipped(quote: str, whole: Normal, after: int) -> Span | None:
    """The most similar place from `after` on, if every difference is a slip."""
    first = next((i for i, start in enumerate(whole.starts) if start >= after), None) if after else 0
    if len(quote) < MIN_FUZZY or first is None:
        return None
    near = fuzz.partial_ratio_alignment(quote, whole.text[first:], score_cutoff=MIN_RATIO)
    if near is None:
        return None
    start = whole.text.rfind(" ", 0, max(first, first + near.dest_start - 3)) + 1
    end = whole.text.find(" ", first + near.dest_end + 3)
    window = _tokens(whole.text, max(first, start), len(whole.text) if end < 0 else end)
    return _compared([token.text for token in _tokens(quote, 0, len(quote))], window, quote, whole)


def _tokens(text: str, start: int, end: int) -> list[_Token]:
    return [_Token(match[0], *match.span()) for match in _TOKEN.finditer(text, start, end)]


def _compared(words: list[str], window: list[_Token], quote: str, whole: Normal) -> Span | None:
    """The part of the window that the words match but for slips, at most one in eight words (one is free)."""
    there = [token.text for token in window]
    steps = [step for step in Levenshtein.opcodes(words, there) if step.tag == "equal"]
    if not steps:
        return None
    first, last = steps[0], steps[-1]
    before, after = there[: first.dest_start], there[last.dest_end :]
    start = _reach(words[: first.src_start], [before[-n:] for n in range(1, len(before) + 1)], whole.text)
    length = _reach(words[last.src_end :], [after[:n] for n in range(1, len(after) + 1)], whole.text)
    gaps = [(words[a.src_end : b.src_start], there[a.dest_end : b.dest_start]) for a, b in pairwise(steps)]
    slips = [gap for gap in gaps if gap[0] != gap[1]]
    if start is None or length is None or not all(_is_slip(*gap, whole.text) for gap in slips):
        return None
    if len(slips) + (first.src_start > 0) + (last.src_end < len(words)) > max(1, len(words) // 8):
        return None
    begin, end = window[first.dest_start - start].start, window[last.dest_end + length - 1].end
    return Span(whole.starts[begin], whole.ends[end - 1], fuzz.ratio(quote, whole.text[begin:end]) / 100)


def _reach(words: list[str], runs: list[list[str]], text: str) -> int | None:
    """How many tokens beside a match the words beside it are slips of; None where they are of none."""
    if not words:
        return 0
    return next((len(run) for run in runs if _is_slip(words, run, text)), None)


def _is_slip(quoted: list[str], there: list[str], text: str) -> bool:
    """Punctuation, a blank too many or too few, or one long word misread."""
    quoted, there = ([word for word in side if word not in _SOFT] for side in (quoted, there))
    if quoted == there:
        return True
    if any(word in _FIXED or not word.replace("'", "").isalpha() for word in quoted + there):
        return False
    if "".join(quoted) == "".join(there):
        return True
    return len(quoted) == len(there) == 1 and _misread(quoted[0], there[0], text)


def _misread(quoted: str, there: str, text: str) -> bool:
    """One edit in a word of 8 letters, two in one of 12, a look-alike letter in one of 5.

    A quoted word that the text itself uses elsewhere is another word, not a slip.
    """
    length = min(len(quoted), len(there))
    if length < 5 or quoted[0] != there[0] or re.search(rf"\b{re.escape(quoted)}\b", text):
        return False
    if length < 8:
        return any(quoted.translate(table) == there.translate(table) for table in _LOOKALIKES)
    return OSA.distance(quoted, there) <= (2 if length >= 12 else 1)


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
