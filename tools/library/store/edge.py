"""A Qdrant Edge folder in this process."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tools.errors import DiskFull, LibraryBusy, LibraryError
from tools.library.store import disk
from tools.library.store import layout as rules
from tools.library.store.layout import Layout
from tools.library.store.maker import Maker, check, maker_of
from tools.library.store.points import (
    MAKER_ID,
    Held,
    Kept,
    Leg,
    Point,
    Scope,
    Scored,
    Sparse,
    Store,
    held_of,
    kept_of,
    point_of,
    scored_of,
)

CHUNK = 500
"""Points that are read at once."""
ROOM = 32 * 2**20
"""Bytes that must be free before anything is written. Edge writes through mapped memory: where the disk fills up
meanwhile, the system ends the process (SIGBUS), and a shard that was being made cannot be opened again. An empty one
takes 10 MB."""
POINT = 16_384
"""Bytes that a point takes at the most, in vectors of 1,000 dimensions and with its entries in the indexes."""


class EdgeStore(Store):
    """A Qdrant Edge shard in `folder`. One process at a time may hold it."""

    def __init__(self, folder: Path, maker: Maker, layout: Layout | None = None) -> None:
        import qdrant_edge

        self._edge = qdrant_edge
        self._layout = layout or Layout()
        self._folder = folder
        self._shard = self._open(folder, maker)
        check(self._maker(), maker)
        self._index_payload()

    def _open(self, folder: Path, maker: Maker):
        try:
            if (folder / "segments").exists():
                shard = self._loaded(folder, maker)
                if not shard.count(self._edge.CountRequest(exact=True)):
                    return self._signed(shard, maker)  # made by a run that was killed before it could sign
                return shard
            folder.parent.mkdir(parents=True, exist_ok=True)
            disk.need(folder.parent, ROOM)
            return self._signed(self._edge.EdgeShard.create(str(folder), self._config(maker)), maker)
        except DiskFull:
            raise
        except Exception as error:  # the binding raises bare Exceptions: the text is all there is to go by
            if "WouldBlock" in str(error):
                raise LibraryBusy(
                    f"Another process is using the library in {folder.parent}.",
                    "Wait for it to end, or let several share one: run a Qdrant server, type "
                    "exhibit library move --to http://127.0.0.1:6333 and set EXHIBIT_QDRANT_URL to it.",
                ) from error
            raise LibraryError(
                f"The vectors in {folder} cannot be opened: {error}.",
                "Move that folder away and run 'exhibit index' again on your documents.",
            ) from error

    def _loaded(self, folder: Path, maker: Maker):
        """The shard with the layout that is wanted now; `optimize` rebuilds what is not yet so. One with vectors of
        another size as it is: `check` names its encoders."""
        try:
            return self._edge.EdgeShard.load(str(folder), self._config(maker))
        except Exception as error:
            if "incompatible" not in str(error):
                raise
            return self._edge.EdgeShard.load(str(folder))

    def _signed(self, shard, maker: Maker):
        shard.update(self._edge.UpdateOperation.upsert_points([self._edge.Point(MAKER_ID, {}, maker.payload)]))
        shard.flush()
        return shard

    def _config(self, maker: Maker):
        edge = self._edge
        int8 = None
        if self._layout.quantization == "int8":
            int8 = edge.ScalarQuantizationConfig(
                edge.ScalarType.Int8, quantile=rules.QUANTILE, memory=edge.Memory.Pinned
            )
        memory = edge.Memory.Cold if self._layout.on_disk else edge.Memory.Cached

        def dense(size: int):
            return edge.EdgeVectorParams(size, edge.Distance.Cosine, quantization_config=int8, memory=memory)

        return edge.EdgeConfig(
            vectors={"clip": dense(maker.image_dim), "text": dense(maker.text_dim)},
            sparse_vectors={"bm25": edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
            hnsw_config=edge.HnswIndexConfig(rules.M, rules.EF_CONSTRUCT, rules.FULL_SCAN),
        )

    def _maker(self) -> Maker | None:
        return maker_of(self._shard.retrieve([MAKER_ID], with_payload=True, with_vector=False)[0].payload)

    def _index_payload(self) -> None:
        """Without these a filtered search compares with every point: 20 to 100 times as long."""
        edge, there = self._edge, self._shard.info().payload_schema
        keys = {key: edge.PayloadSchemaType.Keyword for key in rules.KEYWORDS}
        keys |= {key: edge.PayloadSchemaType.Integer for key in rules.INTEGERS}
        for key, kind in keys.items():
            if key not in there:
                self._shard.update(edge.UpdateOperation.create_field_index(key, kind))

    def put(self, points: Sequence[Point]) -> None:
        if points:
            disk.need(self._folder, ROOM + POINT * len(points))
            made = [self._edge.Point(point.id, self._vectors(point), point.payload) for point in points]
            self._shard.update(self._edge.UpdateOperation.upsert_points(made))
            self._shard.flush()

    def _vectors(self, point: Point) -> dict[str, Any]:
        return {leg: self._query(vector) for leg, vector in point.vectors.items()}

    def _query(self, vector: list[float] | Sparse) -> Any:
        return self._edge.SparseVector(vector.indices, vector.values) if isinstance(vector, Sparse) else vector

    def _filter(self, scope: Scope):
        field = self._edge.FieldCondition
        any_of = self._edge.MatchAny
        must: list = [field(key, match=any_of(values)) for key, values in scope.conditions.items()]
        if scope.pages:
            must.append(field("pages", range=self._edge.RangeFloat(gte=scope.pages[0], lte=scope.pages[1])))
        return self._edge.Filter(must=must) if must else None

    def search_all(
        self, asks: Sequence[tuple[Leg, list[float] | Sparse]], limit: int, scope: Scope, exact: bool = False
    ) -> list[list[Scored]]:
        if not asks:
            return []
        edge = self._edge
        params = edge.SearchParams(
            hnsw_ef=rules.EF,
            exact=exact,
            quantization=edge.QuantizationSearchParams(rescore=True, oversampling=rules.OVERSAMPLING, ignore=exact),
        )
        kept = self._filter(scope)
        queries = [
            edge.QueryRequest(
                limit,
                query=edge.Query.Nearest(self._query(vector), leg),
                filter=kept,
                params=params,
                with_payload=["item"],
            )
            for leg, vector in asks
        ]
        found = self._shard.query_batch(edge.QueryBatchRequest(queries))
        return [scored_of(points) for points in found]

    def kept(self, limit: int, scope: Scope) -> list[Kept]:
        request = self._edge.ScrollRequest(
            limit=limit + 1, filter=self._filter(scope), with_payload=True, with_vector=True
        )
        points, _ = self._shard.scroll(request)
        return kept_of(points, limit)

    def windows(self) -> Iterator[Held]:
        offset = None
        while True:
            request = self._edge.ScrollRequest(offset=offset, limit=CHUNK, with_payload=True, with_vector=False)
            points, offset = self._shard.scroll(request)
            yield from held_of(points)
            if offset is None:
                return

    def get(self, ids: Sequence[str]) -> list[Point]:
        return [point_of(one) for one in self._shard.retrieve(list(ids), with_payload=True, with_vector=True)]

    def has(self, ids: Sequence[str]) -> set[str]:
        return {str(one.id) for one in self._shard.retrieve(list(ids), with_payload=False, with_vector=False)}

    def remove(self, *sources: str) -> None:
        if sources:
            gone = self._filter(Scope(sources=sources))
            self._shard.update(self._edge.UpdateOperation.delete_points_by_filter(gone))
            self._shard.flush()

    def drop(self, ids: Sequence[str]) -> None:
        self._shard.update(self._edge.UpdateOperation.delete_points(list(ids)))
        self._shard.flush()

    def count(self) -> int:
        return self._shard.count(self._edge.CountRequest(exact=True)) - 1

    def optimize(self) -> None:
        """Writes every segment anew beside the old one."""
        blocks = (getattr(file.stat(), "st_blocks", 0) for file in self._folder.rglob("*"))  # most files are sparse
        disk.need(self._folder, ROOM + 512 * sum(blocks))
        self._shard.optimize()

    def close(self) -> None:
        self._shard.close()
