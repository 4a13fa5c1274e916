"""The legs of a search: the query of each. Their scores are of different spaces and are never compared.

bm25: words in words. text: meaning in words. clip: words in pixels. picture: pixels in pixels. (rerank, the second
look, comes after them and queries no store.)
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.library import encode
from tools.library.index import Index
from tools.library.search.query import Query
from tools.library.store import LegQuery, Point, Scope, Sparse

if TYPE_CHECKING:
    from PIL.Image import Image


WEIGHTS = {"bm25": 0.5, "text": 0.5, "clip": 0.1, "picture": 1.0, "rerank": 1.0}
"""Of the legs in the fusion, chosen by `python -m evals retrieval`; `clip` asks figures only."""
MIDDLE = 0.7
"""Share of a picture's width and height."""
LIKE_TERMS = 30
"""Words of an item, the most frequent first, that look for its like."""
MOST_WINDOWS = 64
"""Windows of one item that look for its like: about 30 pages of text."""


def queries(index: Index, query: Query) -> dict[str, LegQuery]:
    """Leg of the fusion → its query of the store."""
    if query.like:
        return of_item(index, query.like)
    legs = of_words(index, query.text, query.within.kinds) if query.text else {}
    if query.image is not None:
        legs["picture"] = LegQuery("clip", unit(index.encoders.image.images(_looks(query.image)).mean(axis=0)))
    if query.blend == "vector" and "picture" in legs and "clip" in legs:
        legs["picture"] = _joined(legs.pop("clip"), legs["picture"])
    return legs


def _looks(picture: "Image") -> "list[Image]":
    """The picture and its middle: a photo that somebody takes of a thing shows what stands around it, too."""
    across, down = (round(side * (1 - MIDDLE) / 2) for side in picture.size)
    return [picture, picture.crop((across, down, picture.width - across, picture.height - down))]


def of_words(index: Index, text: str, kinds: Sequence[str]) -> dict[str, LegQuery]:
    """Words are compared with pixels where figures are wanted. The query of a text longer than an encoder reads is the
    mean of its windows."""
    pieces = encode.windows(text, index.encoders.text)
    legs = {"bm25": LegQuery("bm25", index.bm25.query(text))}
    if kinds and "figure" not in kinds:
        legs["text"] = LegQuery("text", unit(index.encoders.text.queries(pieces).mean(axis=0)))
    else:
        both = encode.texts_in_both(index.encoders.text, index.encoders.image, pieces, as_query=True)
        legs["text"] = LegQuery("text", unit(both.text.mean(axis=0)))
        pixels = index.adapter.texts(both.image) if index.adapter else both.image
        legs["clip"] = LegQuery("clip", unit(pixels.mean(axis=0)))
    return legs


def of_item(index: Index, item: str) -> dict[str, LegQuery]:
    """What is like an item, by its own vectors: the mean of its windows, its words, and a figure's pixels.

    Raises NotInLibrary for one that has gone.
    """
    figure = index.catalog.item(item).kind == "figure"
    points = index.store.sample(MOST_WINDOWS, Scope(items=(item,)))
    legs = {}
    if texts := [point.dense["text"] for point in points if "text" in point.dense]:
        legs["text"] = LegQuery("text", unit(np.mean(texts, axis=0)))
    if words := _frequent(points):
        legs["bm25"] = LegQuery("bm25", words)
    if figure and (pixels := [point.dense["clip"] for point in points if "clip" in point.dense]):
        legs["picture"] = LegQuery("clip", unit(np.mean(pixels, axis=0)))
    return legs


def _frequent(points: Sequence[Point]) -> Sparse | None:
    """The item's heaviest words over all its windows, each counted once as in a query."""
    weights: dict[int, float] = {}
    for point in points:
        if point.bm25 is not None:
            for index, value in zip(point.bm25.indices, point.bm25.values, strict=True):
                weights[index] = weights.get(index, 0.0) + value
    first = sorted(weights, key=lambda index: (-weights[index], index))[:LIKE_TERMS]
    return Sparse(first, [1.0] * len(first)) if first else None


def _joined(words: LegQuery, picture: LegQuery) -> LegQuery:
    """The mean of two vectors of one space, both L2-normalised."""
    both = [one.vector for one in (words, picture) if not isinstance(one.vector, Sparse)]
    return LegQuery("clip", unit(np.mean(both, axis=0)))


def unit(vector: NDArray) -> list[float]:
    """L2-normalised."""
    return (vector / max(float(np.linalg.norm(vector)), 1e-12)).tolist()
