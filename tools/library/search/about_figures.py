"""From figures to the text about them: what mentions a figure, and what stands beside it on its page."""

from collections.abc import Sequence

from tools.library.evidence import Box, Figure, Item, Record
from tools.library.store.catalog import Catalog

NEAREST = 3
"""Items of a page that count as beside a figure."""


def about(catalog: Catalog, figures: Sequence[Figure], kinds: Sequence[str]) -> list[str]:
    """Ids of items of these kinds, those about the first figure first: what holds the paragraph that mentions it (on
    its page, the one before or the one after), then the nearest on its page."""
    found: dict[str, None] = {}
    for figure in figures:
        page = figure.regions[0].page
        pages = [number for number in (page, page - 1, page + 1) if number > 0]
        near = [item for number in pages for item in catalog.on_page(figure.source_id, number)]
        near = [item for item in near if item.kind in kinds]
        found.update((item.id, None) for item in near if _mentions(item, figure))
        beside = sorted((gap, item.id) for item in near if (gap := _gap(item, figure)) is not None)
        found.update((id, None) for _, id in beside[:NEAREST])
    return list(found)


def _mentions(item: Item, figure: Figure) -> bool:
    return bool(figure.mention) and _plain(figure.mention) in _plain(item.text)


def _plain(text: str) -> str:
    """Letters and digits only: line ends and hyphens differ between a paragraph and a passage."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _gap(item: Item, figure: Figure) -> float | None:
    """How far apart the two stand, up or down the page, in its units; None where they share no page."""
    if isinstance(item, Record):
        return None
    boxes = [box for region in item.regions if region.page == figure.regions[0].page for box in region.boxes]
    return min((_apart(box, own) for box in boxes for own in figure.regions[0].boxes), default=None)


def _apart(a: Box, b: Box) -> float:
    return max(0.0, a[1] - b[3], b[1] - a[3])
