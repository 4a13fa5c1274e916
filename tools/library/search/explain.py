"""Why a search found what it found: what each leg was asked, what it answered, and where a wanted place stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.library import encode
from tools.library.evidence import Hit, Item, Source
from tools.library.index import Index
from tools.library.search import DEPTH, search
from tools.library.search.filters import scope_of
from tools.library.search.query import Query, SearchResult
from tools.library.search.relevance import Term, terms
from tools.library.store import Scope
from tools.library.store.catalog import Catalog

DEEP = 10_000
"""Windows of each leg among which a wanted place is looked for."""


@dataclass(frozen=True)
class Standing:
    """Where the first item of a wanted place stands: its rank (from 1) in each leg that has it and in the fusion,
    however deep, and in words why it is not among the hits ("" where it is)."""

    item: str
    legs: Mapping[str, int]
    fused: int | None
    why: str


@dataclass(frozen=True)
class Explanation:
    """`windows` are the pieces of the words that the text encoder reads at once; `wanted` is None where nothing was."""

    found: SearchResult
    terms: tuple[Term, ...]
    windows: tuple[str, ...]
    wanted: Standing | None


def explain(index: Index, query: Query, source: str = "", page: int | None = None) -> Explanation:
    """`source` (a title, a path's end, or an id's beginning) and `page` name the place that was expected."""
    found = search(index, query)
    windows = tuple(encode.windows(query.text, index.encoders.text)) if query.text else ()
    wanted = _standing(index, query, found, source, page) if source else None
    return Explanation(found, tuple(terms(index, query.text)), windows, wanted)


def _standing(index: Index, query: Query, found: SearchResult, name: str, page: int | None) -> Standing:
    sources = [one for one in index.catalog.sources() if _is_called(one, name)]
    if not sources:
        return Standing("", {}, None, _not_read(index.catalog, name))
    items = {item.id: item for one in sources for item in _on(index.catalog, one, page)}
    if not items:
        return Standing("", {}, None, f"Nothing was read on page {page} of '{sources[0].title}'.")
    deep = search(index, replace(query, limit=DEEP, diversity=0.0), depth=DEEP)
    ranks = {leg: _first([one.item for one in ranking], items) for leg, ranking in deep.legs.items()}
    legs = {leg: rank for leg, rank in ranks.items() if rank}
    best = next((hit for hit in deep.hits if hit.item.id in items), None)
    shown = any(hit.item.id in items for hit in found.hits)
    why = "" if shown else _why(index, query, list(items), best)
    return Standing(best.item.id if best else next(iter(items)), legs, best.rank if best else None, why)


def _is_called(source: Source, name: str) -> bool:
    return name == source.title or source.id.startswith(name) or Path(source.uri).match(name)


def _on(catalog: Catalog, source: Source, page: int | None) -> list[Item]:
    """The items of a page, those too that come over from the page before; of all pages where none is named."""
    pages = range(1, source.pages + 1) if page is None else range(max(1, page - 1), page + 1)
    items = [item for number in pages for item in catalog.on_page(source.id, number)]
    return [item for item in items if page is None or page in {region.page for region in item.regions}]


def _not_read(catalog: Catalog, name: str) -> str:
    failed = [row for row in catalog.files() if row.state == "failed" and Path(row.path).match(name)]
    return f"Not indexed: {failed[0].error}" if failed else f"Not indexed: no source is called '{name}'."


def _first(ranking: Sequence[str], wanted: Mapping[str, object]) -> int | None:
    return next((rank for rank, item in enumerate(ranking, 1) if item in wanted), None)


def _why(index: Index, query: Query, items: Sequence[str], best: Hit | None) -> str:
    if best is not None:
        legs = "" if min(best.legs.values()) <= DEPTH else f", and a leg gives {DEPTH} windows to the fusion"
        return f"Too deep: number {best.rank} where {query.limit} are shown{legs}."
    held = index.store.sample(1, Scope(items=tuple(items)))
    if not held:
        return "It has neither words nor pixels to be found by."
    scope = scope_of(index.catalog, query.within)
    if scope is None or not index.store.sample(1, replace(scope, items=tuple(items))):
        return "Filtered out: it lies outside what the filters let through."
    return "No leg found it: it shares no word with the query, and no leg of meaning or pixels was asked."
