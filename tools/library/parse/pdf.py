"""PDF to paragraphs, figures and tables. Boxes are points on the page as displayed, rotation applied."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pymupdf
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.evidence import Box, Region, Word
from tools.library.parse import ocr
from tools.library.parse.attached import ReadFile, files_of, no_files, with_files
from tools.library.parse.layout import figures, lines, ruled_tables, scan_figures
from tools.library.parse.layout.aligned_tables import find_aligned
from tools.library.parse.layout.booktabs import find_booktabs
from tools.library.parse.layout.breaks import over_breaks
from tools.library.parse.layout.geometry import area, holds, overlap, scaled
from tools.library.parse.layout.lines import HeadingPath, Line, Paragraph, is_caption, words_of
from tools.library.parse.layout.mentions import with_mentions
from tools.library.parse.layout.table_words import continued, with_separators
from tools.library.parse.originals import Originals
from tools.library.parse.pages import (
    PageContent,
    PageError,
    on_page,
    read_pages,
    remarks,
    render,
    turned_back,
    unreadable,
)
from tools.library.parse.parts import Block, FigurePart, Parsed, TablePart
from tools.library.parse.pixels import png

JUNK_TITLE = re.compile(
    r"^(untitled|\(?anonymous|microsoft (word|powerpoint|excel|office)|document ?\d*$|slide \d|powerpoint|unknown)"
    r"|\.[a-z]\w{1,4}$|\\|/\w+/",
    re.I,
)
"""Names of programs, files and paths in the place of a title."""
TITLE_SIZE = 1.25  # of the size of the prose, from which a line at the top is a title
DPI = 150
COARSE_DPI = 72  # of a scan in which figures are looked for
LONG_SIDE = 1600  # pixels of a figure's picture
MANY_DRAWINGS = 20_000
TITLE_SHARE = 0.45  # of a slide's height, from the top
OUTLINED = 300  # strokes from which on a drawing may hold letters
MANY_WORDS = 150  # more than a slide holds
FEW_WORDS = 12  # fewer on a page are no text over a background
REPEATED = 3  # pages from which on a picture is a logo, an icon or a background


def parse_pdf(path: Path, read: ocr.Reader | None = ocr.read, read_file: ReadFile = no_files) -> Parsed:
    """Read a PDF, and by `read_file` what is attached to it. Raises UnreadableFile where it is broken, locked or has no
    pages."""
    with open_pdf(path) as document:
        files = list(files_of(document)) if read_file is not no_files else []
        parsed = parse_document(document, _title(document), read, name=path.stem)
    return with_files(parsed, path.read_bytes(), files, read_file) if files else parsed


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
    """What the file calls itself; "" where that is a program's word for it."""
    title = " ".join(str((document.metadata or {}).get("title") or "").split())
    return "" if JUNK_TITLE.search(title) or sum(map(str.isalpha, title)) < 3 else title


def parse_document(
    source: pymupdf.Document,
    title: str,
    read: ocr.Reader | None,
    originals: Originals | None = None,
    name: str = "",
) -> Parsed:
    """Two passes: what repeats on many pages is known only after all were read. Without a `title` it is what the first
    page says, or `name`.

    `originals` says that the pages are a rendition set here, which has no running headers and no garbled text, and
    holds the words that cannot be read back from it.
    """
    made_here = originals is not None
    notes: list[str] = []
    pages = read_pages(source, read, notes, originals)
    if not pages:
        raise _without_pages(title or name, notes)
    heights = [page.box[3] for page in pages]
    left_out = set() if made_here else lines.furniture([page.lines for page in pages], heights)
    style = _Style(pages)
    title = title or _first_title(pages[0], style.body) or name
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
        raise _without_pages(title or name, notes)
    blocks = over_breaks([block for parts in found for block in parts.blocks], style.known)
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
        labels=() if made_here else _labels(source, pages, left_out),
    )


