"""What of long evidence a claim is compared with: the sentences that share its words, within the reader's limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.language import markdown
from tools.language.numbers import read_row
from tools.language.sentences import cut
from tools.language.words import terms

WORDS = 150
"""Most words of a window; with the claim about 256 tokens, what the entailment model was trained on."""
CORE = 60
"""Most words of the shorter window: the few sentences that a claim is about."""


@dataclass(frozen=True)
class Sentence:
    """`terms`: the stems of its content words and its numbers; `length` in words."""

    text: str
    terms: frozenset[str]
    length: int


def sentences(text: str) -> list[Sentence]:
    """The sentences and lines of the text in order, at most WORDS long; table rows with headers beside the cells."""
    found: list[Sentence] = []
    for piece in _pieces(text):
        words = piece.split()
        for start in range(0, len(words), WORDS):
            part = words[start : start + WORDS]
            found.append(Sentence(" ".join(part), terms(" ".join(part)), len(part)))
    return found


def _pieces(text: str) -> Iterator[str]:
    at = 0
    for row in markdown.rows(text):
        yield from cut(text[at : row.start])
        yield read_row(row)
        at = row.end
    yield from cut(text[at:])


def windows(claim: str, found: Sequence[Sentence], sizes: Sequence[int] = (WORDS, CORE)) -> list[str]:
    """The evidence cut down to what bears on the claim, once for each size (most words); never empty.

    A digest is made of the sentences that together have most of the claim's words, in their order.
    """
    return list(dict.fromkeys(_digest(terms(claim), found, size) for size in sizes))


def _digest(wanted: frozenset[str], found: Sequence[Sentence], limit: int) -> str:
    """Greedy: each time the sentence with most terms not yet covered, then with most terms."""
    if sum(sentence.length for sentence in found) <= limit:
        return " ".join(sentence.text for sentence in found)
    left, chosen = set(wanted), set[int]()
    options = {i for i, s in enumerate(found) if s.terms & wanted}
    while options := {i for i in options - chosen if found[i].length <= limit or not chosen}:
        best = max(options, key=lambda i: (len(found[i].terms & left), len(found[i].terms & wanted), -found[i].length))
        chosen.add(best)
        left -= found[best].terms
        limit -= found[best].length
    for beside in (i - 1 for i in sorted(chosen)):  # what a pronoun means stands before it
        if beside >= 0 and beside not in chosen and found[beside].length <= limit:
            chosen.add(beside)
            limit -= found[beside].length
    return " ".join(found[i].text for i in sorted(chosen or {0}))


def best_stretch(claim: str, text: str) -> str:
    """The sentence or line of the text that shares most words with the claim, verbatim; "" where none shares any."""
    wanted = terms(claim)
    found = [part.strip() for part in cut(text) if part.strip()]
    best = max(found, key=lambda part: (len(terms(part) & wanted), -len(part)), default="")
    return best if terms(best) & wanted else ""
