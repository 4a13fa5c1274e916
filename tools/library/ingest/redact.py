"""Personal data leaves a document before anything of it is stored: marks in its texts, black boxes in its pictures, and
page pictures of their own in the place of the file's."""

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

import pymupdf
from PIL import Image, ImageDraw

from tools.library.evidence import Box, Word, text_of
from tools.library.ingest.personal_data import Finding, Kind, find, mark, without
from tools.library.parse import ocr, pixels
from tools.library.parse.layout.geometry import scaled
from tools.library.parse.pages import render
from tools.library.parse.parts import Block, FigurePart, Parsed, TablePart

DPI, LONG_SIDE = 150, 2400
"""Of a page that is stored as a picture; `page_image` shows no more pixels."""
FEW_WORDS = 12
"""Words of a PDF page below which it is read by OCR as a whole: a scan, whose margins the parser leaves out."""
MARGIN = 0.15
"""Of a word's height: what its box is made larger by, for letters reach beyond it."""
SAME_SHAPE = 0.05
"""Relative difference of two ratios of width to height up to which a picture shows its box as it is."""
Page = tuple[Image.Image, float]
"""A page's picture, and its pixels a unit of a Region."""


@dataclass
class Redaction:
    """What was found in one document: `boxes` by page, and each value of a page once."""

    boxes: dict[int, list[Box]] = field(default_factory=lambda: defaultdict(list))
    values: set[tuple[int, Kind, str]] = field(default_factory=set)

    @property
    def counts(self) -> Counter[str]:
        return Counter(kind for _, kind, _ in self.values)

    def words(self, words: Sequence[Word], whole: Box | None = None) -> tuple[Word, ...]:
        """The words with marks. A word whose box is `whole` came beside its picture and does not stand in it."""
        text, at = text_of(words), 0
        findings = find(text)
        kept: list[Word] = []
        for word in words:
            start, end = at, at + len(word.text)
            at = end + len(word.sep)
            here = [one for one in findings if one.start < end and start < one.end]
            self._note(here, text, word, whole)
            rest = _without(text, here, start, end)
            if rest or not here:
                kept.append(word._replace(text=rest))
            else:  # the word before stands for it
                kept[-1] = kept[-1]._replace(sep=word.sep)
        return tuple(kept)

    def text(self, text: str) -> str:
        """A text that has no place of its own: a heading, a title."""
        return without(text, find(text))

    def _note(self, findings: Iterable[Finding], text: str, word: Word, whole: Box | None) -> None:
        for finding in findings:
            value = "".join(char for char in text[finding.start : finding.end] if char.isalnum() or char == "@")
            self.values.add((word.page, finding.kind, value))
            if word.box != whole:
                self.boxes[word.page].append(_larger(word.box))

    def block(self, block: Block) -> Block:
        return replace(block, words=self.words(block.words), heading=self.text(block.heading))

    def table(self, table: TablePart) -> TablePart:
        words, caption = self.words(table.words), self.words(table.caption)
        return replace(table, words=words, caption=caption, heading=self.text(table.heading))

    def figure(self, figure: FigurePart) -> FigurePart:
        """Its words; `blackened` is for its pixels, once all boxes are known."""
        return replace(
            figure,
            caption=self.words(figure.caption, figure.box),
            inside=self.words(figure.inside, figure.box),
            heading=self.text(figure.heading),
            mention=self.text(figure.mention),
        )


def redact(parsed: Parsed, original: Path) -> tuple[Parsed, Counter[str]]:
    """The document without what was found, and how much was found by kind. It has a rendition of its own afterwards:
    its pages are drawn from that and never from the file."""
    found = Redaction()
    blocks = tuple(map(found.block, parsed.blocks))
    tables = tuple(map(found.table, parsed.tables))
    figures = tuple(map(found.figure, parsed.figures))
    if parsed.media_type.startswith("image/"):
        with NamedTemporaryFile() as copy:
            copy.write(parsed.rendition or original.read_bytes())  # of a picture at a URL there is no file
            copy.flush()
            rendition = _as_pdf(_picture_pages(Path(copy.name), parsed.pages, found))
    else:
        rendition = _redacted_pdf(parsed.rendition or original.read_bytes(), found)
    clean = replace(
        parsed,
        title=found.text(parsed.title),
        blocks=blocks,
        tables=tables,
        figures=tuple(_blackened(figure, found.boxes[figure.page]) for figure in figures),
        rendition=rendition,
        notes=tuple(map(found.text, parsed.notes)),
        labels=tuple(map(found.text, parsed.labels)),
    )
    return clean, found.counts


