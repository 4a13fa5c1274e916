"""Library: the one door to a library. Add files, search them, open what was found, remove it."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from tools.errors import NoLibrary, NotInLibrary, UnreadableFile
from tools.library import encode
from tools.library.encode import Encoder, ImageEncoder
from tools.library.encode.encoders import Encoders
from tools.library.evidence import Hit, Item, Region, Source, regions_of
from tools.library.index import SECONDS_A_FILE, Index, OnProgress
from tools.library.ingest.pipeline import OnFile, OnPage, collect_garbage, ingest
from tools.library.ingest.rebuild import rebuild
from tools.library.ingest.report import Report
from tools.library.search import WEIGHTS, Query, SearchResult, Within, find
from tools.library.store import Layout, Store, disk
from tools.library.store.catalog import Catalog

if TYPE_CHECKING:
    from PIL.Image import Image

TEXT_KINDS = ("passage", "table")
SEEN = 10_000
"""Texts whose vectors `similarity` keeps: about 15 MB."""


class Library:
    """A folder: catalogue, vectors (or a server's URL), pictures and renditions. Close it, or use `with`."""

    def __init__(
        self,
        root: Path,
        *,
        text_encoder: str = "minilm",
        image_encoder: str = "mini",
        reranker: str = "none",
        qdrant_url: str | None = None,
        layout: Layout | None = None,
        legs: Sequence[str] = tuple(WEIGHTS),
        create: bool = False,
        workers: int | None = None,
        seconds_a_file: float = SECONDS_A_FILE,
        web_private: bool = False,
        redact: bool | None = None,
    ) -> None:
        """See `Index` for what these mean. Raises NoLibrary where nothing was indexed and `create` is false."""
        if not create and not (root / "catalog.sqlite").exists():
            raise NoLibrary(f"There is no library in {root} yet.", "Type: exhibit index <folder with documents>")
        self.index = Index(
            root,
            Encoders(text_encoder, image_encoder, reranker),
            {leg: WEIGHTS[leg] for leg in legs},
            qdrant_url=qdrant_url,
            layout=layout,
            workers=workers,
            seconds_a_file=seconds_a_file,
            web_private=web_private,
            redact=redact,
        )
        self._seen: dict[str, encode.Vectors] = {}

    @property
    def root(self) -> Path:
        return self.index.root

    @property
    def catalog(self) -> Catalog:
        return self.index.catalog

    @property
    def store(self) -> Store:
        return self.index.store

    @property
    def text_encoder(self) -> Encoder:
        return self.index.encoders.text

    @property
    def image_encoder(self) -> ImageEncoder:
        return self.index.encoders.image

    @property
    def names(self) -> tuple[str, str]:
        """Of the text and the image encoder."""
        return self.index.encoders.text_name, self.index.encoders.image_name

    @property
    def weights(self) -> dict[str, float]:
        """Of the legs of a search."""
        return self.index.weights

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.index.close()

    # adding and removing

    def add(self, paths: Sequence[Path | str], on_file: OnFile | None = None, on_page: OnPage | None = None) -> Report:
        """Reads files and folders, and what stands at URLs (given as text); see `ingest`."""
        try:
            return ingest(self.index, paths, on_file, on_page)
        finally:
            self.index.encoders.release()

    def embed_again(self, on_progress: OnProgress | None = None) -> int:
        """Makes all points again, with the encoders that are set; the number of sources. Documents are not read."""
        with disk.only_one(self.root), disk.may_fill(self.root):
            try:
                return rebuild(self.index, on_progress)
            finally:
                self.index.encoders.release()

    def remove(self, *sources: str) -> None:
        """Forgets sources: from now on no search shows them. The files themselves are not touched."""
        store = self.store  # opened before anything is changed
        with disk.only_one(self.root):
            self.catalog.drop(sources)
            store.remove(*sources)
            self.catalog.settle(sources)
            collect_garbage(self.index)

    def keep(self, item: Item) -> None:
        """Keeps what no file holds, an API's reply or the rows of a table that were used, so that it can be cited."""
        self.catalog.put_record(item)

    def keep_picture(self, image: bytes) -> str:
        """Stores PNG or JPEG bytes under their SHA-256, which is returned."""
        sha = hashlib.sha256(image).hexdigest()
        disk.write(self.picture_path(sha), image)
        return sha

    # finding

    def search(
        self,
        text: str = "",
        image: "Image | None" = None,
        *,
        kinds: Sequence[str] = (),
        sources: Sequence[str] = (),
        limit: int = 8,
        weights: Mapping[str, float] | None = None,
    ) -> list[Hit]:
        """Items by words, by a picture, or by both, best first; `find` can be asked for more."""
        within = Within(kinds=tuple(kinds), sources=tuple(sources))
        return list(self.find(Query(text, image, within=within, limit=limit, weights=weights)).hits)

    def find(self, query: Query) -> SearchResult:
        """What a query finds, and how."""
        return find(self.index, query)

    # opening

    def item(self, item: str) -> Item:
        """Raises NotInLibrary for one that has gone."""
        return self.catalog.item(item)

    def source(self, source: str) -> Source:
        return self.catalog.source(source)

    def sources(self) -> list[Source]:
        return self.catalog.sources()

    def kinds(self) -> set[str]:
        """Of the items that it holds: passage, figure, table."""
        return self.catalog.kinds()

    def page(self, source: str, page: int) -> list[Item]:
        """The items that have a place on a page (from 1). Raises NotInLibrary for a page that does not exist."""
        found = self.source(source)
        if not 1 <= page <= found.pages:
            raise NotInLibrary(f"'{found.title}' has pages 1 to {found.pages}, not {page}.")
        return self.catalog.on_page(source, page)

    def locate(self, item: str, start: int, end: int) -> tuple[Region, ...]:
        """Where characters start to end of an item's text stand on the page; the whole item where no words say."""
        offset, hit = 0, []
        for word in self.catalog.words(item):
            if offset < end and start < offset + len(word.text):
                hit.append(word)
            offset += len(word.text) + len(word.sep)
        return regions_of(hit) if hit else self.item(item).regions

    def picture(self, sha: str) -> bytes:
        path = self.picture_path(sha)
        if not path.exists():
            raise NotInLibrary(f"The picture {sha[:12]}… is missing.", "Type: exhibit index <folder> again.")
        return path.read_bytes()

    def page_image(self, source: str, page: int, dpi: int = 110) -> "tuple[Image, float]":
        """The page as a picture, and its pixels per unit of a Region (PDF point, or pixel of an image).

        Raises NotInLibrary where the file has changed or gone since it was read.
        """
        from tools.library.parse import page_image

        return page_image.page(disk.page_file(self.root, self.source(source)), page, dpi)

    def similarity(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosine of a text with each of several, -1 to 1, by the text encoder; of a long one its best window."""
        if not others:
            return []
        query = self._vectors([encode.windows(text, self.text_encoder)[0]])[0]
        pieces = [(n, piece) for n, other in enumerate(others) for piece in encode.windows(other, self.text_encoder)]
        cosines = self._vectors([piece for _, piece in pieces]) @ query
        best = [-1.0] * len(others)
        for (number, _), cosine in zip(pieces, cosines, strict=True):
            best[number] = max(best[number], float(cosine))
        return best

    def _vectors(self, texts: Sequence[str]) -> encode.Vectors:
        """float32[n, dim] of texts that fit; the sentences of one question are compared again in its next round."""
        if len(self._seen) > SEEN:
            self._seen = {}  # another thread may be reading the one before
        seen = self._seen
        new = [text for text in dict.fromkeys(texts) if text not in seen]
        seen.update(zip(new, self.text_encoder.texts(new), strict=True))
        return np.stack([seen[text] for text in texts])

    def picture_path(self, sha: str) -> Path:
        return self.root / disk.picture(sha)


def open_picture(path: Path) -> "Image":
    """A picture the user hands in, upright, as RGB. Raises UnreadableFile."""
    if not path.is_file():
        raise UnreadableFile(f"There is no picture {path}.", "Check the path after --image.")
    from tools.library.parse import pixels

    return pixels.load(path).picture
