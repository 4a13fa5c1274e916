"""Where a library's vectors are: folders of its own, or collections of its own on a Qdrant server."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.library.store.base import Store
from tools.library.store.edge import EdgeStore
from tools.library.store.layout import Layout
from tools.library.store.maker import Maker
from tools.library.store.server import Collections, ServerStore
from tools.library.store.turns import Turn

FOLDER = "vectors"


@dataclass(frozen=True)
class Place:
    """The Edge folders below `root`, or the server at `url` where one is set. Each edition has a name of its own: it
    grows when all points are made again, beside those that are searched meanwhile.

    `library` is the id by which collections are told apart, `has_source` whether this library has a source of that id.
    """

    root: Path
    url: str | None = None
    layout: Layout = Layout()
    library: str = ""
    has_source: Callable[[str], bool] = lambda source: False

    def open(self, maker: Maker, edition: int, *, create: bool = True) -> Store:
        """Raises StoreLost where there is none and `create` is false."""
        if self.url:
            name = self._collections.find(edition)
            return ServerStore(self.url, maker, name, self.layout, library=self.library, create=create)
        return EdgeStore(self._folder(edition), maker, self.layout, create=create)

    def drop(self, edition: int) -> None:
        """Deletes a closed store; nothing where there is none."""
        if self.url:
            self._collections.drop(edition)
            return
        folder = self._folder(edition)
        if folder.is_dir():
            turn = Turn(folder)
            turn.take()  # no other process has it open now
            shutil.rmtree(folder, ignore_errors=True)
            turn.end()
        else:
            folder.unlink(missing_ok=True)  # where there was a folder there is a file: damage

    def others(self, edition: int) -> list[str]:
        """Names of this library's stores of other editions: a run that made all points again was killed or given up."""
        if self.url:
            return self._collections.others(edition)
        folders = (path for path in self.root.glob(f"{FOLDER}*") if path.is_dir())
        return sorted(path.name for path in folders if path != self._folder(edition))

    def drop_others(self, edition: int) -> None:
        for name in self.others(edition):
            number = name.rpartition("-")[2]
            self.drop(int(number) if number.isdecimal() else 0)

    def _folder(self, edition: int) -> Path:
        return self.root / (f"{FOLDER}-{edition}" if edition else FOLDER)

    @property
    def _collections(self) -> Collections:
        assert self.url
        return Collections(self.url, self.layout, self.library, self.has_source)
