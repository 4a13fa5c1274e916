"""Where the vectors are: a Qdrant Edge folder in this process, or a Qdrant server. One collection, three legs.

A point is one window of one item; its payload names the item, its source, its kind and its pages, nothing more:
the catalogue holds the rest. Points whose item the catalogue does not know are never shown, so the order of
writing is points first, catalogue second.
"""

import json
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from tools.errors import EncoderMismatch, LibraryBusy, LibraryError, StoreDown

Leg = Literal["clip", "text", "bm25"]
DENSE: tuple[Leg, ...] = ("clip", "text")
COLLECTION = "exhibit"
MAKER_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "exhibit/maker"))
"""The point that holds no vector, only what the store was made with."""


@dataclass(frozen=True)
class Sparse:
    """A sparse vector: token ids and weights, as Qdrant's BM25 gives them."""

    indices: list[int]
    values: list[float]


@dataclass(frozen=True)
class Window:
    """One point: a window of an item with the vectors of the legs it takes part in (L2-normalised)."""

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


@dataclass(frozen=True)
class Maker:
    """What the vectors were made with: encoder names and sizes, and the version of weights that ship with us.

    A store refuses any other.
    """

    text: str
    image: str
    text_dim: int
    image_dim: int
    weights: str = ""


class Store(Protocol):
    """What the library needs of a vector store."""

    def add(self, windows: Sequence[Window]) -> None: ...

    def search(self, leg: Leg, vector: list[float] | Sparse, limit: int, scope: Scope) -> list[Scored]: ...

    def kept(self, limit: int, scope: Scope) -> list[Kept]:
        """The first points of a scope by their id, which is a hash: a fixed and fair sample of a large library."""
        ...

    def remove(self, *sources: str) -> None: ...

    def windows(self) -> Iterator[Held]:
        """Every point but the maker's own."""
        ...

    def count(self) -> int:
        """Points, the maker's own not counted."""
        ...

    def optimize(self) -> None:
        """Builds the index over what was added; slow, safe to leave out."""
        ...

    def close(self) -> None: ...


class Bm25:
    """Qdrant's BM25, computed here for both kinds of store so that they find the same."""

    def __init__(self) -> None:
        import qdrant_edge

        self._model = qdrant_edge.Bm25()

    def document(self, text: str) -> Sparse:
        vector = self._model.embed_document(text)
        return Sparse(list(vector.indices), list(vector.values))

    def query(self, text: str) -> Sparse:
        vector = self._model.embed_query(text)
        return Sparse(list(vector.indices), list(vector.values))


class EdgeStore:
    """A Qdrant Edge shard in `folder`. One process at a time may hold it."""

    def __init__(self, folder: Path, maker: Maker) -> None:
        import qdrant_edge

        self._edge = qdrant_edge
        self._shard = self._open(folder, maker)
        _check(self._maker(), maker)

    def _open(self, folder: Path, maker: Maker):
        try:
            if (folder / "segments").exists():
                shard = self._edge.EdgeShard.load(str(folder))
                if shard.count(self._edge.CountRequest(exact=True)):
                    return shard
                return self._signed(shard, maker)  # made by a run that was killed before it could sign
            folder.parent.mkdir(parents=True, exist_ok=True)
            return self._signed(self._edge.EdgeShard.create(str(folder), self._config(maker)), maker)
        except Exception as error:  # the binding raises bare Exceptions: the text is all there is to go by
            if "WouldBlock" in str(error):
                raise LibraryBusy(
                    f"Another process is using the library in {folder.parent}.",
                    "Wait for it to end, or let several share one: run a Qdrant server and set "
                    "EXHIBIT_QDRANT_URL=http://127.0.0.1:6333, then index again.",
                ) from error
            raise LibraryError(
                f"The vectors in {folder} cannot be opened: {error}.",
                "Move that folder away and run 'exhibit index' again on your documents.",
            ) from error

    def _signed(self, shard, maker: Maker):
        payload = {"maker": json.dumps(maker.__dict__), "kind": "maker"}
        shard.update(self._edge.UpdateOperation.upsert_points([self._edge.Point(MAKER_ID, {}, payload)]))
        shard.flush()
        return shard

    def _config(self, maker: Maker):
        cosine = self._edge.Distance.Cosine
        return self._edge.EdgeConfig(
            vectors={
                "clip": self._edge.EdgeVectorParams(maker.image_dim, cosine),
                "text": self._edge.EdgeVectorParams(maker.text_dim, cosine),
            },
            sparse_vectors={"bm25": self._edge.EdgeSparseVectorParams(modifier=self._edge.Modifier.Idf)},
        )

    def _maker(self) -> Maker:
        record = self._shard.retrieve([MAKER_ID], with_payload=True, with_vector=False)[0]
        return Maker(**json.loads((record.payload or {})["maker"]))

    def add(self, windows: Sequence[Window]) -> None:
        points = [self._edge.Point(w.point_id, self._vectors(w), w.payload) for w in windows]
        if points:
            self._shard.update(self._edge.UpdateOperation.upsert_points(points))
            self._shard.flush()

    def _vectors(self, window: Window) -> dict:
        vectors: dict = dict(window.dense)
        if window.bm25 is not None:
            vectors["bm25"] = self._edge.SparseVector(window.bm25.indices, window.bm25.values)
        return vectors

    def _filter(self, scope: Scope):
        field = self._edge.FieldCondition
        any_of = self._edge.MatchAny
        must: list = [field(key, match=any_of(values)) for key, values in scope.conditions.items()]
        if scope.pages:
            must.append(field("pages", range=self._edge.RangeFloat(gte=scope.pages[0], lte=scope.pages[1])))
        return self._edge.Filter(must=must)

    def search(self, leg: Leg, vector: list[float] | Sparse, limit: int, scope: Scope) -> list[Scored]:
        query = self._edge.SparseVector(vector.indices, vector.values) if isinstance(vector, Sparse) else vector
        request = self._edge.QueryRequest(
            limit,
            query=self._edge.Query.Nearest(query, leg),
            filter=self._filter(scope),
            with_payload=["item"],
        )
        return [Scored((point.payload or {})["item"], point.score) for point in self._shard.query(request)]

    def kept(self, limit: int, scope: Scope) -> list[Kept]:
        request = self._edge.ScrollRequest(
            limit=limit + 1, filter=self._filter(scope), with_payload=True, with_vector=True
        )
        points, _ = self._shard.scroll(request)
        return _kept(points, limit)

    def remove(self, *sources: str) -> None:
        gone = self._filter(Scope(sources=sources))
        self._shard.update(self._edge.UpdateOperation.delete_points_by_filter(gone))
        self._shard.flush()

    def windows(self) -> Iterator[Held]:
        offset = None
        while True:
            request = self._edge.ScrollRequest(offset=offset, limit=1000, with_payload=True, with_vector=False)
            points, offset = self._shard.scroll(request)
            yield from _held(points)
            if offset is None:
                return

    def count(self) -> int:
        return self._shard.count(self._edge.CountRequest(exact=True)) - 1

    def optimize(self) -> None:
        self._shard.optimize()

    def close(self) -> None:
        self._shard.close()


