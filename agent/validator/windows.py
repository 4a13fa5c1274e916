"""What of long evidence a claim is held against: the sentences that share its words, within the reader's limit."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.validator import tables
from agent.validator.spans import Span
from tools.language.words import STOP_WORDS, WORD, stem

WORDS = 150
"""Most words of a window; with the claim about 256 tokens, what the entailment model was trained on."""
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|{WORD.pattern}")
CORE = 60
"""Most words of the shorter window: the few sentences that a claim is about."""
_END = re.compile(r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\bNo\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bFig\.)[\"')\]]*\s+(?=\S)|\n+")


@dataclass(frozen=True)
class Sentence:
    """`terms`: the stems of its content words and its numbers; `length` in words."""

    text: str
    terms: frozenset[str]
    length: int


def sequence(text: str) -> list[str]:
    """The stems of the content words and the numbers as they are written, in order."""
    tokens = _TOKEN.findall(text)
    return [
        t if t[0].isdecimal() else stem(t)
        for t in tokens
        if len(t) > 1 or t.isdecimal()
        if t.casefold() not in STOP_WORDS
    ]


def terms(text: str) -> frozenset[str]:
    return frozenset(sequence(text))


def sentences(text: str) -> list[Sentence]:
    """The sentences and lines of the text in order; table rows with their headers beside the cells."""
    return [Sentence(part, terms(part), len(part.split())) for piece in _pieces(text) for part in _cut(piece)]


def _pieces(text: str) -> Iterable[str]:
    rows = tables.rows(text, [Span(0, len(text))])
    at = 0
    for row in rows:
        yield from _END.split(text[at : row.start])
        yield row.text
        at = row.end
    yield from _END.split(text[at:])


def _cut(piece: str) -> Iterable[str]:
    """A piece without an end in sight, in parts that fit."""
    words = piece.split()
    for start in range(0, len(words), WORDS):
        yield " ".join(words[start : start + WORDS])


def windows(claim: str, found: Sequence[Sentence], sizes: Sequence[int] = (WORDS, CORE)) -> list[str]:
    """The evidence cut down to what bears on the claim, once for each size (most words); never empty.

    A digest is made of the sentences that together have most of the claim's words, in their order.
    """
    wanted = terms(claim)
    return list(dict.fromkeys(_digest(wanted, found, size) for size in sizes))


def _digest(wanted: frozenset[str], found: Sequence[Sentence], room: int) -> str:
    """Greedy: each time the sentence with most terms not yet covered, then with most terms."""
    if sum(sentence.length for sentence in found) <= room:
        return " ".join(sentence.text for sentence in found)
    left, chosen = set(wanted), set[int]()
    options = {i for i, s in enumerate(found) if s.terms & wanted}
    while options := {i for i in options - chosen if found[i].length <= room or not chosen}:
        best = max(options, key=lambda i: (len(found[i].terms & left), len(found[i].terms & wanted), -found[i].length))
        chosen.add(best)
        left -= found[best].terms
        room -= found[best].length
    for beside in (i - 1 for i in sorted(chosen)):  # what a pronoun means stands before it
        if beside >= 0 and beside not in chosen and found[beside].length <= room:
            chosen.add(beside)
            room -= found[beside].length
    return " ".join(found[i].text for i in sorted(chosen or {0}))


def best_stretch(claim: str, text: str) -> str:
    """The sentence or line of the text that shares most words with the claim, verbatim; "" where none shares any."""
    wanted = terms(claim)
    found = [part.strip() for part in _END.split(text) if part.strip()]
    best = max(found, key=lambda part: (len(terms(part) & wanted), -len(part)), default="")
    return best if terms(best) & wanted else ""
