"""Store: what both kinds of it have in common. Each adds how it reaches Qdrant."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any, ClassVar

from tools.library.store.layout import EF, OVERSAMPLING
from tools.library.store.maker import MAKER_ID
from tools.library.store.points import Leg, LegQuery, Point, Scope, Scored, Sparse, Vector

REBUILD = "Make them again from the catalogue, without reading the documents: exhibit index --again"
KEYWORDS, INTEGERS = ("kind", "source", "item"), ("pages",)
"""Keys of the payload that searches are filtered by, and that have an index for it."""


class Store(ABC):
    """A collection of points, and one that holds no vector, only what the store was made with."""

    chunk: ClassVar[int]
    """Points that are written or read at once."""
    types: ModuleType
    """Where Qdrant's types are; those of its client and of Edge have the same names."""

    def search(self, leg: Leg, vector: Vector, limit: int, scope: Scope) -> list[Scored]:
        return self.search_all([LegQuery(leg, vector)], limit, scope)[0]

    def search_all(
        self, queries: Sequence[LegQuery], limit: int, scope: Scope, exact: bool = False
    ) -> list[list[Scored]]:
        """Several queries in one call; the windows that each finds, best first, equal scores in the order of their
        items. `exact` compares with every point instead of going by the index."""
        if not queries:
            return []
        types = self.types
        quantization = types.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING, ignore=exact)
        params = types.SearchParams(hnsw_ef=EF, exact=exact, quantization=quantization)
        return [_scored(records) for records in self._query(queries, limit, self._filter(scope), params)]

    def sample(self, limit: int, scope: Scope) -> list[Point]:
        """The first points of a scope by their id, which is a hash: a fixed and fair sample of a large library."""
        records, _ = self._scroll(limit + 1, None, self._filter(scope), vectors=True)
        return list(_points(records))[:limit]

    def scan(self) -> Iterator[Point]:
        """Every point, without its vectors, in the order of their ids."""
        offset = None
        while True:
            records, offset = self._scroll(self.chunk, offset, None, vectors=False)
            yield from _points(records)
            if offset is None:
                return

    def get(self, ids: Sequence[str]) -> list[Point]:
        """Those of the ids that are there, with their vectors."""
        return list(_points(self._retrieve(ids, vectors=True)))

    def has(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are there."""
        return {str(record.id) for record in self._retrieve(ids, vectors=False)}

    def put(self, points: Sequence[Point]) -> None:
        """Adds points; one that is there already is replaced."""
        for start in range(0, len(points), self.chunk):
            self._upsert(points[start : start + self.chunk])

    def remove(self, *sources: str) -> None:
        if sources:
            self._delete_where(self._filter(Scope(sources=sources)))

    @abstractmethod
    def drop(self, ids: Sequence[str]) -> None: ...

    @abstractmethod
    def count(self) -> int:
        """Points, the maker's own not counted."""

    @abstractmethod
    def optimize(self) -> None:
        """Builds the index over what was added; slow, safe to leave out."""

    @abstractmethod
    def close(self) -> None: ...

    # how Qdrant is reached; records are its own

    @abstractmethod
    def _query(self, queries: Sequence[LegQuery], limit: int, where: Any, params: Any) -> list[Any]: ...

    @abstractmethod
    def _scroll(self, limit: int, offset: Any, where: Any, *, vectors: bool) -> tuple[list[Any], Any]: ...

    @abstractmethod
    def _retrieve(self, ids: Sequence[str], *, vectors: bool) -> list[Any]: ...

    @abstractmethod
    def _upsert(self, points: Sequence[Point]) -> None: ...

    @abstractmethod
    def _delete_where(self, where: Any) -> None: ...

    def _filter(self, scope: Scope) -> Any:
        """None where it lets everything through."""
        types = self.types
        wanted = {"kind": scope.kinds, "source": scope.sources, "item": scope.items}
        must = [
            types.FieldCondition(key=key, match=types.MatchAny(any=list(values)))
            for key, values in wanted.items()
            if values
        ]
        if scope.pages:
            first, last = scope.pages
            must.append(types.FieldCondition(key="pages", range=self._range(first, last)))
        return types.Filter(must=must) if must else None

    @abstractmethod
    def _range(self, first: int, last: int) -> Any: ...

    def _vector(self, vector: Vector) -> Any:
        if isinstance(vector, Sparse):
            return self.types.SparseVector(indices=vector.indices, values=vector.values)
        return vector

    def _vectors(self, point: Point) -> dict[str, Any]:
        return {leg: self._vector(vector) for leg, vector in point.vectors.items()}


def _scored(records: Iterable[Any]) -> list[Scored]:
    """Best first; equal scores, which no store keeps in an order of its own, by the item."""
    scored = [Scored(record.payload["item"], record.score) for record in records]
    return sorted(scored, key=lambda one: (-round(one.score, 5), one.item))


def _points(records: Iterable[Any]) -> Iterator[Point]:
    """The maker's own is left out."""
    for record in records:
        if str(record.id) != MAKER_ID:
            yield _point(record)


def _point(record: Any) -> Point:
    payload, vectors = record.payload, dict(record.vector or {})
    sparse = vectors.pop("bm25", None)
    return Point(
        str(record.id),
        payload["item"],
        payload["source"],
        payload["kind"],
        tuple(payload.get("pages", ())),
        {leg: list(vector) for leg, vector in vectors.items()},
        Sparse(list(sparse.indices), list(sparse.values)) if sparse is not None else None,
    )
