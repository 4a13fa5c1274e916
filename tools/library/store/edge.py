"""A Qdrant Edge folder in this process."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.errors import DiskFull, LibraryBusy, LibraryError
from tools.library.store import disk
from tools.library.store.base import INTEGERS, KEYWORDS, Store
from tools.library.store.layout import EF_CONSTRUCT, FULL_SCAN, QUANTILE, Layout, M
from tools.library.store.maker import MAKER_ID, Maker, check, maker_of
from tools.library.store.points import LegQuery, Point

ROOM = 32 * 2**20
"""Bytes that must be free before anything is written. Edge writes through mapped memory: where the disk fills up
meanwhile, the system ends the process (SIGBUS), and a shard that was being made cannot be opened again. An empty one
takes 10 MB."""
POINT = 16_384
"""Bytes that a point takes at the most, in vectors of 1,000 dimensions and with its entries in the indexes."""


class EdgeStore(Store):
    """A Qdrant Edge shard in `folder`. One process at a time may hold it."""

    chunk = 500

    def __init__(self, folder: Path, maker: Maker, layout: Layout | None = None) -> None:
        import qdrant_edge

        self.types = qdrant_edge
        self._layout = layout or Layout()
        self._folder = folder
        self._shard = self._open(folder, maker)
        check(self._maker(), maker)
        self._index_payload()

    def _open(self, folder: Path, maker: Maker):
        try:
            if (folder / "segments").exists():
                shard = self._loaded(folder, maker)
                if not shard.count(self.types.CountRequest(exact=True)):
                    return self._signed(shard, maker)  # made by a run that was killed before it could sign
                return shard
            folder.parent.mkdir(parents=True, exist_ok=True)
            disk.need(folder.parent, ROOM)
            return self._signed(self.types.EdgeShard.create(str(folder), self._config(maker)), maker)
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
            return self.types.EdgeShard.load(str(folder), self._config(maker))
        except Exception as error:
            if "incompatible" not in str(error):
                raise
            return self.types.EdgeShard.load(str(folder))

    def _signed(self, shard, maker: Maker):
        shard.update(self.types.UpdateOperation.upsert_points([self.types.Point(MAKER_ID, {}, maker.payload)]))
        shard.flush()
        return shard

    def _config(self, maker: Maker):
        edge = self.types
        int8 = None
        if self._layout.quantization == "int8":
            int8 = edge.ScalarQuantizationConfig(edge.ScalarType.Int8, quantile=QUANTILE, memory=edge.Memory.Pinned)
        memory = edge.Memory.Cold if self._layout.on_disk else edge.Memory.Cached

        def dense(size: int):
            return edge.EdgeVectorParams(size, edge.Distance.Cosine, quantization_config=int8, memory=memory)

        return edge.EdgeConfig(
            vectors={"clip": dense(maker.image_dim), "text": dense(maker.text_dim)},
            sparse_vectors={"bm25": edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
            hnsw_config=edge.HnswIndexConfig(M, EF_CONSTRUCT, FULL_SCAN),
        )

    def _maker(self) -> Maker | None:
        return maker_of(self._shard.retrieve([MAKER_ID], with_payload=True, with_vector=False)[0].payload)

    def _index_payload(self) -> None:
        """Without these a filtered search compares with every point: 20 to 100 times as long."""
        edge, there = self.types, self._shard.info().payload_schema
        keys = {key: edge.PayloadSchemaType.Keyword for key in KEYWORDS}
        keys |= {key: edge.PayloadSchemaType.Integer for key in INTEGERS}
        for key, kind in keys.items():
            if key not in there:
                self._shard.update(edge.UpdateOperation.create_field_index(key, kind))

    def _upsert(self, points: Sequence[Point]) -> None:
        disk.need(self._folder, ROOM + POINT * len(points))
        made = [self.types.Point(point.id, self._vectors(point), point.payload) for point in points]
        self._update(self.types.UpdateOperation.upsert_points(made))

    def _update(self, operation: Any) -> None:
        self._shard.update(operation)
        self._shard.flush()

    def _range(self, first: int, last: int) -> Any:
        return self.types.RangeFloat(gte=first, lte=last)

    def _query(self, queries: Sequence[LegQuery], limit: int, where: Any, params: Any) -> list[Any]:
        requests = [
            self.types.QueryRequest(
                limit,
                query=self.types.Query.Nearest(self._vector(query.vector), query.leg),
                filter=where,
                params=params,
                with_payload=["item"],
            )
            for query in queries
        ]
        return self._shard.query_batch(self.types.QueryBatchRequest(requests))

    def _scroll(self, limit: int, offset: Any, where: Any, *, vectors: bool) -> tuple[list[Any], Any]:
        request = self.types.ScrollRequest(
            offset=offset, limit=limit, filter=where, with_payload=True, with_vector=vectors
        )
        return self._shard.scroll(request)

    def _retrieve(self, ids: Sequence[str], *, vectors: bool) -> list[Any]:
        return self._shard.retrieve(list(ids), with_payload=True, with_vector=vectors)

    def _delete_where(self, where: Any) -> None:
        self._update(self.types.UpdateOperation.delete_points_by_filter(where))

    def drop(self, ids: Sequence[str]) -> None:
        self._update(self.types.UpdateOperation.delete_points(list(ids)))

    def count(self) -> int:
        return self._shard.count(self.types.CountRequest(exact=True)) - 1

    def optimize(self) -> None:
        """Writes every segment again beside the old one."""
        blocks = (getattr(file.stat(), "st_blocks", 0) for file in self._folder.rglob("*"))  # most files are sparse
        disk.need(self._folder, ROOM + 512 * sum(blocks))
        self._shard.optimize()

    def close(self) -> None:
        self._shard.close()
