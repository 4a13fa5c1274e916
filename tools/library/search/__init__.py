"""Searching: the legs are queried, their rankings fused, and what fits comes back with how it was found."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tools.errors import StoreLost
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

__all__ = ["DEPTH", "WEIGHTS", "Query", "SearchResult", "Within", "find", "search"]

DEPTH = 50
"""Windows each leg gives to the fusion."""
CANDIDATES = 4
"""Times the limit from which a diverse choice is made."""
MAX_FIGURES_BESIDE = 5
"""Figures found by a picture whose text is looked at."""
MAX_RERANKED = 12
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
    found = SearchResult()
    for _ in range(TRIES):
        changes, edition = index.catalog.changes, index.edition
        try:
            found = search(index, query)
        except StoreLost:
            if index.edition == edition:
                raise
            continue  # another process made all points again, and dropped those that were searched
        if index.catalog.changes == changes:
            break
    return found


def search(index: Index, query: Query, depth: int = DEPTH) -> SearchResult:
    """Items by words, by a picture, by both, or like another item."""
    scope = scope_of(index.catalog, query.within)
    if scope is None:
        return SearchResult()
    weights = dict(index.weights if query.weights is None else query.weights)
    store = index.store  # before the encoders are loaded: it may refuse them
    queries = {name: one for name, one in legs.queries(index, query).items() if weights.get(name, 0) > 0}
    picture = queries.pop("picture", None)
    found = _rankings(store, queries, depth, scope)
    fit = not query.text or words_fit(index, query.text, found)
    if "clip" in found and not fit:  # or the one photo that has the word "on" in it stands before all that show it
        _mute(weights, set(found) - {"clip"})
    if picture and query.within.kinds and "figure" not in query.within.kinds:
        found["beside"] = _beside(index, picture, query.within)
        weights["beside"] = weights["picture"]
    elif picture and found and query.blend == "cascade":
        found["picture"] = _among(store, picture, scope, found)
        _mute(weights, set(queries))
    elif picture:
        found["picture"] = best_of_items(store.search(*picture, depth, scope))
    rankings = {name: [one for one in items if one.item != query.like] for name, items in found.items()}
    if (reranker := index.encoders.reranker) and query.text and query.image is None and weights.get("rerank", 0) > 0:
        found["rerank"] = _reranked(reranker, index.catalog, query.text, fuse.convex(rankings, weights))
        rankings["rerank"] = list(found["rerank"])
    hits = _hits(index, fuse.convex(rankings, weights), query)
    fits = bool(hits) and (fit or query.image is not None or pixels_fit(index, found))
    return SearchResult(hits, found, fits)


def _mute(weights: dict[str, float], legs: Collection[str]) -> None:
    weights.update({leg: MUTED * weights[leg] for leg in legs})


def _rankings(store: Store, queries: Mapping[str, LegQuery], depth: int, scope: Scope) -> dict[str, Ranking]:
    """Each leg's items, best first; legs that see the same points are queried together. Words are compared with pixels,
    not with words in the space of pixels: the leg of meaning does that better."""
    scopes = {name: replace(scope, kinds=("figure",)) if name == "clip" else scope for name in queries}
    found = {}
    for seen in set(scopes.values()):
        names = [name for name in queries if scopes[name] == seen]
        answers = store.search_all([queries[name] for name in names], depth, seen)
        found.update({name: best_of_items(answer) for name, answer in zip(names, answers, strict=True)})
    return {name: found[name] for name in queries}


def best_of_items(windows: Iterable[Scored]) -> Ranking:
    """Items in the order of their best window."""
    best: dict[str, Scored] = {}
    for window in windows:
        best.setdefault(window.item, window)
    return tuple(best.values())


def _reranked(reranker: Reranker, catalog: Catalog, text: str, fused: Sequence[Fused]) -> Ranking:
    """The first few again, by how well all that they are found by answers the words."""
    items = catalog.items([one.item for one in fused[:MAX_RERANKED]])
    texts = {id: searchable_text(item) for id, item in items.items() if not isinstance(item, Record)}
    texts = {id: found for id, found in texts.items() if found}
    scores = reranker.scores(text, list(texts.values()))
    ranked = (Scored(id, float(score)) for id, score in zip(texts, scores, strict=True))
    return tuple(sorted(ranked, key=lambda one: -one.score))


def _among(store: Store, picture: LegQuery, scope: Scope, found: Mapping[str, Ranking]) -> Ranking:
    """What the words found, in the picture's order."""
    items = tuple(dict.fromkeys(one.item for ranking in found.values() for one in ranking))
    limit = MOST_WINDOWS * len(items)
    return best_of_items(store.search(*picture, limit, replace(scope, items=items))) if items else ()


def _beside(index: Index, picture: LegQuery, within: Within) -> Ranking:
    """Text about the figures that look most like the picture, scored 1 / rank."""
    scope = scope_of(index.catalog, replace(within, kinds=("figure",), pages=None))
    near = best_of_items(index.store.search(*picture, DEPTH, scope)) if scope else ()
    items = index.catalog.items([one.item for one in near])
    figures = [item for one in near if isinstance(item := items.get(one.item), Figure)]
    about = about_figures.about(index.catalog, figures[:MAX_FIGURES_BESIDE], within.kinds)
    return tuple(Scored(item, 1 / rank) for rank, item in enumerate(about, 1))


def _hits(index: Index, fused: Sequence[Fused], query: Query) -> tuple[Hit, ...]:
    """The first of them that are in the catalogue."""
    items = index.catalog.items([one.item for one in fused])
    first = [one for one in fused if one.item in items]
    if query.diversity:
        first = _diverse(index.store, first[: CANDIDATES * query.limit], query.diversity)
    first = first[: query.limit]
    best = max((one.score for one in first), default=0.0) or 1.0
    ranked = enumerate(first, 1)
    return tuple(Hit(item=items[one.item], rank=n, legs=one.ranks, score=one.score / best) for n, one in ranked)


def _diverse(store: Store, fused: Sequence[Fused], diversity: float) -> list[Fused]:
    by_item = {one.item: one for one in fused}
    scores = {one.item: one.score for one in fused}
    order = diverse.spread(list(by_item), scores, _spaces(store, list(by_item)), diversity)
    return [by_item[item] for item in order]


def _spaces(store: Store, items: Sequence[str]) -> list[diverse.Vectors]:
    """The items' vectors in each dense space, of a longer one the mean of its windows."""
    spaces: dict[Leg, dict[str, list[list[float]]]] = {"text": {}, "clip": {}}
    if items:
        for point in store.sample(MOST_WINDOWS * len(items), Scope(items=tuple(items))):
            for leg, vector in point.dense.items():
                spaces[leg].setdefault(point.item, []).append(vector)
    return [
        {item: np.asarray(legs.unit(np.mean(vectors, axis=0)), np.float32) for item, vectors in space.items()}
        for space in spaces.values()
    ]