def _labels(
    document: pymupdf.Document, pages: Sequence[PageContent], left_out: set[tuple[int, int]]
) -> tuple[str, ...]:
    """The number of each page as the file declares it, else as it is printed on the page; () where that is the order
    of the pages."""
    labels = [document[number].get_label() for number in range(document.page_count)]
    if not any(labels):
        for index, number in left_out:
            if printed := lines.PAGE_NUMBER.match(pages[index].lines[number].text):
                labels[pages[index].number - 1] = printed.group(2)
    plain = all(label in ("", str(number)) for number, label in enumerate(labels, 1))
    return () if plain else tuple(labels)


def _first_title(page: PageContent, body: float) -> str:
    """What is set largest in the upper half of the first page; "" where nothing stands out."""
    half = (page.box[1] + page.box[3]) / 2
    upper = [line for line in page.lines if line.box[1] < half and sum(map(str.isalpha, line.text)) >= 3]
    size = max((line.size for line in upper), default=0.0)
    if page.scanned or size < TITLE_SIZE * body:
        return ""
    largest = [line.text for line in lines.in_order(upper) if line.size > 0.95 * size]
    return " ".join(" ".join(largest[:3]).split())[:160]


def _without_pages(title: str, notes: Sequence[str]) -> UnreadableFile:
    reason = "; ".join(notes[:3]) or "none is left"
    return UnreadableFile(f"{title}: no page can be read ({reason}).", "Get another copy of the file.")


class _Style:
    """What is known of a document after the first pass, and the headings above the place that the second has reached.

    `body` is the font size of its prose, `known` its words, `repeated` tells pictures that stand on many pages,
    `slides` whether it is a deck.
    """

    def __init__(self, pages: Sequence[PageContent]) -> None:
        every = [line for page in pages for line in page.lines]
        self.body = lines.body_size(every)
        self.known = lines.vocabulary(every)
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
        if content.scanned and not style.slides:
            self.pictures += self._scanned_figures()

    def _is_ground(self, box: Box, share: float) -> bool:
        """What fills this share of the page is its background, or the scan of it, if there is text on it."""
        return area(box) > share * area(self.content.box) and len(self.words) >= FEW_WORDS

    def _scanned_figures(self) -> list[figures.Shape]:
        """The drawings and photos in the picture of a page."""
        picture, scale = self._scan()
        found = scan_figures.drawn(picture, self._text_in(scale))
        return [figures.Shape(scaled(box, 1 / scale), 1, art=True, raster=True) for box in found]

    def _scan(self) -> tuple[Image.Image, float]:
        return render(self.page, self.content.box, dpi=COARSE_DPI, long_side=LONG_SIDE)

    def _text_in(self, scale: float) -> list[Box]:
        """The boxes of the lines in a picture of the page, in its pixels."""
        return [scaled(line.box, scale) for line in self.lines]

    def _whole(self, headings: Sequence["_Heading"]) -> list[FigurePart]:
        """A slide that is a picture, as a figure: what it shows cannot be told from its ground."""
        picture, scale = self._scan()
        if not scan_figures.shows_something(picture, self._text_in(scale)):
            return []
        image, _ = render(self.page, self.content.box, dpi=DPI, long_side=LONG_SIDE)
        box, title = self.content.box, headings[-1].path
        caption = tuple(Word(text, self.content.number, box) for text in title.split())
        return [FigurePart(png(image), self.content.number, box, caption, tuple(self.words), title)]

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
        if not self.content.turn:
            blocks += [Block(words) for words in remarks(self.page, self.content.number)]
        shown = [self._figure(cluster, headings, read) for cluster in found]
        return PageParts(
            blocks,
            shown or (self._whole(headings) if self.content.scanned and self.style.slides else []),
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
            blocks.append(Block(words_of(paragraph, self.style.known), str(path)))
        return blocks, headings

    def _slide(self, text: list[Paragraph]) -> tuple[list[Block], list[_Heading]]:
        """All of a slide stands under its title: what is set largest in the upper part of it."""
        limit = self.content.box[1] + TITLE_SHARE * (self.content.box[3] - self.content.box[1])
        upper = [p for p in text if p.box[1] < limit and 3 <= len(p.text) <= 160 and not is_caption(p.text)]
        title = " ".join(max(upper, key=lambda p: p.size).text.split()) if upper else ""
        return [Block(words_of(p, self.style.known), title) for p in text], [_Heading(None, title)]

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
