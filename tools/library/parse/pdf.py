"""PDF to paragraphs, figures and tables. Boxes are points on the page as displayed, rotation applied."""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pymupdf
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.evidence import Box, Region, Word
from tools.library.parse import ocr
from tools.library.parse.layout import lines as text_lines
from tools.library.parse.layout.aligned_tables import find_aligned
from tools.library.parse.layout.booktabs import find_booktabs
from tools.library.parse.layout.figures import (
    Cluster,
    Shape,
    find_figures,
    gap,
    is_legend,
    shapes,
    table_caption,
    title_above,
)
from tools.library.parse.layout.lines import HeadingPath, Line, Paragraph, area, holds, is_caption, overlap
from tools.library.parse.layout.mentions import with_mentions
from tools.library.parse.layout.ruled_tables import (
    continued,
    find_grids,
    level_rules,
    markdown_words,
    shades,
    table_box,
    with_separators,
)
from tools.library.parse.pages import PageError, Reader, Sheet, read_sheets, render, scaled, turned_back
from tools.library.parse.parts import Block, FigurePart, Parsed, TablePart

DPI = 150
LONG_SIDE = 1600  # pixels of a figure's picture
MANY_DRAWINGS = 20_000
TITLE_SHARE = 0.45  # of a slide's height, from the top
OUTLINED = 300  # strokes from which on a drawing may hold letters
MANY_WORDS = 150  # more than a slide holds


def parse_pdf(path: Path, read: Reader | None = ocr.read) -> Parsed:
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
    junk = not title or title.lower().startswith(("untitled", "microsoft word", "microsoft powerpoint"))
    return "" if junk or title.lower().endswith((".doc", ".docx", ".indd", ".pdf", ".qxd", ".dvi")) else title


def parse_document(source: pymupdf.Document, title: str, read: Reader | None, *, made_here: bool = False) -> Parsed:
    """Two passes: what repeats on many pages is known only after all were read.

    `made_here` says that the pages are a rendition, which has no running headers and no garbled text.
    """
    notes: list[str] = []
    sheets = read_sheets(source, read, notes, made_here=made_here)
    if not sheets:
        reason = "; ".join(notes[:3]) or "none is left"
        raise UnreadableFile(f"{title}: no page can be read ({reason}).", "Get another copy of the file.")
    heights = [sheet.box[3] for sheet in sheets]
    left_out = set() if made_here else text_lines.furniture([sheet.lines for sheet in sheets], heights)
    repeated = _repeated(sheets)
    body = text_lines.body_size([line for sheet in sheets for line in sheet.lines])
    deck = _is_deck(sheets)
    path, blocks, figures, tables = HeadingPath(), [], [], []
    legends: dict[int, tuple[Word, ...]] = {}
    for index, sheet in enumerate(sheets):
        lines = [line for number, line in enumerate(sheet.lines) if (index, number) not in left_out]
        page = _Page(sheet, lines, repeated, notes)
        parts = page.parts(body, path, read, slide=deck)
        if sheet.turn:
            parts = _turned_back(parts, sheet)
        blocks += parts.blocks
        legends[sheet.number] = parts.legend
        figures += parts.figures
        tables += parts.tables
    if made_here:
        figures = [_overleaf(figure, blocks, legends) for figure in figures]
    tables = continued(tables)
    return Parsed(
        "application/pdf",
        title,
        source.page_count,
        tuple(blocks),
        with_mentions(blocks, figures, flowing=made_here),
        tuple(tables),
        notes=tuple(notes),
    )


