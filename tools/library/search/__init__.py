"""Searching: the legs are asked, their rankings fused, and what fits comes back with how it was found."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from tools.library.encode.rerank import Reranker
from tools.library.evidence import Figure, Hit, Record, searchable_text
from tools.library.index import Index
from tools.library.search import about_figures, diverse, fuse, legs
from tools.library.search.filters import scope_of
from tools.library.search.fuse import Fused
from tools.library.search.legs import MOST_WINDOWS, WEIGHTS
from tools.library.search.query import Query, SearchResult, Within
from tools.library.search.relevance import pixels_fit, words_fit
from tools.library.store import Leg, LegQuery, Scope, Scored, Store
from tools.library.store.catalog import Catalog

__all__ = ["DEPTH", "WEIGHTS", "SearchResult", "Query", "Within", "find", "search"]

DEPTH = 50
"""Windows each leg gives to the fusion."""
CANDIDATES = 4
"""Times the limit from which a diverse choice is made."""
LOOKED_AT = 5
"""Figures found by a picture whose text is looked at."""
LOOKED_AT_AGAIN = 12
"""Items that the reranker is shown: about 30 windows, a fifth of a second on two cores."""
TRIES = 20
"""Searches at most while documents are being replaced."""
MUTED = 1e-3
"""Times the weight of the words where pixels decide: in a cascade, and where no words fit. Less than one rank."""
Ranking = tuple[Scored, ...]
"""Items, best first, each once."""


def find(index: Index, query: Query) -> SearchResult:
    """What `search` finds, each document as it was or as it is while documents are replaced, never both and never
    neither: it searches again where the catalogue let something go meanwhile. While nothing goes, points and catalogue
    agree: new points are there before their items are, and old ones until after theirs have left (see `ingest.put`)."""
    for _ in range(TRIES):
        before = index.catalog.changes
        found = search(index, query)
        if index.catalog.changes == before:
            break
    return found


def search(index: Index, query: Query, depth: int = DEPTH) -> SearchResult:
    """Items by words, by a picture, by both, or like another item."""
    scope = scope_of(index.catalog, query.within)
    if scope is None:
        return SearchResult()
    weights = dict(index.weights if query.weights is None else query.weights)
    store = index.store  # before the encoders are loaded: it may refuse them
    wanted = {name: ask for name, ask in legs.asked(index, query).items() if weights.get(name, 0) > 0}
    picture = wanted.pop("picture", None)
    found = _found_by(store, wanted, depth, scope)
    fit = not query.text or words_fit(index, query.text, found)
    if "clip" in found and not fit:  # or the one photo that has the word "on" in it stands before all that show it
        _mute(weights, set(found) - {"clip"})
    if picture and query.within.kinds and "figure" not in query.within.kinds:
        found["beside"] = _beside(index, picture, query.within)
        weights["beside"] = weights["picture"]
    elif picture and found and query.blend == "cascade":
        found["picture"] = _among(index, picture, scope, found)
        _mute(weights, set(wanted))
    elif picture:
        found["picture"] = best_of_items(store.search(*picture, depth, scope))
    rankings = {name: [one for one in items if one.item != query.like] for name, items in found.items()}
    if (reranker := index.encoders.reranker) and query.text and query.image is None and weights.get("rerank", 0) > 0:
        found["rerank"] = _second_look(reranker, index.catalog, query.text, fuse.convex(rankings, weights))
        rankings["rerank"] = list(found["rerank"])
    hits = _hits(index, fuse.convex(rankings, weights), query)
    return SearchResult(hits, found, bool(hits) and (fit or query.image is not None or pixels_fit(index, found)))


def _mute(weights: dict[str, float], legs: Collection[str]) -> None:
    weights.update({leg: MUTED * weights[leg] for leg in legs})


def _found_by(store: Store, wanted: Mapping[str, LegQuery], depth: int, scope: Scope) -> dict[str, Ranking]:
    """Each leg's items, best first; legs that see the same points are asked together."""
    together: dict[Scope, list[str]] = {}
    for name in wanted:
        together.setdefault(_seen_by(name, scope), []).append(name)
    found = {}
    for seen, names in together.items():
        answers = store.search_all([wanted[name] for name in names], depth, seen)
        found.update({name: best_of_items(answer) for name, answer in zip(names, answers, strict=True)})
    return {name: found[name] for name in wanted}


