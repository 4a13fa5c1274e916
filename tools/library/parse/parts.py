"""What every parser returns. Parts are not yet items: they have no ids, and blocks are not yet cut into passages."""

from dataclasses import dataclass

from tools.library.evidence import Box, Region, Word


@dataclass(frozen=True)
class Block:
    """A paragraph, list item or heading. `heading` is the path of headings above it, joined by ' > '; a heading's own
    path ends with itself, so that it is not parted from what it heads."""

    words: tuple[Word, ...]
    heading: str = ""


@dataclass(frozen=True)
class FigurePart:
    """A picture as a reader sees it. `image` is PNG or JPEG; `caption` and `inside` are its words on the page;
    `mention` is the paragraph that speaks of it ("see Figure 3"), which stands elsewhere as a block too."""

    image: bytes
    page: int
    box: Box
    caption: tuple[Word, ...] = ()
    inside: tuple[Word, ...] = ()
    heading: str = ""
    mention: str = ""


@dataclass(frozen=True)
class TablePart:
    """A table whose words come row by row, their `sep` making Markdown (' | ' between cells, line end after a row).

    `text_of(words)` is the Markdown: it starts with '| ' (the `sep` of an empty first word carries what
    no word carries). `region` is the whole table.
    """

    words: tuple[Word, ...]
    region: Region
    caption: tuple[Word, ...] = ()
    heading: str = ""


@dataclass(frozen=True)
class Parsed:
    """One file. `rendition` is the PDF that stands in for a source that has no pages of its own (HTML, text); `labels`
    are the numbers printed on the pages, one a page, or none where they are those of the file."""

    media_type: str
    title: str
    pages: int
    blocks: tuple[Block, ...] = ()
    figures: tuple[FigurePart, ...] = ()
    tables: tuple[TablePart, ...] = ()
    rendition: bytes | None = None
    notes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