def _is_deck(sheets: Sequence[Sheet]) -> bool:
    """Slides: nearly all pages are wider than high and hold few words."""
    wide = sum(sheet.box[2] - sheet.box[0] > sheet.box[3] - sheet.box[1] for sheet in sheets)
    counts = sorted(sum(len(line.words) for line in sheet.lines) for sheet in sheets)
    return wide > 0.8 * len(sheets) and counts[len(counts) // 2] < MANY_WORDS


def _overleaf(figure: FigurePart, blocks: Sequence[Block], legends: Mapping[int, tuple[Word, ...]]) -> FigurePart:
    """The figure with the caption that the typesetter had to put on the next page."""
    below = (block.words[0] for block in blocks if block.words[0].page == figure.page)
    if figure.caption or any(word.box[1] > figure.box[3] - 1 for word in below):
        return figure
    return replace(figure, caption=legends.get(figure.page + 1, ()))


def _repeated(sheets: Sequence[Sheet]) -> set[tuple[int, ...]]:
    """Pictures that stand on 3 pages or more at the same size: logos, icons, backgrounds."""
    pages: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for sheet in sheets:
        for key in sheet.keys:
            pages[key].add(sheet.number)
    return {key for key, numbers in pages.items() if len(numbers) >= 3}


def _turned_back(parts: "PageParts", sheet: Sheet) -> "PageParts":
    """The parts of a page that was turned to be read, with their boxes where they are on the page as displayed."""

    def back(box: Box) -> Box:
        return turned_back(box, sheet.turn, sheet.box[2], sheet.box[3])

    def words(found: tuple[Word, ...]) -> tuple[Word, ...]:
        return tuple(word._replace(box=back(word.box)) for word in found)

    figures = [replace(f, box=back(f.box), caption=words(f.caption), inside=words(f.inside)) for f in parts.figures]
    tables = [
        replace(
            table,
            words=words(table.words),
            caption=words(table.caption),
            region=Region(page=table.region.page, boxes=tuple(map(back, table.region.boxes))),
        )
        for table in parts.tables
    ]
    return PageParts([replace(b, words=words(b.words)) for b in parts.blocks], figures, tables, words(parts.legend))


# --- second pass


def boxes_of(tables: Sequence[TablePart]) -> list[Box]:
    return [table.region.boxes[0] for table in tables]


def _blockwise(lines: Sequence[Line]) -> list[Paragraph]:
    """Lines that run another way than the page, as the file keeps them together."""
    blocks: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        blocks[line.block].append(line)
    return [Paragraph(tuple(block)) for block in blocks.values()]


@dataclass(frozen=True)
class PageParts:
    blocks: list[Block]
    figures: list[FigurePart]
    tables: list[TablePart]
    legend: tuple[Word, ...] = ()
    """The words of what begins the page, if it is set like a caption."""


class _Page:
    """One page on its way from lines to parts."""

    def __init__(self, sheet: Sheet, lines: list[Line], repeated: set[tuple[int, ...]], notes: list[str]) -> None:
        self.page, self.sheet, self.lines, self.notes = sheet.page, sheet, lines, notes
        self.words = [word for line in lines for word in line.words]
        self.pictures = [
            picture
            for picture, key in zip(sheet.pictures, sheet.keys, strict=True)
            if key not in repeated and not self._background(picture)
        ]

    def _background(self, picture: Shape) -> bool:
        """What fills the page is a background if there is text on it, else a figure."""
        return area(picture.box) > 0.6 * area(self.sheet.box) and len(self.words) >= 12

    def parts(self, body: float, path: HeadingPath, read: Reader | None, *, slide: bool = False) -> PageParts:
        drawings = self._drawings()
        paths = shapes(drawings, self.sheet.box)
        tables = self._grids(drawings)
        tables += self._beside_figures(self._aligned(drawings, boxes_of(tables)), boxes_of(tables), paths, body)
        taken = boxes_of(tables)
        text = self._paragraphs(taken)
        found = find_figures(self.pictures, paths, self.sheet.box, text, taken, body)
        if self.sheet.scanned:
            found = [cluster for cluster in found if not self._is_the_scan(cluster)]
        captions = [p for cluster in found for p in cluster.captions]
        text = self._outside(text, found, captions)
        if slide:
            blocks, headings = self._slide(text)
        else:
            blocks, headings = self._blocks(text, body, path)
        return PageParts(
            blocks,
            [self._figure(cluster, headings, read) for cluster in found],
            [self._captioned(table, text, headings, body) for table in tables],
            text_lines.words_of(text[0]) if text and is_legend(text[0], body) else (),
        )

    def _drawings(self) -> list[dict]:
        if self.sheet.scanned:
            return []
        drawings = self.page.get_cdrawings()
        if len(drawings) > MANY_DRAWINGS:
            page = f"page {self.sheet.number} has {len(drawings)} drawings"
            self.notes.append(f"{page}: not searched for tables and drawn figures")
            return []
        return drawings

    def _grids(self, drawings: list[dict]) -> list[TablePart]:
        found = []
        captions = [line.box for line in self.lines if is_caption(line.text)]
        for grid in find_grids(drawings, self.sheet.box):
            if any(gap(grid.box, caption, above=False) is not None for caption in captions):
                continue  # 'Figure 6-1' stands below: a wiring diagram has right angles too
            if words := markdown_words(grid, self.words):
                region = Region(page=self.sheet.number, boxes=(table_box(grid, words),))
                found.append(TablePart(words, region))
        return found

    def _beside_figures(
        self, aligned: list[TablePart], taken: list[Box], paths: list[Shape], body: float
    ) -> list[TablePart]:
        """Those that do not lie in a drawing with a caption: the labels of a wiring diagram stand in columns, too."""
        if not aligned or not paths:
            return aligned
        drawn = find_figures([], paths, self.sheet.box, self._paragraphs(taken), taken, body)
        figures = [cluster.box for cluster in drawn if cluster.captions]
        return [
            table
            for table in aligned
            if not any(overlap(figure, box) > 0.5 * area(box) for figure in figures for box in table.region.boxes)
        ]

    def _aligned(self, drawings: list[dict], taken: list[Box]) -> list[TablePart]:
        """Tables without a grid, outside of what is taken and of pictures."""
        pictures = [picture.box for picture in self.pictures] if not self.sheet.scanned else []
        free = [line for line in self.lines if not any(holds(box, line.box) for box in [*taken, *pictures])]
        rules = level_rules(drawings)
        aligned = find_aligned(free, rules, shades(drawings, self.sheet.box))
        rest = [line for line in free if not any(holds(table.box, line.box) for table in aligned)]
        return [
            TablePart(with_separators(table.rows), Region(page=self.sheet.number, boxes=(table.box,)))
            for table in [*aligned, *find_booktabs(rest, rules)]
        ]

    def _paragraphs(self, taken: list[Box]) -> list[Paragraph]:
        free = []
        for line in self.lines:
            if not any(holds(box, line.box) or overlap(box, line.box) > 0.5 * area(line.box) for box in taken):
                free.append(line)
        aside = [line for line in self.sheet.aside if not any(holds(box, line.box) for box in taken)]
        return [*text_lines.paragraphs(text_lines.in_order(free)), *_blockwise(aside)]

    def _is_the_scan(self, cluster: Cluster) -> bool:
        return area(cluster.box) > 0.5 * area(self.sheet.box) and len(self.words) >= 12

    def _outside(self, text: list[Paragraph], found: list[Cluster], captions: list[Paragraph]) -> list[Paragraph]:
        """Paragraphs without those that stand in a figure; captions stay."""
        return [
            p
            for p in text
            if p in captions or not any(overlap(cluster.box, p.box) > 0.5 * area(p.box) for cluster in found)
        ]

    def _blocks(
        self, text: list[Paragraph], body: float, path: HeadingPath
    ) -> tuple[list[Block], list[tuple[Box | None, str]]]:
        """Blocks, and what the path of headings is from which place of the page on."""
        blocks: list[Block] = []
        headings: list[tuple[Box | None, str]] = [(None, str(path))]
        for paragraph in text:
            if not self.sheet.scanned and not is_caption(paragraph.text) and text_lines.is_heading(paragraph, body):
                path.enter(paragraph)
                headings.append((paragraph.box, str(path)))
            blocks.append(Block(text_lines.words_of(paragraph), str(path)))
        return blocks, headings

    def _slide(self, text: list[Paragraph]) -> tuple[list[Block], list[tuple[Box | None, str]]]:
        """All of a slide stands under its title: what is set largest in the upper part of it."""
        limit = self.sheet.box[1] + TITLE_SHARE * (self.sheet.box[3] - self.sheet.box[1])
        upper = [p for p in text if p.box[1] < limit and 3 <= len(p.text) <= 160 and not is_caption(p.text)]
        title = " ".join(max(upper, key=lambda p: p.size).text.split()) if upper else ""
        return [Block(text_lines.words_of(p), title) for p in text], [(None, title)]

    def _figure(self, cluster: Cluster, headings: list[tuple[Box | None, str]], read: Reader | None) -> FigurePart:
        picture, scale = render(self.page, cluster.box, dpi=self._dpi(cluster), long_side=LONG_SIDE)
        captions = tuple(word for p in cluster.captions for word in text_lines.words_of(p))
        boxes = {word.box for word in captions}
        inside = tuple(word for word in self.words if holds(cluster.box, word.box) and word.box not in boxes)
        lettered = cluster.raster or cluster.strokes >= OUTLINED  # letters may be drawn as outlines
        if read and len(inside) < 3 and lettered and picture.width >= 200 and picture.height >= 100:
            inside += self._read(picture, scale, cluster.box, read)
        heading = _heading_at(cluster.box, headings)
        return FigurePart(_png(picture), self.sheet.number, cluster.box, captions, inside, heading)

    def _read(self, picture: Image.Image, scale: float, box: Box, read: Reader) -> tuple[Word, ...]:
        return tuple(
            Word(
                word.text,
                self.sheet.number,
                scaled(word.box, scale, box[0], box[1]),
                "\n" if word is line.words[-1] else " ",
            )
            for line in read(picture)
            for word in line.words
        )

    def _dpi(self, cluster: Cluster) -> float:
        """The resolution of the finest picture in the figure, 150 at least."""
        pairs = zip(self.sheet.pictures, self.sheet.keys, strict=True)
        finest = [72 * key[0] / max(1, key[3]) for picture, key in pairs if picture.box in cluster.raster]
        return max([DPI, *finest])

    def _captioned(
        self, table: TablePart, text: list[Paragraph], headings: list[tuple[Box | None, str]], body: float
    ) -> TablePart:
        box = table.region.boxes[0]
        numbered = table_caption(box, text)
        captions = (numbered,) if numbered else title_above(box, text, body)
        words = tuple(word for caption in captions for word in text_lines.words_of(caption))
        return TablePart(table.words, table.region, words, _heading_at(box, headings))


def _heading_at(box: Box, headings: list[tuple[Box | None, str]]) -> str:
    """The path of headings at a place: the last one above it in its column, else the last above it."""
    above = [(place, path) for place, path in headings if place is None or place[1] < box[3]]
    own = [path for place, path in above if place and min(place[2], box[2]) > max(place[0], box[0])]
    return own[-1] if own else above[-1][1]


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