def _seen_by(leg: str, scope: Scope) -> Scope:
    """Words are held against pixels, not against words in the space of pixels: the leg of meaning does that better."""
    return replace(scope, kinds=("figure",)) if leg == "clip" else scope


def _second_look(reranker: Reranker, catalog: Catalog, text: str, fused: Sequence[Fused]) -> Ranking:
    """The first few again, by how well all they are found by answers the words."""
    items = catalog.items([one.item for one in fused[:LOOKED_AT_AGAIN]])
    texts = {id: searchable_text(item) for id, item in items.items() if not isinstance(item, Record)}
    words = {id: text for id, text in texts.items() if text}
    scores = reranker.scores(text, list(words.values()))
    ranked = (Scored(item, float(score)) for item, score in zip(words, scores, strict=True))
    return tuple(sorted(ranked, key=lambda one: -one.score))


def _among(index: Index, picture: LegQuery, scope: Scope, found: Mapping[str, Sequence[Scored]]) -> Ranking:
    """What the words found, in the picture's order."""
    items = tuple(dict.fromkeys(one.item for ranking in found.values() for one in ranking))
    only = Scope(scope.kinds, scope.sources, scope.pages, items)
    return best_of_items(index.store.search(*picture, MOST_WINDOWS * len(items), only)) if items else ()


def _beside(index: Index, picture: LegQuery, within: Within) -> Ranking:
    """Text about the figures that look most like the picture, scored 1 / rank."""
    scope = scope_of(index.catalog, replace(within, kinds=("figure",), pages=None))
    near = best_of_items(index.store.search(*picture, DEPTH, scope)) if scope else ()
    held = index.catalog.items([one.item for one in near])
    figures = [item for one in near if isinstance(item := held.get(one.item), Figure)]
    items = about_figures.about(index.catalog, figures[:LOOKED_AT], within.kinds)
    return tuple(Scored(item, 1 / rank) for rank, item in enumerate(items, 1))


def _hits(index: Index, fused: Sequence[Fused], query: Query) -> tuple[Hit, ...]:
    """The first of them that the catalogue holds."""
    items = index.catalog.items([one.item for one in fused])
    held = [one for one in fused if one.item in items]
    if query.diversity:
        held = held[: CANDIDATES * query.limit]
        by_item = {one.item: one for one in held}
        scores = {one.item: one.score for one in held}
        order = diverse.spread(list(by_item), scores, _spaces(index, list(by_item)), query.diversity)
        held = [by_item[item] for item in order]
    first = list(islice(held, query.limit))
    best = max((one.score for one in first), default=0.0) or 1.0
    ranked = enumerate(first, 1)
    return tuple(Hit(item=items[one.item], rank=n, legs=one.ranks, score=one.score / best) for n, one in ranked)


def _spaces(index: Index, items: Sequence[str]) -> list[diverse.Vectors]:
    """The items' vectors in each dense space, of a longer one the mean of its windows."""
    spaces: dict[Leg, dict[str, list[list[float]]]] = {"text": {}, "clip": {}}
    if items:
        for point in index.store.sample(MOST_WINDOWS * len(items), Scope(items=tuple(items))):
            for leg, vector in point.dense.items():
                spaces[leg].setdefault(point.item, []).append(vector)
    return [
        {item: np.asarray(legs.unit(np.mean(vectors, axis=0)), np.float32) for item, vectors in space.items()}
        for space in spaces.values()
    ]


def best_of_items(windows: Iterable[Scored]) -> Ranking:
    """Items in the order of their best window."""
    best: dict[str, Scored] = {}
    for window in windows:
        best.setdefault(window.item, window)
    return tuple(best.values())
