"""A collection on a Qdrant server or cluster."""

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tools.errors import StoreDown
from tools.library.store import layout as rules
from tools.library.store.layout import Layout
from tools.library.store.maker import COLLECTION, Maker, check, maker_of
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

CHUNK = 256
"""Points that are written or read at once: with their vectors about a megabyte of JSON."""
MEMORY = ":memory:"
TIMEOUT = 30
"""Seconds that one request may take."""


class ServerStore(Store):
    """A collection on a Qdrant server (or cluster) at `url`; MEMORY is qdrant-client's own, for tests."""

    def __init__(self, url: str, maker: Maker, collection: str = COLLECTION, layout: Layout | None = None) -> None:
        from qdrant_client import models

        self._models = models
        self._collection = collection
        self._url = url
        self._layout = layout or Layout()
        self._client = client(url, self._layout)
        with reachable(url):
            if not self._client.collection_exists(collection):
                self._create(maker)
            found = self._client.retrieve(collection, [MAKER_ID], with_payload=True)
        check(maker_of(found[0].payload) if found else None, maker)
        with reachable(url):
            self._lay_out()

    def _create(self, maker: Maker) -> None:
        models = self._models

        def dense(size: int):
            return models.VectorParams(size=size, distance=models.Distance.COSINE, on_disk=self._layout.on_disk)

        self._client.create_collection(
            self._collection,
            vectors_config={"clip": dense(maker.image_dim), "text": dense(maker.text_dim)},
            sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
            hnsw_config=models.HnswConfigDiff(m=rules.M, ef_construct=rules.EF_CONSTRUCT),
            quantization_config=self._int8(),
            shard_number=self._layout.shards,
            replication_factor=self._layout.replicas,
        )
        if self._url != MEMORY:  # which filters without, and warns
            for key in rules.KEYWORDS:
                self._client.create_payload_index(self._collection, key, models.PayloadSchemaType.KEYWORD)
            for key in rules.INTEGERS:
                self._client.create_payload_index(self._collection, key, models.PayloadSchemaType.INTEGER)
        point = models.PointStruct(id=MAKER_ID, vector={}, payload=maker.payload)
        self._client.upsert(self._collection, [point], wait=True)

    def _int8(self):
        models = self._models
        if self._layout.quantization == "none":
            return None
        scalar = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=rules.QUANTILE, always_ram=True)
        return models.ScalarQuantization(scalar=scalar)

    def _lay_out(self) -> None:
        """Tells the server when the settings have changed; it rebuilds by itself. Shards stay as they were made."""
        if self._url == MEMORY:
            return
        models, config = self._models, self._client.get_collection(self._collection).config
        quantized = config.quantization_config is not None
        if quantized != (self._layout.quantization == "int8"):
            wanted = self._int8() or models.Disabled.DISABLED
            self._client.update_collection(self._collection, quantization_config=wanted)
        vectors = config.params.vectors
        assert isinstance(vectors, dict), "ours have names"
        if any(bool(one.on_disk) != self._layout.on_disk for one in vectors.values()):
            changed = {name: models.VectorParamsDiff(on_disk=self._layout.on_disk) for name in vectors}
            self._client.update_collection(self._collection, vectors_config=changed)

    def put(self, points: Sequence[Point]) -> None:
        made = [self._models.PointStruct(id=p.id, vector=self._vectors(p), payload=p.payload) for p in points]
        with reachable(self._url):
            for start in range(0, len(made), CHUNK):
                self._client.upsert(self._collection, made[start : start + CHUNK], wait=True)

    def _vectors(self, point: Point) -> dict[str, Any]:
        return {leg: self._query(vector) for leg, vector in point.vectors.items()}

    def _query(self, vector: list[float] | Sparse) -> Any:
        if isinstance(vector, Sparse):
            return self._models.SparseVector(indices=vector.indices, values=vector.values)
        return vector

    def _filter(self, scope: Scope):
        models = self._models
        must: list = [
            models.FieldCondition(key=key, match=models.MatchAny(any=values))
            for key, values in scope.conditions.items()
        ]
        if scope.pages:
            must.append(models.FieldCondition(key="pages", range=models.Range(gte=scope.pages[0], lte=scope.pages[1])))
        return models.Filter(must=must) if must else None

    def search_all(
        self, asks: Sequence[tuple[Leg, list[float] | Sparse]], limit: int, scope: Scope, exact: bool = False
    ) -> list[list[Scored]]:
        if not asks:
            return []
        models = self._models
        quantization = models.QuantizationSearchParams(rescore=True, oversampling=rules.OVERSAMPLING, ignore=exact)
        params = models.SearchParams(hnsw_ef=rules.EF, exact=exact, quantization=quantization)
        if self._url == MEMORY:  # which is exact, and warns
            params = None
        requests = [
            models.QueryRequest(
                query=self._query(vector),
                using=leg,
                limit=limit,
                filter=self._filter(scope),
                params=params,
                with_payload=["item"],
            )
            for leg, vector in asks
        ]
        with reachable(self._url):
            found = self._client.query_batch_points(self._collection, requests)
        return [scored_of(response.points) for response in found]

    def kept(self, limit: int, scope: Scope) -> list[Kept]:
        with reachable(self._url):
            points, _ = self._client.scroll(
                self._collection,
                scroll_filter=self._filter(scope),
                limit=limit + 1,
                with_payload=True,
                with_vectors=True,
            )
        return kept_of(points, limit)

    def windows(self) -> Iterator[Held]:
        offset = None
        while True:
            with reachable(self._url):
                points, offset = self._client.scroll(self._collection, limit=1000, offset=offset, with_payload=True)
            yield from held_of(points)
            if offset is None:
                return

    def get(self, ids: Sequence[str]) -> list[Point]:
        with reachable(self._url):
            found = self._client.retrieve(self._collection, list(ids), with_payload=True, with_vectors=True)
        return [point_of(one) for one in found]

    def has(self, ids: Sequence[str]) -> set[str]:
        with reachable(self._url):
            found = self._client.retrieve(self._collection, list(ids), with_payload=False, with_vectors=False)
        return {str(one.id) for one in found}

    def remove(self, *sources: str) -> None:
        if sources:
            gone = self._models.FilterSelector(filter=self._filter(Scope(sources=sources)))
            with reachable(self._url):
                self._client.delete(self._collection, points_selector=gone, wait=True)

    def drop(self, ids: Sequence[str]) -> None:
        with reachable(self._url):
            self._client.delete(self._collection, self._models.PointIdsList(points=list(ids)), wait=True)

    def count(self) -> int:
        with reachable(self._url):
            return self._client.count(self._collection, exact=True).count - 1

    def optimize(self) -> None:
        """The server optimises by itself."""

    def close(self) -> None:
        self._client.close()


