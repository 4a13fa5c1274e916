"""Where the vectors are: a Qdrant Edge folder in this process, or a Qdrant server. One collection, three legs.

A point is one window of one item; its payload names the item, its source, its kind and its pages, nothing more:
the catalogue holds the rest. Points whose item the catalogue does not know are never shown, so the order of
writing is points first, catalogue second.
"""

import shutil
from pathlib import Path

from tools.library.store.base import Store
from tools.library.store.bm25 import Bm25
from tools.library.store.edge import EdgeStore
from tools.library.store.layout import Layout
from tools.library.store.maker import COLLECTION, Maker
from tools.library.store.points import Leg, LegQuery, Point, Scope, Scored, Sparse, point_id
from tools.library.store.server import ServerStore, client, reachable

__all__ = [
    "Bm25",
    "EdgeStore",
    "Layout",
    "Leg",
    "LegQuery",
    "Maker",
    "Point",
    "Scope",
    "Scored",
    "ServerStore",
    "Sparse",
    "Store",
    "drop_store",
    "open_store",
    "other_stores",
    "point_id",
]


def open_store(root: Path, url: str | None, maker: Maker, edition: int = 0, layout: Layout | None = None) -> Store:
    """The server at `url` where one is set, otherwise the Edge folder `root/vectors`. An edition other than 0 stands
    beside it under a name of its own: its points were made again."""
    if url:
        return ServerStore(url, maker, _edition(COLLECTION, edition), layout)
    return EdgeStore(root / _edition("vectors", edition), maker, layout)


def drop_store(root: Path, url: str | None, edition: int, layout: Layout | None = None) -> None:
    """Throws a closed store away; nothing where there is none."""
    if url:
        with reachable(url):
            client(url, layout or Layout()).delete_collection(_edition(COLLECTION, edition))
    else:
        shutil.rmtree(root / _edition("vectors", edition), ignore_errors=True)


def other_stores(root: Path, edition: int) -> list[str]:
    """Names of the Edge folders of other editions."""
    ours = _edition("vectors", edition)
    return sorted(p.name for p in root.glob("vectors*") if p.is_dir() and p.name != ours)


def _edition(name: str, edition: int) -> str:
    return f"{name}-{edition}" if edition else name
