"""Index: a library's catalogue, vectors and encoders, and the folder they are of.

Everything below `library.py` works on an Index, or on the part of it that it needs.
"""

import shutil
import threading
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from tools.library.encode.adapter import Adapter
from tools.library.encode.encoders import Encoders
from tools.library.store import Bm25, Layout, Store, drop_store, open_store, other_stores
from tools.library.store.catalog import Catalog

SECONDS_A_FILE = 600.0
"""Seconds that reading one file may take."""


class Index:
    """Opens the catalogue at once, the store and the encoders when they are first needed: reading the catalogue and the
    pages needs neither.

    `weights` are those of the legs of a search. Files are read by `workers` processes (one a core where it is
    None), each for at most `seconds_a_file`; `web_private` allows URLs of the local network.
    """

    def __init__(
        self,
        root: Path,
        encoders: Encoders,
        weights: Mapping[str, float],
        *,
        qdrant_url: str | None = None,
        layout: Layout | None = None,
        workers: int | None = None,
        seconds_a_file: float = SECONDS_A_FILE,
        web_private: bool = False,
    ) -> None:
        self.root = root
        self.encoders = encoders
        self.weights = dict(weights)
        self.workers = workers
        self.seconds_a_file = seconds_a_file
        self.web_private = web_private
        self.catalog = Catalog(root / "catalog.sqlite")
        self.bm25 = Bm25()
        self._qdrant_url = qdrant_url
        self._layout = layout
        self._store: Store | None = None
        self._opening = threading.Lock()

    @property
    def store(self) -> Store:
        """The vectors that are searched. Raises LibraryBusy where another process uses the embedded store, StoreDown
        where the server does not answer, EncoderMismatch where the vectors were made with other encoders."""
        with self._opening:
            if self._store is None:
                self._store = self.open_store(self.edition)
            return self._store

    @property
    def edition(self) -> int:
        """Of the store that is searched: it grows whenever all points are made again."""
        return int(self.catalog.meta("edition", "0"))

    def open_store(self, edition: int) -> Store:
        return self.store_at(self._qdrant_url, edition)

    def store_at(self, url: str | None, edition: int) -> Store:
        """The server's, or without a URL the folder's: the one that is set, or the one to move to."""
        return open_store(self.root, url, self.encoders.maker, edition, self._layout)

    def drop_store(self, edition: int) -> None:
        drop_store(self.root, self._qdrant_url, edition, self._layout)

    def replace_store(self, store: Store) -> None:
        """From now on `store`, of the next edition, is searched; the one before is deleted."""
        self.close_store()
        self._store = store
        self.drop_store(self.edition - 1)

    def close_store(self) -> None:
        """It is opened again when it is next needed."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def other_stores(self) -> list[Path]:
        """Folders of vectors other than the ones that are searched: left by a run that made all points again and was
        killed or given up. (On a server nobody can tell whose collections are whose.)"""
        if self._qdrant_url:
            return []
        return [self.root / name for name in other_stores(self.root, self.edition)]

    def drop_other_stores(self) -> None:
        for folder in self.other_stores():
            shutil.rmtree(folder)
        self.catalog.begin_rebuild("")

    @cached_property
    def adapter(self) -> Adapter | None:
        """The map that `tune` fitted for these encoders, if it won. Assign to it when it changes."""
        return Adapter.load(self.root, self.encoders.maker)

    def close(self) -> None:
        self.close_store()
        self.catalog.close()