class ServerStore:
    """A collection on a Qdrant server (or cluster) at `url`; ":memory:" is qdrant-client's own, for tests."""

    def __init__(self, url: str, maker: Maker, collection: str = COLLECTION) -> None:
        from qdrant_client import QdrantClient, models

        self._models = models
        self._collection = collection
        self._url = url
        where: dict = {"location": url} if url == ":memory:" else {"url": url, "timeout": 30}
        self._client = QdrantClient(**where, check_compatibility=False)  # it would warn on the screen
        with self._reachable():
            if not self._client.collection_exists(collection):
                self._create(maker)
            found = self._client.retrieve(collection, [MAKER_ID], with_payload=True)
        _check(Maker(**json.loads((found[0].payload or {})["maker"])) if found else None, maker)

    def _reachable(self) -> "_Reachable":
        return _Reachable(self._url)

    def _create(self, maker: Maker) -> None:
        models = self._models
        self._client.create_collection(
            self._collection,
            vectors_config={
                "clip": models.VectorParams(size=maker.image_dim, distance=models.Distance.COSINE),
                "text": models.VectorParams(size=maker.text_dim, distance=models.Distance.COSINE),
            },
            sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
        )
        if self._url != ":memory:":
            for key in ("kind", "source", "item"):
                self._client.create_payload_index(self._collection, key, models.PayloadSchemaType.KEYWORD)
            self._client.create_payload_index(self._collection, "pages", models.PayloadSchemaType.INTEGER)
        payload = {"maker": json.dumps(maker.__dict__), "kind": "maker"}
        point = models.PointStruct(id=MAKER_ID, vector={}, payload=payload)
        self._client.upsert(self._collection, [point], wait=True)

    def add(self, windows: Sequence[Window]) -> None:
        points = [
            self._models.PointStruct(id=w.point_id, vector=self._vectors(w), payload=w.payload) for w in windows
        ]
        with self._reachable():
            for start in range(0, len(points), 256):
                self._client.upsert(self._collection, points[start : start + 256], wait=True)

    def _vectors(self, window: Window) -> dict:
        vectors: dict = dict(window.dense)
        if window.bm25 is not None:
            vectors["bm25"] = self._sparse(window.bm25)
        return vectors

    def _sparse(self, vector: Sparse):
        return self._models.SparseVector(indices=vector.indices, values=vector.values)

    def _filter(self, scope: Scope):
        models = self._models
        must: list = [
            models.FieldCondition(key=key, match=models.MatchAny(any=values))
            for key, values in scope.conditions.items()
        ]
        if scope.pages:
            must.append(models.FieldCondition(key="pages", range=models.Range(gte=scope.pages[0], lte=scope.pages[1])))
        return models.Filter(must=must)

    def search(self, leg: Leg, vector: list[float] | Sparse, limit: int, scope: Scope) -> list[Scored]:
        query = self._sparse(vector) if isinstance(vector, Sparse) else vector
        with self._reachable():
            found = self._client.query_points(
                self._collection,
                query=query,
                using=leg,
                limit=limit,
                query_filter=self._filter(scope),
                with_payload=["item"],
            )
        return [Scored((point.payload or {})["item"], point.score) for point in found.points]

    def kept(self, limit: int, scope: Scope) -> list[Kept]:
        with self._reachable():
            points, _ = self._client.scroll(
                self._collection,
                scroll_filter=self._filter(scope),
                limit=limit + 1,
                with_payload=True,
                with_vectors=True,
            )
        return _kept(points, limit)

    def remove(self, *sources: str) -> None:
        gone = self._models.FilterSelector(filter=self._filter(Scope(sources=sources)))
        with self._reachable():
            self._client.delete(self._collection, points_selector=gone, wait=True)

    def windows(self) -> Iterator[Held]:
        offset = None
        while True:
            with self._reachable():
                points, offset = self._client.scroll(self._collection, limit=1000, offset=offset, with_payload=True)
            yield from _held(points)
            if offset is None:
                return

    def count(self) -> int:
        with self._reachable():
            return self._client.count(self._collection, exact=True).count - 1

    def optimize(self) -> None:
        """The server optimises by itself."""

    def close(self) -> None:
        self._client.close()


