"""What a store is asked and what it answers; the same for an embedded store and a server."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

Leg = Literal["clip", "text", "bm25"]
DENSE: tuple[Leg, ...] = ("clip", "text")
MAKER_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "exhibit/maker"))
"""The point that holds no vector, only what the store was made with."""


@dataclass(frozen=True)
class Sparse:
    """A sparse vector: token ids and weights, as Qdrant's BM25 gives them."""

    indices: list[int]
    values: list[float]


@dataclass(frozen=True)
class Window:
    """One point to be: a window of an item with the vectors of the legs it takes part in (L2-normalised)."""

    item: str
    number: int
    source: str
    kind: str
    dense: dict[Leg, list[float]] = field(default_factory=dict)
    bm25: Sparse | None = None
    pages: tuple[int, ...] = ()
    """The pages its item stands on, from 1."""

    @property
    def point_id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.item}#{self.number}"))

    @property
    def payload(self) -> dict[str, Any]:
        return {"item": self.item, "source": self.source, "kind": self.kind, "pages": list(self.pages)}

    @property
    def point(self) -> "Point":
        return Point(self.point_id, self.payload, self.dense, self.bm25)


@dataclass(frozen=True)
class Point:
    """A point as a store holds it. `payload` names its item, source, kind and pages; the vectors may be left out."""

    id: str
    payload: dict[str, Any]
    dense: dict[Leg, list[float]] = field(default_factory=dict)
    bm25: Sparse | None = None

    @property
    def vectors(self) -> dict[Leg, list[float] | Sparse]:
        return {**self.dense, **({"bm25": self.bm25} if self.bm25 is not None else {})}


@dataclass(frozen=True)
class Scope:
    """Which points a search may see. Empty tuples mean all; `pages` are the first and the last, from 1."""

    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None
    items: tuple[str, ...] = ()

    @property
    def conditions(self) -> dict[str, list[str]]:
        """Payload key → the values that are let through."""
        wanted = {"kind": list(self.kinds), "source": list(self.sources), "item": list(self.items)}
        return {key: values for key, values in wanted.items() if values}


class Ask(NamedTuple):
    """A query of one leg: float[dim], L2-normalised, or the weights of words."""

    leg: Leg
    vector: list[float] | Sparse


@dataclass(frozen=True)
class Scored:
    """A point that was found. Scores of different legs are not comparable."""

    item: str
    score: float


@dataclass(frozen=True)
class Kept:
    """A point as the store holds it: which item it is a window of, and its vectors (L2-normalised)."""

    item: str
    kind: str
    dense: dict[Leg, list[float]]
    bm25: Sparse | None = None


@dataclass(frozen=True)
class Held:
    """A point that is there, by its id; which item and source it is of."""

    id: str
    item: str
    source: str


class Store(Protocol):
    """What the library needs of a vector store."""

    def add(self, windows: Sequence[Window]) -> None:
        self.put([window.point for window in windows])

    def search(self, leg: Leg, vector: list[float] | Sparse, limit: int, scope: Scope) -> list[Scored]:
        return self.search_all([(leg, vector)], limit, scope)[0]

    def search_all(
        self, asks: Sequence[tuple[Leg, list[float] | Sparse]], limit: int, scope: Scope, exact: bool = False
    ) -> list[list[Scored]]:
        """Several queries in one call; what each finds, best first, equal scores in the order of their items.
        `exact` compares with every point instead of going by the index."""
        ...

    def kept(self, limit: int, scope: Scope) -> list[Kept]:
        """The first points of a scope by their id, which is a hash: a fixed and fair sample of a large library."""
        ...

    def remove(self, *sources: str) -> None: ...

    def windows(self) -> Iterator[Held]:
        """Every point but the maker's own, in the order of their ids."""
        ...

    def get(self, ids: Sequence[str]) -> list[Point]:
        """Those of the ids that are there, with their vectors."""
        ...

    def put(self, points: Sequence[Point]) -> None:
        """Adds points as another store held them; one that is there already is replaced."""
        ...

    def has(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are there."""
        ...

    def drop(self, ids: Sequence[str]) -> None: ...

    def count(self) -> int:
        """Points, the maker's own not counted."""
        ...

    def optimize(self) -> None:
        """Builds the index over what was added; slow, safe to leave out."""
        ...

    def close(self) -> None: ...


def ranked(item: str, score: float) -> tuple[float, str]:
    """Sorts best first; equal scores, which no store keeps in an order of its own, by the item."""
    return -round(score, 5), item


def scored_of(found: Iterable[Any]) -> list[Scored]:
    """Records of either client, best first."""
    scored = [Scored(one.payload["item"], one.score) for one in found]
    return sorted(scored, key=lambda one: ranked(one.item, one.score))


def point_of(found: Any) -> Point:
    """A record of either client as ours."""
    vectors = dict(found.vector or {})
    sparse = vectors.pop("bm25", None)
    bm25 = Sparse(list(sparse.indices), list(sparse.values)) if sparse is not None else None
    return Point(str(found.id), dict(found.payload or {}), {leg: list(v) for leg, v in vectors.items()}, bm25)


def held_of(found: Iterable[Any]) -> Iterator[Held]:
    """Records of either client; the maker's own is left out."""
    for one in found:
        if str(one.id) != MAKER_ID:
            yield Held(str(one.id), one.payload["item"], one.payload["source"])


def kept_of(found: Iterable[Any], limit: int) -> list[Kept]:
    """Records of either client; the maker's own is left out."""
    points = [point_of(one) for one in found if str(one.id) != MAKER_ID]
    return [Kept(p.payload["item"], p.payload["kind"], p.dense, p.bm25) for p in points[:limit]]


def best_of_items(found: Iterable[Scored]) -> tuple[Scored, ...]:
    """Items in the order of their best window; a list of windows becomes a ranking of items."""
    best: dict[str, Scored] = {}
    for one in found:
        best.setdefault(one.item, one)
    return tuple(best.values())
