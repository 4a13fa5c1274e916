"""Index: a library's catalogue, vectors and encoders, and the folder they are of.

Everything below `library.py` works on an Index, or on the part of it that it needs.
"""

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from tools.errors import StoreLost
from tools.library.encode.adapter import Adapter
from tools.library.encode.encoders import Encoders
from tools.library.store import Bm25, Layout, Place, Store, disk
from tools.library.store.base import REBUILD
from tools.library.store.catalog import Catalog

SECONDS_A_FILE = 600.0
"""Seconds that reading one file may take."""
OnProgress = Callable[[int, int], None]
"""Called with how much is done (sources, points, steps) and with all of it."""


class Index:
    """Opens the catalogue at once, the store and the encoders when they are first needed: reading the catalogue and the
    pages needs neither.

    `weights` are those of the legs of a search. Files are read by `workers` processes (one a core where it is
    None), each for at most `seconds_a_file`; `web_private` allows URLs of the local network, `redact` leaves personal
    data out, and where it is None the library does as it did before.
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
        redact: bool | None = None,
    ) -> None:
        self.root = root
        self.encoders = encoders
        self.weights = dict(weights)
        self.workers = workers
        self.seconds_a_file = seconds_a_file
        self.web_private = web_private
        self.redact = redact
        self.catalog = Catalog(root / "catalog.sqlite")
        disk.make_private(root)
        self.bm25 = Bm25()
        self._qdrant_url = qdrant_url
        self._layout = layout or Layout()
        self._store: Store | None = None
        self._store_edition = 0
        self._opening = threading.Lock()

    @property
    def store(self) -> Store:
        """The vectors that are searched, opened again where another process made them again meanwhile.

        Raises StoreLost where they are gone or incomplete, LibraryBusy where another process does not let go of the
        embedded store, StoreDown where the server does not answer, EncoderMismatch where the vectors were made with
        other encoders.
        """
        with self._opening:
            edition = self.edition
            if self._store is None or self._store_edition != edition:
                self.close_store()
                self._store, self._store_edition = self._opened(edition), edition
            return self._store

    def _opened(self, edition: int) -> Store:
        if not self.catalog.has_items:
            return self.open_store(edition)
        if self.catalog.meta("again").startswith(f"{edition}:"):
            raise StoreLost("The vectors are incomplete: a run that made them again was cut short.", REBUILD)
        store = self.open_store(edition, create=False)
        if store.count() == 0:
            store.close()
            raise StoreLost("The store of vectors is empty, although the catalogue has items.", REBUILD)
        return store

    @property
    def edition(self) -> int:
        """Of the store that is searched: it grows whenever all points are made again."""
        return int(self.catalog.meta("edition", "0"))

    def open_store(self, edition: int, *, create: bool = True) -> Store:
        return self._place(self._qdrant_url).open(self.encoders.maker, edition, create=create)

    def open_copy(self, url: str | None) -> Store:
        """The store to move to: the server's, or without a URL the folder's."""
        return self._place(url).open(self.encoders.maker, self.edition)

    def _place(self, url: str | None) -> Place:
        return Place(self.root, url, self._layout, self.catalog.library if url else "", self.catalog.has)

    def drop_store(self, edition: int) -> None:
        self._place(self._qdrant_url).drop(edition)

    def replace_store(self, store: Store) -> None:
        """From now on `store`, which has the edition that the catalogue names, is searched; the others are deleted."""
        self.close_store()
        self._store, self._store_edition = store, self.edition
        self.drop_other_stores()

    def close_store(self) -> None:
        """It is opened again when it is next needed."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def other_stores(self) -> list[str]:
        """Names of this library's stores of other editions: a run that made all points again was killed or given up."""
        return self._place(self._qdrant_url).others(self.edition)

    def drop_other_stores(self) -> None:
        self._place(self._qdrant_url).drop_others(self.edition)

    @cached_property
    def adapter(self) -> Adapter | None:
        """The map that `tune` fitted for these encoders, if it won. Assign to it when it changes."""
        return Adapter.load(self.root, self.encoders.maker)

    def close(self) -> None:
        self.close_store()
        self.catalog.close()