class _Reachable:
    """Turns a client's failure into StoreDown, which says what to type."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, error, trace) -> None:
        from qdrant_client.http.exceptions import ApiException

        if isinstance(error, ApiException):
            raise StoreDown(
                f"The Qdrant server at {self._url} does not do what was asked: {error}.",
                "Start it (docker run -p 6333:6333 qdrant/qdrant), or unset EXHIBIT_QDRANT_URL "
                "to use the embedded store.",
            ) from error


def open_store(root: Path, url: str | None, maker: Maker, edition: int = 0) -> Store:
    """The server at `url` where one is set, otherwise the Edge folder `root/vectors`. An edition other than 0 stands
    beside it under a name of its own: it was made anew (see `again`)."""
    if url:
        return ServerStore(url, maker, _edition(COLLECTION, edition))
    return EdgeStore(root / _edition("vectors", edition), maker)


def drop_store(root: Path, url: str | None, edition: int) -> None:
    """Throws a closed store away; nothing where there is none."""
    if url:
        from qdrant_client import QdrantClient

        QdrantClient(url, check_compatibility=False).delete_collection(_edition(COLLECTION, edition))
    else:
        shutil.rmtree(root / _edition("vectors", edition), ignore_errors=True)


def other_stores(root: Path, edition: int) -> list[str]:
    """Names of the Edge folders of other editions."""
    ours = _edition("vectors", edition)
    return sorted(p.name for p in root.glob("vectors*") if p.is_dir() and p.name != ours)


def _edition(name: str, edition: int) -> str:
    return f"{name}-{edition}" if edition else name


def _check(made_with: Maker | None, wanted: Maker) -> None:
    if made_with == wanted:
        return
    if made_with is None:
        raise LibraryError(
            f"The collection '{COLLECTION}' on the server was not made by Exhibit.",
            "Name another server in EXHIBIT_QDRANT_URL, or rename that collection.",
        )
    if (made_with.text, made_with.image) == (wanted.text, wanted.image):
        raise EncoderMismatch(
            f"This library was made with another version of '{made_with.image}' than is installed now.",
            "Make its vectors anew, without reading the documents: exhibit index --again",
        )
    raise EncoderMismatch(
        f"This library was made with text encoder '{made_with.text}' and image encoder '{made_with.image}', "
        f"but the settings say '{wanted.text}' and '{wanted.image}'.",
        f"Type: export EXHIBIT_TEXT_ENCODER={made_with.text} EXHIBIT_IMAGE_ENCODER={made_with.image} "
        "or make its vectors anew with these, without reading the documents: exhibit index --again",
    )


def _held(points: Iterable[Any]) -> Iterator[Held]:
    for point in points:
        if str(point.id) != MAKER_ID:
            yield Held(str(point.id), point.payload["item"], point.payload["source"])


def _kept(points: Sequence[Any], limit: int) -> list[Kept]:
    """Points of either client as ours; the maker's own is left out."""
    found = []
    for point in points:
        if str(point.id) == MAKER_ID:
            continue
        vectors = dict(point.vector or {})
        sparse = vectors.pop("bm25", None)
        bm25 = Sparse(list(sparse.indices), list(sparse.values)) if sparse is not None else None
        payload = point.payload or {}
        found.append(Kept(payload["item"], payload["kind"], {leg: list(v) for leg, v in vectors.items()}, bm25))
    return found[:limit]


def best_of_items(found: Iterable[Scored]) -> tuple[Scored, ...]:
    """Items in the order of their best window; a list of windows becomes a ranking of items."""
    best: dict[str, Scored] = {}
    for one in found:
        best.setdefault(one.item, one)
    return tuple(best.values())
