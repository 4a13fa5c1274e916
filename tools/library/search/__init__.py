"""Searching: the legs are asked, their rankings fused, and what fits comes back with how it was found."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from tools.library import fuse
from tools.library.evidence import Figure, Hit
from tools.library.fuse import Fused
from tools.library.search import beside, diverse, legs
from tools.library.search.legs import MOST_WINDOWS, WEIGHTS, Asked
from tools.library.search.query import Found, Query, Within
from tools.library.search.within import scope_of
from tools.library.store import Leg, Scope, Scored, best_of_items

if TYPE_CHECKING:
    from tools.library.library import Library

__all__ = ["DEPTH", "WEIGHTS", "Found", "Query", "Within", "search"]

DEPTH = 50
"""Windows each leg gives to the fusion."""
CANDIDATES = 4
"""Times the limit from which a diverse choice is made."""
LOOKED_AT = 5
"""Figures found by a picture whose text is looked at."""
CASCADE = 1e-3
"""Times the weight of the words where the picture decides: less than one rank of the picture's."""
Ranking = tuple[Scored, ...]
"""Items, best first, each once."""


def search(library: "Library", query: Query, depth: int = DEPTH) -> Found:
    """Items by words, by a picture, by both, or like another item."""
    scope = scope_of(library, query.within)
    if scope is None:
        return Found()
    weights = dict(library.weights if query.weights is None else query.weights)
    store = library.store  # before the encoders are loaded: it may refuse them
    wanted = {name: ask for name, ask in legs.asked(library, query).items() if weights.get(name, 0) > 0}
    picture = wanted.pop("picture", None)
    found = {name: best_of_items(store.search(*ask, depth, scope)) for name, ask in wanted.items()}
    if picture and query.within.kinds and "figure" not in query.within.kinds:
        found["beside"] = _beside(library, picture, query.within)
        weights["beside"] = weights["picture"]
    elif picture and found and query.blend == "cascade":
        found["picture"] = _among(library, picture, scope, found)
        weights.update({name: CASCADE * weights[name] for name in wanted})
    elif picture:
        found["picture"] = best_of_items(store.search(*picture, depth, scope))
    rankings = {name: [one.item for one in items if one.item != query.like] for name, items in found.items()}
    hits = _hits(library, fuse.fuse(rankings, weights), query)
    return Found(hits, found, bool(hits))


def _among(library: "Library", picture: Asked, scope: Scope, found: Mapping[str, Sequence[Scored]]) -> Ranking:
    """What the words found, in the picture's order."""
    items = tuple(dict.fromkeys(one.item for ranking in found.values() for one in ranking))
    only = Scope(scope.kinds, scope.sources, scope.pages, items)
    return best_of_items(library.store.search(*picture, MOST_WINDOWS * len(items), only)) if items else ()


def _beside(library: "Library", picture: Asked, within: Within) -> Ranking:
    """Text about the figures that look most like the picture, scored 1 / rank."""
    scope = scope_of(library, replace(within, kinds=("figure",), pages=None))
    near = best_of_items(library.store.search(*picture, DEPTH, scope)) if scope else ()
    held = library.catalog.items([one.item for one in near])
    figures = [item for one in near if isinstance(item := held.get(one.item), Figure)]
    items = beside.about(library, figures[:LOOKED_AT], within.kinds)
    return tuple(Scored(item, 1 / rank) for rank, item in enumerate(items, 1))


def _hits(library: "Library", fused: Sequence[Fused], query: Query) -> tuple[Hit, ...]:
    """The first of them that the catalogue holds."""
    items = library.catalog.items([one.item for one in fused])
    held = [one for one in fused if one.item in items]
    if query.diversity:
        held = held[: CANDIDATES * query.limit]
        by_item = {one.item: one for one in held}
        scores = {one.item: one.score for one in held}
        order = diverse.spread(list(by_item), scores, _spaces(library, list(by_item)), query.diversity)
        held = [by_item[item] for item in order]
    first = islice(held, query.limit)
    return tuple(Hit(item=items[one.item], rank=rank, legs=one.ranks) for rank, one in enumerate(first, 1))


def _spaces(library: "Library", items: Sequence[str]) -> list[diverse.Vectors]:
    """The items' vectors in each dense space, of a longer one the mean of its windows."""
    spaces: dict[Leg, dict[str, list[list[float]]]] = {"text": {}, "clip": {}}
    if items:
        for point in library.store.kept(MOST_WINDOWS * len(items), Scope(items=tuple(items))):
            for leg, vector in point.dense.items():
                spaces[leg].setdefault(point.item, []).append(vector)
    return [
        {item: np.asarray(legs.unit(np.mean(vectors, axis=0)), np.float32) for item, vectors in space.items()}
        for space in spaces.values()
    ]
