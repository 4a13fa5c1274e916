"""PDF to paragraphs, figures and tables. Boxes are points on the page as displayed, rotation applied."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pymupdf

from tools.errors import UnreadableFile
from tools.library.evidence import Box, Region, Word
from tools.library.parse import ocr
from tools.library.parse.layout import figures, lines, ruled_tables
from tools.library.parse.layout.aligned_tables import find_aligned
from tools.library.parse.layout.booktabs import find_booktabs
from tools.library.parse.layout.geometry import area, holds, overlap
from tools.library.parse.layout.lines import HeadingPath, Line, Paragraph, is_caption, words_of
from tools.library.parse.layout.mentions import with_mentions
from tools.library.parse.layout.table_words import continued, with_separators
from tools.library.parse.pages import (
    PageContent,
    PageError,
    on_page,
    read_pages,
    render,
    turned_back,
    unreadable,
)
from tools.library.parse.parts import Block, FigurePart, Parsed, TablePart
from tools.library.parse.pixels import png

DPI = 150
LONG_SIDE = 1600  # pixels of a figure's picture
MANY_DRAWINGS = 20_000
TITLE_SHARE = 0.45  # of a slide's height, from the top
OUTLINED = 300  # strokes from which on a drawing may hold letters
MANY_WORDS = 150  # more than a slide holds
FEW_WORDS = 12  # fewer on a page are no text over a background
REPEATED = 3  # pages from which on a picture is a logo, an icon or a background


def parse_pdf(path: Path, read: ocr.Reader | None = ocr.read) -> Parsed:
    """Read a PDF. Raises UnreadableFile where it is broken, locked or has no pages."""
    with open_pdf(path) as document:
        return parse_document(document, title=_title(document) or path.stem, read=read)


def open_pdf(path: Path) -> pymupdf.Document:
    """The document, or UnreadableFile that says why not."""
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        document = pymupdf.open(stream=path.read_bytes(), filetype="pdf")
        locked, pages = document.needs_pass, document.page_count
    except PageError as error:
        raise UnreadableFile(
            f"{path.name} is broken and cannot be opened as PDF ({error}).",
            "Open it in a PDF viewer and save it anew, or get another copy.",
        ) from error
    if locked:
        raise UnreadableFile(
            f"{path.name} is locked with a password.", "Save a copy without the password and add that."
        )
    if not pages:
        raise UnreadableFile(f"{path.name} has no pages.", "Get another copy of the file.")
    return document


def _title(document: pymupdf.Document) -> str:
    title = str((document.metadata or {}).get("title") or "").strip()
    junk = not title or title.lower().startswith(("untitled", "(anonymous", "microsoft word", "microsoft powerpoint"))
    return "" if junk or title.lower().endswith((".doc", ".docx", ".indd", ".pdf", ".qxd", ".dvi")) else title


def parse_document(source: pymupdf.Document, title: str, read: ocr.Reader | None, *, made_here: bool = False) -> Parsed:
    """Two passes: what repeats on many pages is known only after all were read.

    `made_here` says that the pages are a rendition, which has no running headers and no garbled text.
    """
    notes: list[str] = []
    pages = read_pages(source, read, notes, made_here=made_here)
    if not pages:
        raise _without_pages(title, notes)
    heights = [page.box[3] for page in pages]
    left_out = set() if made_here else lines.furniture([page.lines for page in pages], heights)
    style = _Style(pages)
    found = []
    for index, page in enumerate(pages):
        own = [line for number, line in enumerate(page.lines) if (index, number) not in left_out]
        try:
            parts = _Page(page, own, style, notes).parts(read)
        except (RuntimeError, pymupdf.mupdf.FzErrorBase, MemoryError) as error:
            parts = NOTHING
            notes.append(unreadable(page.number, error))
        found.append(_turned_back(parts, page) if page.turn else parts)
        on_page.get()((len(pages) + index + 1) // 2, len(pages))
    if all(parts is NOTHING for parts in found):
        raise _without_pages(title, notes)
    blocks = [block for parts in found for block in parts.blocks]
    pictures = [figure for parts in found for figure in parts.figures]
    if made_here:
        legends = {page.number: parts.legend for page, parts in zip(pages, found, strict=True)}
        pictures = [_overleaf(figure, blocks, legends) for figure in pictures]
    return Parsed(
        "application/pdf",
        title,
        source.page_count,
        tuple(blocks),
        with_mentions(blocks, pictures, flowing=made_here),
        tuple(continued([table for parts in found for table in parts.tables])),
        notes=tuple(notes),
    )


def _without_pages(title: str, notes: Sequence[str]) -> UnreadableFile:
    reason = "; ".join(notes[:3]) or "none is left"
    return UnreadableFile(f"{title}: no page can be read ({reason}).", "Get another copy of the file.")


class _Style:
    """What is known of a document after the first pass, and the headings above the place that the second has reached.

    `body` is the font size of its prose, `repeated` tells pictures that stand on many pages, `slides` whether it is a
    deck.
    """

    def __init__(self, pages: Sequence[PageContent]) -> None:
        self.body = lines.body_size([line for page in pages for line in page.lines])
        self.repeated = _repeated(pages)
        self.slides = _is_deck(pages)
        self.path = HeadingPath()


def _is_deck(pages: Sequence[PageContent]) -> bool:
    """Slides: nearly all pages are wider than high and hold few words."""
    wide = sum(page.box[2] - page.box[0] > page.box[3] - page.box[1] for page in pages)
    counts = sorted(sum(len(line.words) for line in page.lines) for page in pages)
    return wide > 0.8 * len(pages) and counts[len(counts) // 2] < MANY_WORDS


def _repeated(pages: Sequence[PageContent]) -> set[tuple[int, ...]]:
    """The keys of pictures that stand on REPEATED pages or more at the same size."""
    on: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for page in pages:
        for key in page.keys:
            on[key].add(page.number)
    return {key for key, numbers in on.items() if len(numbers) >= REPEATED}


def _overleaf(figure: FigurePart, blocks: Sequence[Block], legends: Mapping[int, tuple[Word, ...]]) -> FigurePart:
    """The figure with the caption that the typesetter had to put on the next page."""
    below = (block.words[0] for block in blocks if block.words[0].page == figure.page)
    if figure.caption or any(word.box[1] > figure.box[3] - 1 for word in below):
        return figure
    return replace(figure, caption=legends.get(figure.page + 1, ()))


# --- second pass


@dataclass(frozen=True)
class PageParts:
    """What stands on one page. `legend` is what begins it, if that is set like a caption."""

    blocks: list[Block]
    figures: list[FigurePart]
    tables: list[TablePart]
    legend: tuple[Word, ...] = ()


NOTHING = PageParts([], [], [])
"""Of a page that cannot be read."""


def _turned_back(parts: PageParts, page: PageContent) -> PageParts:
    """The parts of a page that was turned to be read, with their boxes where they are on the page as displayed."""

    def back(box: Box) -> Box:
        return turned_back(box, page.turn, page.box[2], page.box[3])

    def words(found: tuple[Word, ...]) -> tuple[Word, ...]:
        return tuple(word._replace(box=back(word.box)) for word in found)

    def table(found: TablePart) -> TablePart:
        region = Region(page=found.region.page, boxes=tuple(map(back, found.region.boxes)))
        return replace(found, words=words(found.words), caption=words(found.caption), region=region)

    return PageParts(
        [replace(block, words=words(block.words)) for block in parts.blocks],
        [replace(f, box=back(f.box), caption=words(f.caption), inside=words(f.inside)) for f in parts.figures],
        [table(found) for found in parts.tables],
        words(parts.legend),
    )


class _Heading(NamedTuple):
    """The path of headings from a place of the page on; `box` is None where it comes from the page before."""

    box: Box | None
    path: str


class _Page:
    """One page on its way from lines to parts."""

    def __init__(self, content: PageContent, own: list[Line], style: _Style, notes: list[str]) -> None:
        self.page, self.content, self.lines, self.style, self.notes = content.page, content, own, style, notes
        self.words = [word for line in own for word in line.words]
        self.pictures = [
            picture
            for picture, key in zip(content.pictures, content.keys, strict=True)
            if key not in style.repeated and not self._is_ground(picture.box, 0.6)
        ]

    def _is_ground(self, box: Box, share: float) -> bool:
        """What fills this share of the page is its background, or the scan of it, if there is text on it."""
        return area(box) > share * area(self.content.box) and len(self.words) >= FEW_WORDS

    def parts(self, read: ocr.Reader | None) -> PageParts:
        drawings = self._drawings()
        paths = figures.shapes(drawings, self.content.box)
        tables = self._grids(drawings)
        tables += self._beside_figures(self._aligned(drawings, tables), tables, paths)
        taken = _boxes(tables)
        text = self._paragraphs(taken)
        found = figures.find_figures(self.pictures, paths, self.content.box, text, taken, self.style.body)
        if self.content.scanned:
            found = [cluster for cluster in found if not self._is_ground(cluster.box, 0.5)]
        text = _outside(text, found)
        blocks, headings = self._slide(text) if self.style.slides else self._blocks(text)
        return PageParts(
            blocks,
            [self._figure(cluster, headings, read) for cluster in found],
            [self._captioned(table, text, headings) for table in tables],
            words_of(text[0]) if text and figures.is_legend(text[0], self.style.body) else (),
        )

    def _drawings(self) -> list[dict]:
        if self.content.scanned:
            return []
        drawings = self.page.get_cdrawings()
        if len(drawings) > MANY_DRAWINGS:
            page = f"page {self.content.number} has {len(drawings)} drawings"
            self.notes.append(f"{page}: not searched for tables and drawn figures")
            return []
        return drawings

    def _table(self, words: tuple[Word, ...], box: Box) -> TablePart:
        return TablePart(words, Region(page=self.content.number, boxes=(box,)))

    def _grids(self, drawings: list[dict]) -> list[TablePart]:
        """Ruled tables. Where 'Figure 6-1' stands below, the grid is a wiring diagram, which has right angles too."""
        captions = [line.box for line in self.lines if is_caption(line.text)]
        return [
            self._table(words, ruled_tables.table_box(grid, words))
            for grid in ruled_tables.find_grids(drawings, self.content.box)
            if all(figures.gap(grid.box, caption, above=False) is None for caption in captions)
            and (words := ruled_tables.markdown_words(grid, self.words))
        ]

    def _aligned(self, drawings: list[dict], ruled: list[TablePart]) -> list[TablePart]:
        """Tables without a grid, outside of the ruled ones and of pictures."""
        pictures = [picture.box for picture in self.pictures] if not self.content.scanned else []
        taken = [*_boxes(ruled), *pictures]
        free = [line for line in self.lines if not any(holds(box, line.box) for box in taken)]
        rules = ruled_tables.level_rules(drawings)
        aligned = find_aligned(free, rules, ruled_tables.shades(drawings, self.content.box))
        rest = [line for line in free if not any(holds(table.box, line.box) for table in aligned)]
        found = [*aligned, *find_booktabs(rest, rules)]
        return [self._table(with_separators(table.rows), table.box) for table in found]

    def _beside_figures(
        self, aligned: list[TablePart], ruled: list[TablePart], paths: list[figures.Shape]
    ) -> list[TablePart]:
        """Those that do not lie in a drawing with a caption: the labels of a wiring diagram stand in columns, too."""
        if not aligned or not paths:
            return aligned
        taken = _boxes(ruled)
        text = self._paragraphs(taken)
        drawn = figures.find_figures([], paths, self.content.box, text, taken, self.style.body)
        captioned = [cluster.box for cluster in drawn if cluster.captions]
        return [table for table in aligned if not any(_covers(box, table.region.boxes[0]) for box in captioned)]

    def _paragraphs(self, taken: list[Box]) -> list[Paragraph]:
        """The text outside of `taken`; lines that run another way than the page as the file keeps them together."""
        free = [line for line in self.lines if not any(holds(b, line.box) or _covers(b, line.box) for b in taken)]
        aside: dict[int, list[Line]] = defaultdict(list)
        for line in self.content.aside:
            if not any(holds(box, line.box) for box in taken):
                aside[line.block].append(line)
        return [*lines.paragraphs(lines.in_order(free)), *(Paragraph(tuple(block)) for block in aside.values())]

    def _blocks(self, text: list[Paragraph]) -> tuple[list[Block], list[_Heading]]:
        path = self.style.path
        blocks: list[Block] = []
        headings = [_Heading(None, str(path))]
        for paragraph in text:
            heads = not self.content.scanned and lines.is_heading(paragraph, self.style.body)
            if heads and not is_caption(paragraph.text):
                path.enter(paragraph)
                headings.append(_Heading(paragraph.box, str(path)))
            blocks.append(Block(words_of(paragraph), str(path)))
        return blocks, headings

    def _slide(self, text: list[Paragraph]) -> tuple[list[Block], list[_Heading]]:
        """All of a slide stands under its title: what is set largest in the upper part of it."""
        limit = self.content.box[1] + TITLE_SHARE * (self.content.box[3] - self.content.box[1])
        upper = [p for p in text if p.box[1] < limit and 3 <= len(p.text) <= 160 and not is_caption(p.text)]
        title = " ".join(max(upper, key=lambda p: p.size).text.split()) if upper else ""
        return [Block(words_of(p), title) for p in text], [_Heading(None, title)]

    def _figure(self, cluster: figures.Cluster, headings: list[_Heading], read: ocr.Reader | None) -> FigurePart:
        picture, scale = render(self.page, cluster.box, dpi=self._dpi(cluster), long_side=LONG_SIDE)
        number, box = self.content.number, cluster.box
        captions = tuple(word for p in cluster.captions for word in words_of(p))
        outside = {word.box for word in captions}
        inside = tuple(word for word in self.words if holds(box, word.box) and word.box not in outside)
        lettered = cluster.raster or cluster.strokes >= OUTLINED  # letters may be drawn as outlines
        if read and len(inside) < 3 and lettered and picture.width >= 200 and picture.height >= 100:
            for line in ocr.lines_of(read(picture), number, scale, box[:2]):
                inside += (*line.words[:-1], line.words[-1]._replace(sep="\n"))
        return FigurePart(png(picture), number, box, captions, inside, _heading_at(box, headings))

    def _dpi(self, cluster: figures.Cluster) -> float:
        """The resolution of the finest picture in the figure, 150 at least."""
        pairs = zip(self.content.pictures, self.content.keys, strict=True)
        finest = [72 * key[0] / max(1, key[3]) for picture, key in pairs if picture.box in cluster.raster]
        return max([DPI, *finest])

    def _captioned(self, table: TablePart, text: list[Paragraph], headings: list[_Heading]) -> TablePart:
        box = table.region.boxes[0]
        numbered = figures.table_caption(box, text)
        captions = (numbered,) if numbered else figures.title_above(box, text, self.style.body)
        words = tuple(word for caption in captions for word in words_of(caption))
        return replace(table, caption=words, heading=_heading_at(box, headings))


def _boxes(tables: Sequence[TablePart]) -> list[Box]:
    return [table.region.boxes[0] for table in tables]


def _covers(box: Box, other: Box) -> bool:
    """Whether a box covers most of another."""
    return overlap(box, other) > 0.5 * area(other)


def _outside(text: list[Paragraph], found: Sequence[figures.Cluster]) -> list[Paragraph]:
    """Paragraphs without those that stand in a figure; captions stay."""
    captions = [p for cluster in found for p in cluster.captions]
    return [p for p in text if p in captions or not any(_covers(cluster.box, p.box) for cluster in found)]


def _heading_at(box: Box, headings: list[_Heading]) -> str:
    """The path of headings at a place: the last one above it in its column, else the last above it."""
    above = [heading for heading in headings if heading.box is None or heading.box[1] < box[3]]
    own = [h.path for h in above if h.box and min(h.box[2], box[2]) > max(h.box[0], box[0])]
    return own[-1] if own else above[-1].path
