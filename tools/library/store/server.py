"""A collection on a Qdrant server or cluster."""

import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tools.errors import LibraryError, StoreDown, StoreLost
from tools.library.store.base import INTEGERS, KEYWORDS, REBUILD, Store
from tools.library.store.layout import EF_CONSTRUCT, QUANTILE, Layout, M
from tools.library.store.maker import MAKER_ID, Maker, check, maker_of
from tools.library.store.points import LegQuery, Point

COLLECTION = "exhibit"
MEMORY = ":memory:"
TIMEOUT = 30
"""Seconds that one request may take."""
SAMPLE = 20
"""Points that tell whose a collection is."""


class ServerStore(Store):
    """A collection on a Qdrant server (or cluster) at `url`; MEMORY is qdrant-client's own, for tests."""

    chunk = 256  # with their vectors about a megabyte of JSON

    def __init__(
        self,
        url: str,
        maker: Maker,
        collection: str = COLLECTION,
        layout: Layout | None = None,
        *,
        library: str = "",
        create: bool = True,
    ) -> None:
        """Raises StoreLost where there is no such collection and `create` is false, LibraryError where it is another
        library's."""
        from qdrant_client import models

        self.types = models
        self._collection = collection
        self._url = url
        self._maker = maker
        self._library = library
        self._layout = layout or Layout()
        self._client = client(url, self._layout)
        with reachable(url):
            if not self._client.collection_exists(collection):
                if not create:
                    raise StoreLost(f"The collection '{collection}' on {url} is gone.", REBUILD)
                self._create()
            found = self._client.retrieve(collection, [MAKER_ID], with_payload=True)
            if not found and library and library in collection:  # its name is ours: a run was killed while it made it
                self._sign()
                found = self._client.retrieve(collection, [MAKER_ID], with_payload=True)
        self._check(found[0].payload if found else None)
        with reachable(url):
            self._lay_out()

    def _check(self, payload: dict[str, Any] | None) -> None:
        if payload is None or library_of(payload) != self._library:
            whose = "belongs to another library" if payload else "was not made by Exhibit"
            raise LibraryError(
                f"The collection '{self._collection}' on {self._url} {whose}; it is left as it is.",
                "Name another server in EXHIBIT_QDRANT_URL.",
            )
        check(maker_of(payload), self._maker)

    def _sign(self) -> None:
        payload = {**self._maker.payload, "library": self._library}
        point = self.types.PointStruct(id=MAKER_ID, vector={}, payload=payload)
        self._client.upsert(self._collection, [point], wait=True)

    def _create(self) -> None:
        from qdrant_client.http.exceptions import UnexpectedResponse

        try:
            self._create_collection()
        except UnexpectedResponse as error:
            if error.status_code != 409:  # another process of this library makes it at this moment: both may go on
                raise
        if self._url != MEMORY:  # which filters without, and warns
            for key in KEYWORDS:
                self._client.create_payload_index(self._collection, key, self.types.PayloadSchemaType.KEYWORD)
            for key in INTEGERS:
                self._client.create_payload_index(self._collection, key, self.types.PayloadSchemaType.INTEGER)
        self._sign()

    def _create_collection(self) -> None:
        models, maker = self.types, self._maker

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


class Collections:
    """The collections of one library on a server. None of another library is ever taken or deleted."""

    def __init__(self, url: str, layout: Layout, library: str, has_source: Callable[[str], bool]) -> None:
        self._url = url
        self._library = library
        self._has_source = has_source
        self._client = client(url, layout)

    def find(self, edition: int) -> str:
        """The name of an edition's collection, whether it exists or not. In a library made before November 2026 names
        had no id: such a collection is taken where it belongs to nobody and has this library's points."""
        own, early = (_edition(name, edition) for name in (f"{COLLECTION}-{self._library}", COLLECTION))
        with reachable(self._url):
            if not self._client.collection_exists(own) and self._client.collection_exists(early) and self._take(early):
                return early
        return own

    def _take(self, name: str) -> bool:
        found = self._client.retrieve(name, [MAKER_ID], with_payload=True)
        if not found or library_of(found[0].payload) not in ("", self._library):
            return False
        if library_of(found[0].payload) == "":
            records, _ = self._client.scroll(name, limit=SAMPLE, with_payload=["source"])
            sources = {record.payload["source"] for record in records if "source" in (record.payload or {})}
            if not sources or not all(self._has_source(source) for source in sources):
                return False
            self._client.set_payload(name, {"library": self._library}, points=[MAKER_ID], wait=True)
        return True

    def drop(self, edition: int) -> None:
        name = self.find(edition)
        with reachable(self._url):
            if self._client.collection_exists(name):
                self._client.delete_collection(name)

    def others(self, edition: int) -> list[str]:
        """Names of those of other editions."""
        own = f"{COLLECTION}-{self._library}"
        with reachable(self._url):
            names = [one.name for one in self._client.get_collections().collections]
        return sorted(n for n in names if (n == own or n.startswith(f"{own}-")) and n != _edition(own, edition))


def library_of(payload: dict[str, Any] | None) -> str:
    """The id of the library whose maker point this is; "" in collections made before November 2026."""
    return (payload or {}).get("library", "")


def _edition(name: str, edition: int) -> str:
    return f"{name}-{edition}" if edition else name


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
        if error.status_code == 404:
            raise StoreLost(f"The Qdrant server at {url}: {_sentence(error.content)}.", REBUILD) from error
        if error.status_code in (401, 403):
            raise StoreDown(
                f"The Qdrant server at {url} wants another API key.", "Type: export EXHIBIT_QDRANT_API_KEY=<key>"
            ) from error
        raise StoreDown(
            f"The Qdrant server at {url} refuses ({error.status_code}): {_sentence(error.content)}.",
            "Look into the server's log; what was finished is kept, and the same command goes on.",
        ) from error
    except ApiException as error:  # no connection, or no answer in time
        raise StoreDown(
            f"The Qdrant server at {url} does not answer: {error}.",
            "Start it (docker run -p 6333:6333 -v qdrant_storage:/qdrant/storage qdrant/qdrant), or unset "
            "EXHIBIT_QDRANT_URL to use the embedded store.",
        ) from error


def _sentence(content: bytes) -> str:
    """The server's own words, from its JSON or as they are."""
    try:
        return str(json.loads(content)["status"]["error"])
    except (ValueError, KeyError, TypeError):
        return content.decode(errors="replace")[:200]
