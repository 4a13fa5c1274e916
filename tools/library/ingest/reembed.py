"""Points made anew from the catalogue, without reading a document: for other encoders, or a store that was lost.

They come into a store beside the one that is searched; when all are there, one step makes it the one that is searched.
A run that is killed goes on where it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tools.errors import EncoderMismatch
from tools.library.index import Index
from tools.library.ingest import points, workers
from tools.library.ingest.points import Raw
from tools.library.store import Store

TEXTS, PICTURES = 512, 128
"""What is encoded and stored together at the most."""
Told = Callable[[int, int], None]
"""Called with the number of sources that are done, and of all."""


def if_needed(index: Index) -> int:
    """Sources whose points were made anew: all where the store is empty (another server, or a folder that was moved
    away) or holds points of another kind, none where it is as it should be."""
    version = index.catalog.meta("points")
    current = str(points.VERSION)
    if index.store.count() == 0:
        index.catalog.put_meta(points=current)
        return fill(index, index.store, index.catalog.recipes())
    if version != current:
        return everything(index)
    return 0


def everything(index: Index, told: Told | None = None) -> int:
    """Embeds every source anew with the encoders that are set; the number of sources."""
    catalog = index.catalog
    edition = index.edition + 1
    store = _beside(index, edition)
    begun = f"{edition}:{index.encoders.maker}:{points.VERSION}"
    if catalog.meta("again") != begun or store.count() == 0:
        catalog.begin_again(begun)
    there = catalog.again()
    if stale := there - catalog.recipes().keys():
        store.remove(*stale)
    sources = [source for source in catalog.recipes() if source not in there]
    fill(index, store, sources, lambda some: catalog.done_again(some), told)
    store.optimize()
    catalog.put_meta(edition=str(edition), points=str(points.VERSION))
    index.replace_store(store)
    catalog.begin_again("")
    catalog.settle(catalog.pending())  # their points were in the store that is gone
    return len(catalog.recipes())


def _beside(index: Index, edition: int) -> Store:
    """The store to be; one that a killed run began with other encoders is thrown away."""
    try:
        return index.open_store(edition)
    except EncoderMismatch:
        index.drop_store(edition)
        return index.open_store(edition)


def fill(
    index: Index,
    store: Store,
    sources: Iterable[str],
    done: Callable[[Sequence[str]], None] = lambda some: None,
    told: Told | None = None,
) -> int:
    """Makes the points of sources and adds them to a store; `done` is called with those that are in it."""
    todo = list(sources)
    count = 0
    with ThreadPoolExecutor(workers.cores()) as threads:
        raws = workers.in_order(threads, lambda source: _raw(index, source), todo, ahead=32)
        for batch in _batches(raw for _, raw in raws):
            store.put(points.windows(index, batch))
            done([raw.source.id for raw in batch])
            count += len(batch)
            if told:
                told(count, len(todo))
    return count


def _raw(index: Index, source: str) -> Raw:
    parts = [item for item in index.catalog.items_of(source) if item.kind != "record"]
    encoders = index.encoders
    return points.raw(index.root, index.catalog.source(source), parts, encoders.reader, encoders.shrink)


def _batches(raws: Iterable[Raw]) -> Iterator[list[Raw]]:
    batch: list[Raw] = []
    for raw in raws:
        batch.append(raw)
        if sum(len(raw.pieces) for raw in batch) >= TEXTS or sum(raw.pictures for raw in batch) >= PICTURES:
            yield batch
            batch = []
    if batch:
        yield batch
