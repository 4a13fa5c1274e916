"""Where the vectors are: a Qdrant Edge folder in this process, or a Qdrant server. One collection, three legs.

A point is one window of one item; its payload names the item, its source, its kind and its pages, nothing more:
the catalogue holds the rest. Points whose item the catalogue does not know are never shown, so the order of
writing is points first, catalogue second.
"""

from tools.library.store.base import Store
from tools.library.store.bm25 import Bm25
from tools.library.store.edge import EdgeStore
from tools.library.store.layout import Layout
from tools.library.store.maker import Maker
from tools.library.store.place import Place
from tools.library.store.points import Leg, LegQuery, Point, Scope, Scored, Sparse, point_id
from tools.library.store.server import ServerStore

__all__ = [
    "Bm25",
    "EdgeStore",
    "Layout",
    "Leg",
    "LegQuery",
    "Maker",
    "Place",
    "Point",
    "Scope",
    "Scored",
    "ServerStore",
    "Sparse",
    "Store",
    "point_id",
]
