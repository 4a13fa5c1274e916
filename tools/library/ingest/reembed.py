"""Points made anew from the catalogue, without reading a document: for other encoders, or a store that was lost.

They come into a store beside the one that is searched; when all are there, one step makes it the one that is searched.
A run that is killed goes on where it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tools.errors import EncoderMismatch
from tools.library import encode
from tools.library.encode import shrink
from tools.library.ingest import points, workers
from tools.library.ingest.points import Raw
from tools.library.store import Store

if TYPE_CHECKING:
    from tools.library.library import Library

TEXTS, PICTURES = 512, 128
"""What is encoded and stored together at the most."""
Told = Callable[[int, int], None]
"""Called with the number of sources that are done, and of all."""


def if_needed(library: "Library") -> int:
    """Sources whose points were made anew: all where the store is empty (another server, or a folder that was moved
    away) or holds points of another kind, none where it is as it should be."""
    version = library.catalog.meta("points")
    current = str(points.VERSION)
    if library.store.count() == 0:
        library.catalog.put_meta(points=current)
        return fill(library, library.store, library.catalog.recipes())
    if version != current:
        return everything(library)
    return 0


def everything(library: "Library", told: Told | None = None) -> int:
    """Embeds every source anew with the encoders that are set; the number of sources."""
    catalog = library.catalog
    edition = library.edition + 1
    store = _beside(library, edition)
    begun = f"{edition}:{library.maker}:{points.VERSION}"
    if catalog.meta("again") != begun or store.count() == 0:
        catalog.begin_again(begun)
    there = catalog.again()
    if stale := there - catalog.recipes().keys():
        store.remove(*stale)
    sources = [source for source in catalog.recipes() if source not in there]
    fill(library, store, sources, lambda some: catalog.done_again(some), told)
    store.optimize()
    catalog.put_meta(edition=str(edition), points=str(points.VERSION))
    library.change_store(store)
    catalog.begin_again("")
    catalog.settle(catalog.pending())  # their points were in the store that is gone
    return len(catalog.recipes())


def _beside(library: "Library", edition: int) -> Store:
    """The store to be; one that a killed run began with other encoders is thrown away."""
    try:
        return library.open_store(edition)
    except EncoderMismatch:
        library.drop_store(edition)
        return library.open_store(edition)


def fill(
    library: "Library",
    store: Store,
    sources: Iterable[str],
    done: Callable[[Sequence[str]], None] = lambda some: None,
    told: Told | None = None,
) -> int:
    """Makes the points of sources and adds them to a store; `done` is called with those that are in it."""
    todo = list(sources)
    count = 0
    with ThreadPoolExecutor(workers.cores()) as threads:
        raws = workers.in_order(threads, lambda source: _raw(library, source), todo, ahead=32)
        for batch in _batches(raw for _, raw in raws):
            store.add(points.windows(library, batch))
            done([raw.source.id for raw in batch])
            count += len(batch)
            if told:
                told(count, len(todo))
    return count


def _raw(library: "Library", source: str) -> Raw:
    parts = [item for item in library.catalog.items_of(source) if item.kind != "record"]
    made_small = shrink.of(library.names[1])
    return points.raw(library.root, library.source(source), parts, encode.reader(library.names[0]), made_small)


def _batches(raws: Iterable[Raw]) -> Iterator[list[Raw]]:
    batch: list[Raw] = []
    for raw in raws:
        batch.append(raw)
        if sum(len(raw.pieces) for raw in batch) >= TEXTS or sum(raw.pictures for raw in batch) >= PICTURES:
            yield batch
            batch = []
    if batch:
        yield batch
