"""Does anything fit? Each leg by a threshold of its own: their scores cannot be compared."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tools.library.evidence import Figure, searchable_text
from tools.library.index import Index
from tools.library.store import Scope, Scored, Sparse

COSINES = {"minilm": 0.35}
"""Text encoder → the least cosine of a passage that answers a question. Without one nothing is said to be unfit."""
SHARE = 0.23
"""The least part of the score that BM25 could have given if one window had all the words at their best.

Below both lie 2 of 87 questions that have an answer (reports, filings). Of what was asked of the wrong library there
lie 74 to 98 % of descriptions of textbook figures, 18 to 41 % of captions of screenshots, and few questions about
another report: `python -m evals retrieval A B` measures it for any folders. A question about the right document that it
does not answer looks like one that it does: these thresholds do not tell them apart.
"""
PIXELS = {"mini": 0.12}
"""Image encoder → the least cosine of a picture that shows what the words say: below lie 2 % of 1,250 captions of
photos, and 78 % of questions about other things."""
FEW = 8
"""Words of a figure below which they do not tell what it shows."""
WORD = re.compile(r"\w+")


class Term(NamedTuple):
    """A word of the query as BM25 sees it. `weight` is the most it adds to any window; 0 where none has it, None for a
    word that is not looked for (a stop word, a single letter)."""

    word: str
    weight: float | None


def terms(index: Index, text: str) -> list[Term]:
    """The words of a text, each once."""
    found = []
    for word in dict.fromkeys(WORD.findall(text)):
        asked = index.bm25.query(word)
        best = [index.store.search("bm25", Sparse([word_id], [1.0]), 1, Scope()) for word_id in asked.indices]
        found.append(Term(word, max((one.score for hits in best for one in hits), default=0.0) if best else None))
    return found


def words_fit(index: Index, text: str, legs: Mapping[str, Sequence[Scored]]) -> bool:
    """Whether the best of a leg of words is as near as what answers usually is."""
    least = COSINES.get(index.encoders.text_name)
    if not text or least is None or "text" not in legs or "bm25" not in legs:
        return any(legs.values())
    if legs["text"] and legs["text"][0].score >= least:
        return True
    return bool(legs["bm25"]) and legs["bm25"][0].score >= SHARE * _most(terms(index, text))


def pixels_fit(index: Index, legs: Mapping[str, Sequence[Scored]]) -> bool:
    """Whether the best figure looks like the words and has none of its own that could tell otherwise: a photo."""
    best = next(iter(legs.get("clip", ())), None)
    if best is None or best.score < PIXELS.get(index.encoders.image_name, -1.0):
        return False
    figure = index.catalog.items([best.item]).get(best.item)
    return isinstance(figure, Figure) and len(WORD.findall(searchable_text(figure))) < FEW


def _most(words: Sequence[Term]) -> float:
    """The score of a window that has all the words; one that is nowhere would weigh as much as the heaviest."""
    weights = [term.weight for term in words if term.weight is not None]
    top = max(weights, default=0.0)
    return sum(weight or top for weight in weights)
