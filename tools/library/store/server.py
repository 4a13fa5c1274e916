"""A collection on a Qdrant server or cluster."""

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tools.errors import StoreDown
from tools.library.store.base import INTEGERS, KEYWORDS, Store
from tools.library.store.layout import EF_CONSTRUCT, QUANTILE, Layout, M
from tools.library.store.maker import COLLECTION, MAKER_ID, Maker, check, maker_of
from tools.library.store.points import LegQuery, Point

MEMORY = ":memory:"
TIMEOUT = 30
"""Seconds that one request may take."""


class ServerStore(Store):
    """A collection on a Qdrant server (or cluster) at `url`; MEMORY is qdrant-client's own, for tests."""

    chunk = 256  # with their vectors about a megabyte of JSON

    def __init__(self, url: str, maker: Maker, collection: str = COLLECTION, layout: Layout | None = None) -> None:
        from qdrant_client import models

        self.types = models
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
        models = self.types

        def dense(size: int):
            return models.VectorParams(size=size, distance=models.Distance.COSINE, on_disk=self._layout.on_disk)

        self._client.create_collection(
            self._collection,
            vectors_config={"clip": dense(maker.image_dim), "text": dense(maker.text_dim)},
            sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
            hnsw_config=models.HnswConfigDiff(m=M, ef_construct=EF_CONSTRUCT),
            quantization_config=self._int8(),
            shard_number=self._layout.shards,
            replication_factor=self._layout.replicas,
        )
        if self._url != MEMORY:  # which filters without, and warns
            for key in KEYWORDS:
                self._client.create_payload_index(self._collection, key, models.PayloadSchemaType.KEYWORD)
            for key in INTEGERS:
                self._client.create_payload_index(self._collection, key, models.PayloadSchemaType.INTEGER)
        point = models.PointStruct(id=MAKER_ID, vector={}, payload=maker.payload)
        self._client.upsert(self._collection, [point], wait=True)

    def _int8(self):
        models = self.types
        if self._layout.quantization == "none":
            return None
        scalar = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=QUANTILE, always_ram=True)
        return models.ScalarQuantization(scalar=scalar)

    def _lay_out(self) -> None:
        """Tells the server when the settings have changed; it rebuilds by itself. Shards stay as they were made."""
        if self._url == MEMORY:
            return
        models, config = self.types, self._client.get_collection(self._collection).config
        quantized = config.quantization_config is not None
        if quantized != (self._layout.quantization == "int8"):
            wanted = self._int8() or models.Disabled.DISABLED
            self._client.update_collection(self._collection, quantization_config=wanted)
        vectors = config.params.vectors
        assert isinstance(vectors, dict), "ours have names"
        if any(bool(one.on_disk) != self._layout.on_disk for one in vectors.values()):
            changed = {name: models.VectorParamsDiff(on_disk=self._layout.on_disk) for name in vectors}
            self._client.update_collection(self._collection, vectors_config=changed)

    def _upsert(self, points: Sequence[Point]) -> None:
        made = [self.types.PointStruct(id=p.id, vector=self._vectors(p), payload=p.payload) for p in points]
        with reachable(self._url):
            self._client.upsert(self._collection, made, wait=True)

    def _range(self, first: int, last: int) -> Any:
        return self.types.Range(gte=first, lte=last)

    def _query(self, queries: Sequence[LegQuery], limit: int, where: Any, params: Any) -> list[Any]:
        requests = [
            self.types.QueryRequest(
                query=self._vector(query.vector),
                using=query.leg,
                limit=limit,
                filter=where,
                params=params if self._url != MEMORY else None,  # it is exact, and warns
                with_payload=["item"],
            )
            for query in queries
        ]
        with reachable(self._url):
            return [response.points for response in self._client.query_batch_points(self._collection, requests)]

    def _scroll(self, limit: int, offset: Any, where: Any, *, vectors: bool) -> tuple[list[Any], Any]:
        with reachable(self._url):
            return self._client.scroll(
                self._collection,
                scroll_filter=where,
                limit=limit,
                offset=offset,
                with_payload=True,
                with_vectors=vectors,
            )

    def _retrieve(self, ids: Sequence[str], *, vectors: bool) -> list[Any]:
        with reachable(self._url):
            return self._client.retrieve(self._collection, list(ids), with_payload=True, with_vectors=vectors)

    def _delete_where(self, where: Any) -> None:
        with reachable(self._url):
            self._client.delete(self._collection, points_selector=self.types.FilterSelector(filter=where), wait=True)

    def drop(self, ids: Sequence[str]) -> None:
        with reachable(self._url):
            self._client.delete(self._collection, self.types.PointIdsList(points=list(ids)), wait=True)

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
