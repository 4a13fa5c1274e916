"""What a store holds, its queries and answers; the same for an embedded store and a server."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self

Leg = Literal["clip", "text", "bm25"]
"""A space of vectors: pictures (and words in it), meaning of text, words."""


@dataclass(frozen=True)
class Sparse:
    """A sparse vector: token ids and weights, as Qdrant's BM25 gives them."""

    indices: list[int]
    values: list[float]


Vector = list[float] | Sparse
"""float[dim], L2-normalised; or words."""


@dataclass(frozen=True)
class Point:
    """One window of an item, with its vectors in the legs that it takes part in (they may be left out of an answer)."""

    id: str
    item: str
    source: str
    kind: str
    pages: tuple[int, ...] = ()
    """The pages its item stands on, from 1."""
    dense: dict[Leg, list[float]] = field(default_factory=dict)
    bm25: Sparse | None = None

    @classmethod
    def of(
        cls,
        item: str,
        number: int,
        source: str,
        kind: str,
        dense: dict[Leg, list[float]],
        bm25: Sparse | None = None,
        pages: Sequence[int] = (),
    ) -> Self:
        """Window `number` (from 0) of an item."""
        return cls(point_id(item, number), item, source, kind, tuple(pages), dense, bm25)

    @property
    def payload(self) -> dict[str, Any]:
        return {"item": self.item, "source": self.source, "kind": self.kind, "pages": list(self.pages)}

    @property
    def vectors(self) -> dict[Leg, Vector]:
        return {**self.dense, **({"bm25": self.bm25} if self.bm25 is not None else {})}


def point_id(item: str, number: int) -> str:
    """The same for the same window at any time: adding it twice replaces it."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{item}#{number}"))


@dataclass(frozen=True)
class Scope:
    """Which points a search may see. Empty tuples mean all; `pages` are the first and the last, from 1."""

    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None
    items: tuple[str, ...] = ()


class LegQuery(NamedTuple):
    """A query of one leg."""

    leg: Leg
    vector: Vector


@dataclass(frozen=True)
class Scored:
    """An item that was found. Scores of different legs are not comparable."""

    item: str
    score: float
