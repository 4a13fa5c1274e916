"""Library: the one door to what is held. Add files, search them, open what was found, remove it."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from tools.errors import NoLibrary, NotInLibrary, UnreadableFile
from tools.library import encode
from tools.library.encode import Encoder, ImageEncoder, TokenEncoder
from tools.library.evidence import Hit, Item, Region, Source, regions_of
from tools.library.ingest import reembed
from tools.library.ingest.pipeline import Progress, collect, ingest
from tools.library.ingest.report import Report
from tools.library.ingest.workers import LIMIT
from tools.library.search import WEIGHTS, Found, Query, Within, rerank, search
from tools.library.search.adapter import Adapter
from tools.library.search.consistent import steady
from tools.library.search.rerank import MaxSim, Reranker
from tools.library.store import Bm25, Layout, Maker, Store, disk, drop_store, open_store, other_stores
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
        patience: float = LIMIT,
        web_private: bool = False,
    ) -> None:
        """Raises NoLibrary where nothing was indexed and `create` is false. Reading the catalogue and the pages
        needs no store: it is opened at the first search or addition (see `store`). Files are read by so many
        `workers` (processes; one a core where none are named), each for at most `patience` seconds; `web_private`
        allows URLs of the local network."""
        if not create and not (root / "catalog.sqlite").exists():
            raise NoLibrary(f"There is no library in {root} yet.", "Type: exhibit index <folder with documents>")
        self.root = root
        self.names = (text_encoder, image_encoder)
        self._reranker = reranker
        self.workers = workers
        self.patience = patience
        self.web_private = web_private
        self._qdrant_url = qdrant_url
        self._layout = layout
        self.weights = {leg: WEIGHTS[leg] for leg in legs}
        self.catalog = Catalog(root / "catalog.sqlite")
        self.bm25 = Bm25()
        self._seen: dict[str, encode.Vectors] = {}

    @cached_property
    def store(self) -> Store:
        """Raises LibraryBusy where another process holds the embedded store, StoreDown where the server does
        not answer, EncoderMismatch where the vectors were made with other encoders."""
        return self.open_store(self.edition)

    @property
    def edition(self) -> int:
        """Of the store that is searched: it grows whenever all points were made anew."""
        return int(self.catalog.meta("edition", "0"))

    @property
    def maker(self) -> Maker:
        text, image = self.names
        return Maker(text, image, encode.dimension(text), encode.dimension(image), encode.weights_version(image))

    def open_store(self, edition: int) -> Store:
        return self.store_at(self._qdrant_url, edition)

    def store_at(self, url: str | None, edition: int) -> Store:
        """The server's, or without a URL the folder's: the one that is set, or the one to move to."""
        return open_store(self.root, url, self.maker, edition, self._layout)

    def drop_store(self, edition: int) -> None:
        drop_store(self.root, self._qdrant_url, edition, self._layout)

    def other_stores(self) -> list[Path]:
        """Folders of vectors that are not the ones that are searched: a run that made them anew was cut short, or
        another began and was given up. (On a server nobody can tell whose collections are whose.)"""
        if self._qdrant_url:
            return []
        return [self.root / name for name in other_stores(self.root, self.edition)]

    def drop_other_stores(self) -> None:
        for folder in self.other_stores():
            shutil.rmtree(folder)
        self.catalog.begin_again("")

    def change_store(self, store: Store) -> None:
        """From now on `store` is searched, an edition later than the one before, which is thrown away."""
        before = self.__dict__.get("store")
        self.__dict__["store"] = store
        if before is not None:
            before.close()
        self.drop_store(self.edition - 1)

    @cached_property
    def text_encoder(self) -> Encoder:
        return encode.load(self.names[0])

    @cached_property
    def image_encoder(self) -> ImageEncoder:
        encoder = encode.load(self.names[1])
        assert isinstance(encoder, ImageEncoder), f"{self.names[1]} holds no pictures"
        return encoder

    @cached_property
    def reranker(self) -> Reranker | None:
        """None where there is no second look. "maxsim" reads with the text encoder that is there anyway."""
        if self._reranker == "none":
            return None
        if self._reranker == "maxsim" and isinstance(self.text_encoder, TokenEncoder):
            return MaxSim("maxsim", self.text_encoder)
        return rerank.load(self._reranker)

    @cached_property
    def adapter(self) -> Adapter | None:
        """What `tune` fitted for these encoders, if it won."""
        return Adapter.load(self.root, self.maker)

    def forget_adapter(self) -> None:
        """It is read again at the next search."""
        self.__dict__.pop("adapter", None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()
        self.catalog.close()

    # adding and removing

    def add(self, paths: Sequence[Path | str], progress: Progress | None = None) -> Report:
        """Reads files and folders, and what stands at URLs (given as text); see `ingest`."""
        try:
            return ingest(self, paths, progress)
        finally:
            self.offload()

    def embed_again(self, told: reembed.Told | None = None) -> int:
        """Makes all points anew, with the encoders that are set; the number of sources. Documents are not read."""
        with disk.only_one(self.root):
            try:
                return reembed.everything(self, told)
            finally:
                self.offload()

    def offload(self) -> None:
        """Lets the encoders' weights leave the GPU until they are called for: a model that answers wants the room. In
        the computer's own memory they stay."""
        loaded = [self.__dict__[name] for name in ("text_encoder", "image_encoder") if name in self.__dict__]
        if loaded and encode.device() == "cuda":
            for encoder in loaded:
                encoder.release()

    def remove(self, *sources: str) -> None:
        """Forgets sources: from now on no search shows them. The files themselves are not touched."""
        store = self.store  # held by another process? then nothing is changed
        with disk.only_one(self.root):
            self.catalog.drop(sources)
            store.remove(*sources)
            self.catalog.settle(sources)
            collect(self)

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

    @steady
    def find(self, query: Query) -> Found:
        """What a query finds, and how."""
        return search(self, query)

    # opening

    def item(self, item: str) -> Item:
        """Raises NotInLibrary for one that has gone."""
        return self.catalog.item(item)

    def source(self, source: str) -> Source:
        return self.catalog.source(source)

    def sources(self) -> list[Source]:
        return self.catalog.sources()

    def page(self, source: str, page: int) -> list[Item]:
        """The items that start on a page (from 1). Raises NotInLibrary for a page that does not exist."""
        held = self.source(source)
        if not 1 <= page <= held.pages:
            raise NotInLibrary(f"'{held.title}' has pages 1 to {held.pages}, not {page}.")
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
        from tools.library.parse import page_image as render

        held = self.source(source)
        rendition = self._rendition_path(source)
        return render.page(rendition if rendition.exists() else self._original(held), page, dpi)

    def _original(self, source: Source) -> Path:
        """The file the source was read from, at any path that holds it, its bytes unchanged; of one in an archive or on
        the net, the copy that was kept."""
        digest = source.sha256 or source.id
        for path in (*map(Path, source.paths), self.root / disk.original(digest)):
            if path.is_file():
                with path.open("rb") as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() == digest:
                        return path
        raise NotInLibrary(
            f"{source.uri} has changed or gone since it was read.", "Type: exhibit index <its folder> again."
        )

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
            self._seen.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self._seen]
        self._seen.update(zip(new, self.text_encoder.texts(new), strict=True))
        return np.stack([self._seen[text] for text in texts])

    def picture_path(self, sha: str) -> Path:
        return self.root / disk.picture(sha)

    def _rendition_path(self, source: str) -> Path:
        return self.root / disk.rendition(source)


def open_picture(path: Path) -> "Image":
    """A picture the user hands in, upright, as RGB. Raises UnreadableFile."""
    if not path.is_file():
        raise UnreadableFile(f"There is no picture {path}.", "Check the path after --image.")
    from tools.library.parse import pixels

    return pixels.load(path).picture
