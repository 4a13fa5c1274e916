"""A Qdrant Edge folder in this process."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.errors import ExhibitError, LibraryBusy, StoreLost
from tools.library.store import disk
from tools.library.store.base import INTEGERS, KEYWORDS, REBUILD, Store
from tools.library.store.layout import EF_CONSTRUCT, FULL_SCAN, QUANTILE, Layout, M
from tools.library.store.maker import MAKER_ID, Maker, check, maker_of
from tools.library.store.points import LegQuery, Point
from tools.library.store.turns import LOOK, Turn

ROOM = 32 * 2**20
"""Bytes that must be free before anything is written. Edge writes through mapped memory: where the disk fills up
meanwhile, the system ends the process (SIGBUS), and a shard that was being made cannot be opened again. An empty one
takes 10 MB."""
POINT = 16_384
"""Bytes that a point takes at the most, in vectors of 1,000 dimensions and with its entries in the indexes."""


class EdgeStore(Store):
    """A Qdrant Edge shard in `folder`. Processes take turns: it is open while no other one waits for it, and closed
    between two uses where one does."""

    chunk = 500

    def __init__(self, folder: Path, maker: Maker, layout: Layout | None = None, *, create: bool = True) -> None:
        """Raises StoreLost where there is none and `create` is false."""
        import qdrant_edge

        self.types = qdrant_edge
        self._folder = folder
        self._maker = maker
        self._layout = layout or Layout()
        self._create = create
        self._turn = Turn(folder)
        self._lock = threading.Condition()
        self._open_shard: Any = None
        self._users = 0
        self._closed = threading.Event()
        with self._shard() as shard:
            self._create = False  # from now on it is there, or was lost
            self._index_payload(shard)
        threading.Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def _shard(self) -> Iterator[Any]:
        """The shard, opened again where another process had its turn meanwhile."""
        with self._lock:
            while self._users and self._turn.is_over:
                self._lock.wait(LOOK)  # no more uses begin until those that have begun end
            if self._closed.is_set():
                raise StoreLost(f"The vectors in {self._folder} were closed.", REBUILD)
            self._give_way()
            if self._open_shard is None:
                self._open_shard = self._opened()
            self._users += 1
        try:
            with self._explained("are damaged"):
                yield self._open_shard
        finally:
            with self._lock:
                self._users -= 1

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """Errors of the binding as ours. It raises bare Exceptions, and panics that are none: the text is all there is
        to go by."""
        try:
            yield
        except ExhibitError:
            raise
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            if disk.is_full(error):
                raise disk.full(self._folder.parent) from error
            if "WouldBlock" in str(error):  # an earlier version of Exhibit, which takes no turns
                raise LibraryBusy(
                    f"Another process is using the library in {self._folder.parent}.", "Wait for it to end."
                ) from error
            raise StoreLost(f"The vectors in {self._folder} {what}: {error}.", REBUILD) from error

    def _give_way(self) -> None:
        """Closes the shard where another process waits for it."""
        if self._open_shard is not None and not self._users and self._turn.is_over:
            self._close_shard()
            self._turn.give_way()

    def _watch(self) -> None:
        """While this process has nothing to search, as in a chat."""
        while not self._closed.wait(LOOK):
            with self._lock:
                self._give_way()

    def _opened(self) -> Any:
        if self._create:
            self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._turn.take()
        except FileNotFoundError as error:
            raise StoreLost(f"The vectors in {self._folder} are gone.", REBUILD) from error
        shard = None
        try:
            with self._explained("cannot be opened"):
                shard = self._load_or_create()
                check(_maker_of(shard), self._maker)
            return shard
        except BaseException:
            if shard is not None:
                shard.close()
            self._turn.end()
            raise

    def _load_or_create(self) -> Any:
        if (self._folder / "segments").exists():
            shard = self._loaded()
            if not shard.count(self.types.CountRequest(exact=True)):
                self._sign(shard)  # made by a run that was killed before it could
            return shard
        if not self._create:
            raise StoreLost(f"The vectors in {self._folder} are gone.", REBUILD)
        disk.need(self._folder.parent, ROOM)
        shard = self.types.EdgeShard.create(str(self._folder), self._config())
        self._sign(shard)
        return shard

    def _loaded(self) -> Any:
        """The shard with the layout that is wanted now; `optimize` rebuilds what is not yet so. One with vectors of
        another size as it is: `check` names its encoders."""
        try:
            return self.types.EdgeShard.load(str(self._folder), self._config())
        except Exception as error:
            if "incompatible" not in str(error):
                raise
            return self.types.EdgeShard.load(str(self._folder))

    def _sign(self, shard: Any) -> None:
        point = self.types.Point(MAKER_ID, {}, self._maker.payload)
        shard.update(self.types.UpdateOperation.upsert_points([point]))
        shard.flush()

    def _config(self) -> Any:
        edge = self.types
        int8 = None
        if self._layout.quantization == "int8":
            int8 = edge.ScalarQuantizationConfig(edge.ScalarType.Int8, quantile=QUANTILE, memory=edge.Memory.Pinned)
        memory = edge.Memory.Cold if self._layout.on_disk else edge.Memory.Cached

        def dense(size: int):
            return edge.EdgeVectorParams(size, edge.Distance.Cosine, quantization_config=int8, memory=memory)

        return edge.EdgeConfig(
            vectors={"clip": dense(self._maker.image_dim), "text": dense(self._maker.text_dim)},
            sparse_vectors={"bm25": edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
            hnsw_config=edge.HnswIndexConfig(M, EF_CONSTRUCT, FULL_SCAN),
        )

    def _index_payload(self, shard: Any) -> None:
        """Without these a filtered search compares with every point: 20 to 100 times as long."""
        edge, there = self.types, shard.info().payload_schema
        keys = {key: edge.PayloadSchemaType.Keyword for key in KEYWORDS}
        keys |= {key: edge.PayloadSchemaType.Integer for key in INTEGERS}
        for key, kind in keys.items():
            if key not in there:
                shard.update(edge.UpdateOperation.create_field_index(key, kind))

    def _upsert(self, points: Sequence[Point]) -> None:
        disk.need(self._folder, ROOM + POINT * len(points))
        made = [self.types.Point(point.id, self._vectors(point), point.payload) for point in points]
        self._update(self.types.UpdateOperation.upsert_points(made))

    def _update(self, operation: Any) -> None:
        with self._shard() as shard:
            shard.update(operation)
            shard.flush()

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
        with self._shard() as shard:
            return shard.query_batch(self.types.QueryBatchRequest(requests))

    def _scroll(self, limit: int, offset: Any, where: Any, *, vectors: bool) -> tuple[list[Any], Any]:
        request = self.types.ScrollRequest(
            offset=offset, limit=limit, filter=where, with_payload=True, with_vector=vectors
        )
        with self._shard() as shard:
            return shard.scroll(request)

    def _retrieve(self, ids: Sequence[str], *, vectors: bool) -> list[Any]:
        with self._shard() as shard:
            return shard.retrieve(list(ids), with_payload=True, with_vector=vectors)

    def _delete_where(self, where: Any) -> None:
        self._update(self.types.UpdateOperation.delete_points_by_filter(where))

    def drop(self, ids: Sequence[str]) -> None:
        self._update(self.types.UpdateOperation.delete_points(list(ids)))

    def count(self) -> int:
        with self._shard() as shard:
            return shard.count(self.types.CountRequest(exact=True)) - 1

    def optimize(self) -> None:
        """Writes every segment again beside the old one."""
        blocks = (getattr(file.stat(), "st_blocks", 0) for file in self._folder.rglob("*"))  # most files are sparse
        disk.need(self._folder, ROOM + 512 * sum(blocks))
        with self._shard() as shard:
            shard.optimize()

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            while self._users:  # another thread searches still
                self._lock.wait(LOOK)
            self._close_shard()
            self._turn.end()

    def _close_shard(self) -> None:
        if self._open_shard is not None:
            self._open_shard.close()
            self._open_shard = None


def _maker_of(shard: Any) -> Maker:
    (record,) = shard.retrieve([MAKER_ID], with_payload=True, with_vector=False)
    return maker_of(record.payload)
