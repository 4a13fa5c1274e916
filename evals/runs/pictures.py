"""Pages of a library as pictures for a web page: what was cited and what is gold, framed, as data URIs."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from evals.cases import API, Gold
from evals.runs.trace import Spot
from tools.errors import NotInLibrary
from tools.library.evidence import Region, by_page
from tools.library.library import Library
from tools.library.parse.page_image import draw

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 900
QUALITY = 60
DPI = 100


@dataclass(frozen=True)
class Picture:
    """A page with boxes. `uri` is a data URI, "" where the page cannot be drawn; `title` says what it is."""

    title: str
    uri: str = ""


class Album:
    """Draws pages of the sources of a library, named as the suite names them. One page is drawn once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._sources = {path: source for source in library.sources() for path in source.paths}
        self._drawn: dict[tuple[str, Region], str] = {}

    def cited(self, spots: Iterable[Spot], most: int = 2) -> list[Picture]:
        """The first pages that what was said stands on."""
        regions: dict[str, list[Region]] = {}
        for spot in spots:
            if spot.source != API:
                regions.setdefault(spot.source, []).extend(spot.regions)
        pages = [(source, region) for source, places in regions.items() for region in by_page(places)]
        return [self._page(source, region) for source, region in pages[:most]]

    def gold(self, gold: Sequence[Gold], cited: Sequence[Picture] = (), most: int = 2) -> list[Picture]:
        """The first gold pages, boxes drawn where somebody has marked them; one that is cited and not marked is there
        already."""
        found = []
        there = {picture.title for picture in cited}
        for place in gold:
            if place.source != API:
                marked = {region.page: region for region in place.regions}
                pages = place.pages or tuple(marked) or (1,)
                found += [(place.source, marked.get(page, Region(page=page, boxes=()))) for page in pages]
        new = [(s, region) for s, region in found if region.boxes or _title(s, region) not in there]
        return [self._page(source, region) for source, region in new[:most]]

    def _page(self, name: str, region: Region) -> Picture:
        title = _title(name, region)
        source = next((found for uri, found in self._sources.items() if uri.endswith(f"/{name}")), None)
        if source is None:
            return Picture(f"{title}: not in this library")
        key = (source.id, region)
        try:
            if key not in self._drawn:
                image, scale = self.library.page_image(source.id, region.page, DPI)
                self._drawn[key] = data_uri(draw(image, region.boxes, scale))
        except NotInLibrary as error:
            return Picture(f"{title}: {error.message}")
        return Picture(title, self._drawn[key])


def _title(name: str, region: Region) -> str:
    return f"{name}, page {region.page}"


def data_uri(image: "Image") -> str:
    """A JPEG of at most LONGEST_SIDE pixels."""
    small = image.copy()
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    jpeg = BytesIO()
    small.save(jpeg, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.getvalue()).decode()