def client(url: str, layout: Layout):
    from qdrant_client import QdrantClient

    where: dict = {"location": url} if url == MEMORY else {"url": url, "timeout": TIMEOUT}
    with warnings.catch_warnings(action="ignore"):  # of a key over http://: on the loopback that is as it should be
        return QdrantClient(**where, api_key=layout.api_key, check_compatibility=False)  # that would print, too


@contextmanager
def reachable(url: str) -> Iterator[None]:
    """Turns a client's failure into StoreDown, which says what to type."""
    from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

    try:
        yield
    except UnexpectedResponse as error:
        if error.status_code in (401, 403):
            raise StoreDown(
                f"The Qdrant server at {url} wants another API key.", "Type: export EXHIBIT_QDRANT_API_KEY=<key>"
            ) from error
        raise StoreDown(
            f"The Qdrant server at {url} refuses ({error.status_code}): {_said(error.content)}.",
            "Look into the server's log; what was finished is kept, and the same command goes on.",
        ) from error
    except ApiException as error:  # no connection, or no answer in time
        raise StoreDown(
            f"The Qdrant server at {url} does not answer: {error}.",
            "Start it (docker run -p 6333:6333 qdrant/qdrant), or unset EXHIBIT_QDRANT_URL to use the embedded store.",
        ) from error


def _said(content: bytes) -> str:
    """The server's own words, from its JSON or as they are."""
    try:
        return str(json.loads(content)["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return content.decode(errors="replace")[:200]
