"""The nouns of the library: what a source is made of, and what a claim may cite. All are frozen.

Every item has a `text`, the only thing a quote may be taken from. For items that stand on a page the
library also keeps the `Word`s the text was made of, so that a character range of it becomes boxes.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1; the origin is top left. PDF points (1/72 inch), or pixels where the source is an image."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Word(NamedTuple):
    """One word as it stands on the page, and the text that follows it (blank, line end, cell border)."""

    text: str
    page: int
    box: Box
    sep: str = " "


class Region(Frozen):
    """A place in a source. `page` counts from 1; an image is page 1 of itself."""

    page: int = Field(ge=1)
    boxes: tuple[Box, ...]


class Source(Frozen):
    """A file that was read. `id` is the SHA-256 of all that the reading depends on: the bytes, the parser's version,
    and what was written beside a picture. `uri` is where it lies, `also` where its copies lie; `sha256` is that of the
    bytes ("" in a library made before November 2026, where `id` was); `redacted` says that personal data was left out.
    `labels` are the numbers printed on its pages, one a page, or none where they are those of the file."""

    id: Sha256
    title: str
    uri: str
    media_type: str
    pages: int = Field(ge=1)
    sha256: str = ""
    redacted: bool = False
    also: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def label(self, page: int) -> str:
        """The number printed on a page (from 1), where it is another one; else ""."""
        label = self.labels[page - 1] if page <= len(self.labels) else ""
        return "" if label == str(page) else label

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.uri, *self.also)


class Passage(Frozen):
    """A run of whole sentences. `heading` is the path of headings above it, joined by ' > ', or ''."""

    kind: Literal["passage"] = "passage"
    id: str
    source_id: Sha256
    text: str
    heading: str = ""
    regions: tuple[Region, ...]


class Figure(Frozen):
    """A picture. `image` is the SHA-256 of its PNG or JPEG in the library; `ocr_text` is what stands in it.

    `mention` is the paragraph that speaks of it: it helps to find the figure and is cited as a passage of its own.
    `description` is what a vision model said that it shows: it helps to find it too, and is never shown as evidence.
    """

    kind: Literal["figure"] = "figure"
    id: str
    source_id: Sha256
    image: Sha256
    caption: str = ""
    ocr_text: str = ""
    heading: str = ""
    mention: str = ""
    description: str = ""
    regions: tuple[Region, ...]

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.caption, self.ocr_text) if part)


class Table(Frozen):
    """A table as Markdown, header row first; its caption, if any, is the first line of `text`."""

    kind: Literal["table"] = "table"
    id: str
    source_id: Sha256
    markdown: str
    caption: str = ""
    heading: str = ""
    regions: tuple[Region, ...]

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.caption, self.markdown) if part)


class Record(Frozen):
    """A reply of an API, as citable as a page. `retrieved_at` is UTC."""

    kind: Literal["record"] = "record"
    id: str
    url: str
    retrieved_at: datetime
    text: str
    regions: tuple[Region, ...] = ()


Part = Passage | Figure | Table
"""What a source is made of."""
Item = Annotated[Part | Record, Field(discriminator="kind")]
"""What a claim may cite."""


def searchable_text(part: Part) -> str:
    """What a part is found by: its text with its heading; of a figure also the paragraph that mentions it and what a
    model saw in it."""
    seen = (part.mention, part.description) if isinstance(part, Figure) else ()
    return "\n".join(filter(None, (part.heading, part.text, *seen))).strip()


class Hit(Frozen):
    """An item that a search found. `rank` counts from 1; `legs` is its rank in each leg that had it; `score` is its
    fused score as a share of the best one's, 0 to 1, and says nothing beyond this search."""

    item: Item
    rank: int = Field(ge=1)
    legs: dict[str, int] = Field(default_factory=dict)
    score: float = Field(default=1.0, ge=0)


class Evidence(Frozen):
    """An item that a tool found. `key` is its number in the conversation (from 1), `origin` the item's id.

    `rank` counts from 1. Scores are left out: cosines of different spaces are never compared.
    """

    key: int = Field(ge=1)
    origin: str
    tool: str
    query: str
    rank: int = Field(ge=1)


def text_of(words: Iterable[Word]) -> str:
    """The text that a run of words makes; offsets into it are what `Library.locate` takes."""
    return "".join(word.text + word.sep for word in words).rstrip()


def regions_of(words: Iterable[Word]) -> tuple[Region, ...]:
    """The words' boxes page by page, those on one line joined into one."""
    lines: dict[int, list[Box]] = {}
    for word in words:
        boxes = lines.setdefault(word.page, [])
        if boxes and (boxes[-1] == word.box or _same_line(boxes[-1], word.box)):
            boxes[-1] = union(boxes[-1], word.box)
        else:
            boxes.append(word.box)
    return tuple(Region(page=page, boxes=tuple(boxes)) for page, boxes in lines.items())


def by_page(regions: Iterable[Region]) -> tuple[Region, ...]:
    """One region a page, pages in order, each box once."""
    boxes: dict[int, dict[Box, None]] = {}
    for region in regions:
        boxes.setdefault(region.page, {}).update(dict.fromkeys(region.boxes))
    return tuple(Region(page=page, boxes=tuple(found)) for page, found in sorted(boxes.items()))


def union(a: Box, b: Box) -> Box:
    """The smallest box that holds both."""
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _same_line(left: Box, right: Box) -> bool:
    """Whether `right` goes on where `left` stops: they overlap in height and lie at most 3 heights apart."""
    height = min(left[3] - left[1], right[3] - right[1])
    overlap = min(left[3], right[3]) - max(left[1], right[1])
    return overlap > 0.5 * height and -height < right[0] - left[2] < 3 * height
