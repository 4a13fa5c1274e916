"""All points made again from the catalogue, without reading a document: for other encoders, or a store that was lost.

They come into a store beside the one that is searched; when all are there, one step makes it the one that is searched.
A run that is killed goes on where it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tools.errors import EncoderMismatch, StoreLost
from tools.library.index import Index, OnProgress
from tools.library.ingest import embed, workers
from tools.library.ingest.embed import EncoderInput
from tools.library.store import Store


def rebuild_if_needed(index: Index) -> int:
    """Sources whose points were made again: all where the store was lost (another server, a folder that was moved away,
    a run that was cut short) or has points of another version, none where it is as it should be."""
    try:
        _ = index.store
    except StoreLost:
        return rebuild(index, edition=index.edition)
    if index.catalog.meta("points") == str(embed.VERSION):
        return 0
    if index.catalog.has_items:
        return rebuild(index)
    index.catalog.put_meta(points=str(embed.VERSION))
    return 0


def rebuild(index: Index, on_progress: OnProgress | None = None, edition: int | None = None) -> int:
    """Encodes every source again with the encoders that are set, into the next edition where none is named; the number
    of sources."""
    catalog = index.catalog
    edition = index.edition + 1 if edition is None else edition
    store = _open_beside(index, edition)
    begun = f"{edition}:{index.encoders.maker}:{embed.VERSION}"
    if catalog.meta("again") != begun or store.count() == 0:
        catalog.begin_rebuild(begun)
    done = catalog.rebuilt()
    store.remove(*(done - catalog.recipes().keys()))
    fill(index, store, [source for source in catalog.recipes() if source not in done], catalog.add_rebuilt, on_progress)
    store.optimize()
    catalog.end_rebuild(edition, embed.VERSION)
    index.replace_store(store)
    catalog.settle(catalog.pending())  # their points were in the store that is gone
    return len(catalog.recipes())


def _open_beside(index: Index, edition: int) -> Store:
    """The store to be; one that a killed run began with other encoders, or that is damaged, is deleted."""
    try:
        return index.open_store(edition)
    except (EncoderMismatch, StoreLost):
        index.drop_store(edition)
        return index.open_store(edition)


def fill(
    index: Index,
    store: Store,
    sources: Iterable[str],
    on_stored: Callable[[Sequence[str]], None] = lambda sources: None,
    on_progress: OnProgress | None = None,
) -> int:
    """Makes the points of sources and adds them to a store; `on_stored` is called with those that are in it."""
    todo = list(sources)
    done = 0
    with ThreadPoolExecutor(workers.cores()) as threads:
        prepared = workers.in_order(threads, lambda source: _prepare(index, source), todo, ahead=32)
        for batch in _batches(one for _, one in prepared):
            store.put(embed.points(index, batch))
            on_stored([one.source.id for one in batch])
            done += len(batch)
            if on_progress:
                on_progress(done, len(todo))
    return done


def _prepare(index: Index, source: str) -> EncoderInput:
    parts = [item for item in index.catalog.items_of(source) if item.kind != "record"]
    encoders = index.encoders
    return embed.prepare(index.root, index.catalog.source(source), parts, encoders.reader, encoders.shrink)


def _batches(inputs: Iterable[EncoderInput]) -> Iterator[list[EncoderInput]]:
    batch: list[EncoderInput] = []
    for one in inputs:
        batch.append(one)
        if embed.is_full(batch):
            yield batch
            batch = []
    if batch:
        yield batch