def _without(text: str, findings: Sequence[Finding], start: int, end: int) -> str:
    """Characters start to end of the text, each finding replaced by its mark where it begins."""
    kept = ""
    for finding in findings:
        kept += text[start : max(start, finding.start)] + (mark(finding.kind) if start <= finding.start else "")
        start = min(finding.end, end)
    return kept + text[start:end]


def _larger(box: Box) -> Box:
    margin = MARGIN * (box[3] - box[1])
    return (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)


def _blackened(figure: FigurePart, boxes: Sequence[Box]) -> FigurePart:
    """The picture with what lies in it black; all of it where it does not show its box as it stands on the page, as
    that of a page which was turned to be read."""
    x0, y0, x1, y1 = figure.box
    inside = [box for box in boxes if box[0] < x1 and x0 < box[2] and box[1] < y1 and y0 < box[3]]
    if not inside:
        return figure
    with Image.open(io.BytesIO(figure.image)) as opened:
        picture = opened.convert("RGB")
    across, down = picture.width / max(x1 - x0, 1e-6), picture.height / max(y1 - y0, 1e-6)
    if abs(across / down - 1) > SAME_SHAPE:
        inside = [figure.box]
    moved = [((a - x0) * across, (b - y0) * down, (c - x0) * across, (d - y0) * down) for a, b, c, d in inside]
    if _shows_any(_with_black(picture, moved)):
        _with_black(picture, [(0, 0, picture.width, picture.height)])
    return replace(figure, image=pixels.png(picture))


def _shows_any(picture: Image.Image) -> bool:
    return any(find(" ".join(word.text for word in line.words)) for line in ocr.read(picture))


def _with_black(picture: Image.Image, boxes: Iterable[Box]) -> Image.Image:
    """In place; boxes are in pixels."""
    pen = ImageDraw.Draw(picture)
    for x0, y0, x1, y1 in boxes:
        pen.rectangle((int(x0), int(y0), int(x1) + 1, int(y1) + 1), fill="black")
    return picture


def _unreadable(picture: Image.Image, boxes: Iterable[Box]) -> Image.Image:
    """What was read by OCR, black, and read again: OCR places words of a line by guess. A line that still shows some of
    it goes as a whole."""
    _with_black(picture, boxes)
    lines = [line for line in ocr.read(picture) if find(" ".join(word.text for word in line.words))]
    return _with_black(picture, [_larger(line.box) for line in lines])


def _picture_pages(path: Path, pages: int, found: Redaction) -> Iterator[Page]:
    """Of a picture file: its frames, at most LONG_SIDE pixels long."""
    for number in range(1, pages + 1):
        picture = pixels.load(path, number).picture
        scale = min(1.0, LONG_SIDE / max(picture.size))
        small = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
        boxes = [scaled(box, scale) for box in found.boxes[number]]
        yield _unreadable(small, boxes) if boxes else small, scale


def _redacted_pdf(pdf: bytes, found: Redaction) -> bytes:
    """Pages with something found as pictures, the others as they are: nothing is left below a black box."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document, pymupdf.open() as out:
        document.bake()  # annotations and filled fields are words of the page from now on
        for page in document:
            number = page.number + 1
            blacken = _unreadable if _find_on_page(page, number, found) else _with_black
            if found.boxes[number]:
                picture, scale = render(page, tuple(page.rect), dpi=DPI, long_side=LONG_SIDE)
                _insert(out, blacken(picture, [scaled(box, scale) for box in found.boxes[number]]), scale)
            else:
                out.insert_pdf(document, from_page=page.number, to_page=page.number, links=0, annots=0, widgets=0)
        return bytes(out.tobytes(garbage=4, deflate=True))


def _find_on_page(page: pymupdf.Page, number: int, found: Redaction) -> bool:
    """What the parser leaves out as well: running headers, hidden words, the margins of a scan. Whether it is one."""
    upright = page.rotation_matrix
    listed = page.get_text("words")
    found.words([Word(one[4], number, tuple(pymupdf.Rect(one[:4]) * upright)) for one in listed])
    scan = len(listed) < FEW_WORDS and bool(page.get_images() or page.get_drawings())
    if scan:
        picture, scale = render(page, tuple(page.rect), dpi=DPI, long_side=LONG_SIDE)
        for line in ocr.lines_of(ocr.read(picture), number, scale):
            found.words(line.words)
    return scan


def _as_pdf(pages: Iterable[Page]) -> bytes:
    """Pictures as the pages of a PDF; a point there is a unit of the Regions."""
    with pymupdf.open() as out:
        for picture, scale in pages:
            _insert(out, picture, scale)
        return bytes(out.tobytes(garbage=4, deflate=True))


def _insert(out: pymupdf.Document, picture: Image.Image, scale: float) -> None:
    page = out.new_page(width=picture.width / scale, height=picture.height / scale)
    page.insert_image(page.rect, stream=pixels.png(picture))
