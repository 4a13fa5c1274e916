"""Filters: what the store can check by itself, and what the catalogue has to turn into sources first."""

from datetime import datetime, time
from pathlib import Path

from tools.library.search.query import Within
from tools.library.store import Scope
from tools.library.store.catalog import Catalog


def scope_of(catalog: Catalog, within: Within) -> Scope | None:
    """Folders and days become sources by the catalogue. None where no source is left."""
    if not (within.folders or within.since or within.until):
        return Scope(within.kinds, within.sources, within.pages)
    since = datetime.combine(within.since, time.min).timestamp() if within.since else float("-inf")
    until = datetime.combine(within.until, time.max).timestamp() if within.until else float("inf")
    folders = [folder.expanduser().resolve() for folder in within.folders]
    sources = {
        row.source
        for row in catalog.files()
        if row.source
        and since <= row.mtime_ns / 1e9 <= until
        and (not folders or any(Path(row.path).is_relative_to(folder) for folder in folders))
    }
    left = sources & set(within.sources) if within.sources else sources
    return Scope(within.kinds, tuple(sorted(left)), within.pages) if left else None
