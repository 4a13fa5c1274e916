"""What the entailment model reads beside a claim: question, title, heading, and the units that bear on the claim.

Training uses the same function, so that the model is asked what it was taught.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.language.blocks import units
from tools.language.words import terms

WORDS = 150
"""Most words of the evidence; with claim, question and heading about 256 tokens."""
MARK = " ¶ "
"""Stands between what is laid out apart: one token of the model."""


@dataclass(frozen=True)
class SourceText:
    """What one cited item says, and the title and headings (captions) it stands under."""

    title: str
    heading: str
    text: str


@dataclass(frozen=True)
class _Piece:
    """One unit: `terms` are the stems of its content words and its numbers; `length` in words."""

    text: str
    source: int
    block: int
    head: int
    terms: frozenset[str]
    length: int


def premise(claim: str, sources: Sequence[SourceText], question: str = "", words: int = WORDS) -> str:
    """At most `words` words of evidence, in order; `question` and headings come on top."""
    return _written(_chosen(terms(claim), _pieces(sources), words), sources, question)


def _pieces(sources: Sequence[SourceText]) -> list[_Piece]:
    found: list[_Piece] = []
    for number, source in enumerate(sources):
        first = len(found)
        for unit in units(source.text):
            head = first + unit.head if unit.head >= 0 else -1
            found.append(_Piece(unit.text, number, unit.block, head, terms(unit.text), len(unit.text.split())))
    return found


def _chosen(wanted: frozenset[str], pieces: Sequence[_Piece], limit: int) -> list[_Piece]:
    """Greedy: each time the unit with most of the claim's terms not yet covered, then with most terms; then the heads
    of their lists, and what stands before them (what a pronoun means), as far as there is room."""
    if sum(piece.length for piece in pieces) <= limit:
        return list(pieces)
    left, taken = set(wanted), dict[int, int]()
    options = {i for i, piece in enumerate(pieces) if piece.terms & wanted} or {0}
    while options := {i for i in options - taken.keys() if pieces[i].length <= limit or not taken}:
        best = max(options, key=lambda i: _worth(pieces[i], left, wanted))
        taken[best] = pieces[best].length
        left -= pieces[best].terms
        limit -= pieces[best].length
    beside = [pieces[i].head for i in taken] + [i - 1 for i in taken if pieces[i - 1].block == pieces[i].block]
    beside += [j for i in taken for j in (i - 1, i + 1)]
    for i in dict.fromkeys(beside):
        if 0 <= i < len(pieces) and i not in taken and pieces[i].length <= limit:
            taken[i] = pieces[i].length
            limit -= pieces[i].length
    return [pieces[i] for i in sorted(taken)]


def _worth(piece: _Piece, left: set[str], wanted: frozenset[str]) -> tuple[int, int, int]:
    return len(piece.terms & left), len(piece.terms & wanted), -piece.length


def _written(chosen: Sequence[_Piece], sources: Sequence[SourceText], question: str) -> str:
    text, last = " ".join(question.split()), None
    for piece in chosen:
        if last is None or piece.source != last.source:
            text = _joined(text, _label(sources, piece.source), MARK)
        same = last is not None and (piece.source, piece.block) == (last.source, last.block)
        text = _joined(text, piece.text, " " if same else MARK)
        last = piece
    return text


def _label(sources: Sequence[SourceText], number: int) -> str:
    """Title > heading; the title only where it is not that of the source before."""
    source = sources[number]
    is_new = number == 0 or source.title != sources[number - 1].title
    parts = (source.title if is_new else "", source.heading)
    return " > ".join(" ".join(part.split()) for part in parts if part)


def _joined(text: str, more: str, mark: str) -> str:
    return f"{text}{mark}{more}" if text and more else text or more
