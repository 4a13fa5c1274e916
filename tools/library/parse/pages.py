"""Pages before their text is understood: words and pictures with their boxes.

OCR reads what has no text, or none that can be trusted. Boxes are points on the page turned so that its text stands
upright.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

import pymupdf
from PIL import Image

from tools.language.raised import raised
from tools.library.evidence import Box, Word
from tools.library.parse import ocr
from tools.library.parse.layout.figures import Shape
from tools.library.parse.layout.geometry import area, bounds, joined, overlap, same_row
from tools.library.parse.layout.lines import RTL, Line
from tools.library.parse.originals import Original, Originals, restored

SCAN_DPI = 200
LEAST_LETTERS = 20  # of a page that has text
TYPED_ON_SCAN = 40  # words; a page of more, over a picture, is text over a background
MANY_STROKES = 100  # from which on a page without text may show some
TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
BOLD = re.compile("bold|demi|black|heavy", re.I)
NO_MEMORY = "code=2:"  # how an error of MuPDF begins whose malloc failed; some come as bare RuntimeErrors
PageError = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)
COMMON = frozenset("eaintorsEAINTORS")  # make up half of the letters of any European language, of a cipher a third
LEAST_COMMON = 0.4
LEAST_WORD_LETTERS = 200
REMARKS = [
    pymupdf.mupdf.PDF_ANNOT_TEXT,
    pymupdf.mupdf.PDF_ANNOT_HIGHLIGHT,
    pymupdf.mupdf.PDF_ANNOT_UNDERLINE,
    pymupdf.mupdf.PDF_ANNOT_STRIKE_OUT,
]
UPRIGHT = (1, 0)  # the direction of writing: cosine and sine
TURNS = {(0, -1): 90, (0, 1): 270, (-1, 0): 180}
"""How far a page must be turned clockwise so that text of this direction stands upright."""
on_page: ContextVar[Callable[[int, int], None]] = ContextVar("on_page", default=lambda done, total: None)
"""Called with the number of pages that are read (from 1) and the number of all, for whoever wants to show it."""


@dataclass(frozen=True)
class PageContent:
    """A page before its text is understood: page `index` (from 0) of `document`, `number` (from 1) of the source.

    `scanned`: its lines were read by OCR. `turn`: degrees clockwise that it was turned from how it is displayed.
    `aside`: lines that run another way than the rest.
    """

    number: int
    document: pymupdf.Document
    index: int
    box: Box
    lines: tuple[Line, ...]
    pictures: tuple[Shape, ...]
    keys: tuple[tuple[int, ...], ...]
    scanned: bool = False
    turn: int = 0
    aside: tuple[Line, ...] = ()

    @property
    def page(self) -> pymupdf.Page:
        """Loaded anew each time: hundreds of loaded pages weigh."""
        return self.document[self.index]


def read_pages(
    document: pymupdf.Document, read: ocr.Reader | None, notes: list[str], originals: Originals | None = None
) -> list[PageContent]:
    """Every page that can be read; `notes` names the others, and hidden text that was left out. With `originals` it is
    a rendition made here, whose letters are what the file says, however odd they look."""
    reader = _PageReader(upright(document), read, notes, originals=originals)
    found = []
    for number in range(1, document.page_count + 1):
        try:
            found.append(reader.page(number))
        except (*PageError, MemoryError) as error:
            notes.append(unreadable(number, error))
        on_page.get()(max(1, number // 2), document.page_count)  # the other half of the work is the second pass
    return found


def unreadable(number: int, error: Exception) -> str:
    lacks_memory = isinstance(error, MemoryError) or str(error).startswith(NO_MEMORY)
    return (
        f"page {number} could not be read: {'it needs more memory than one file may take' if lacks_memory else error}"
    )


def upright(source: pymupdf.Document) -> pymupdf.Document:
    """The same pages with their rotation applied, so that every box is one of the displayed page."""
    try:
        if not any(source[number].rotation for number in range(source.page_count)):
            return source
        source.bake()
        turned = pymupdf.open()
        for number in range(source.page_count):
            _add_turned(turned, source, number, source[number].rotation)
        return turned
    except PageError:
        return source  # a broken page tree; what can be read is read as it lies


def _add_turned(target: pymupdf.Document, source: pymupdf.Document, number: int, turn: int) -> pymupdf.Page:
    """A copy of a page, turned clockwise."""
    page = source[number]
    page.set_rotation(0)
    width, height = (page.rect.width, page.rect.height)[:: -1 if turn % 180 else 1]
    copy = target.new_page(width=width, height=height)
    copy.show_pdf_page(copy.rect, source, number, rotate=-turn)
    return copy


def turned_back(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of a page of this width and height, turned clockwise, where it is on the page as displayed."""
    x0, y0, x1, y1 = box
    if turn == 90:
        return (y0, width - x1, y1, width - x0)
    if turn == 180:
        return (width - x1, height - y1, width - x0, height - y0)
    return (height - y1, x0, height - y0, x1) if turn == 270 else box


@dataclass
class _PageReader:
    """One document, page by page. `layers`: whether the hidden text over its scans can be trusted, if known."""

    document: pymupdf.Document
    read: ocr.Reader | None
    notes: list[str]
    layers: bool | None = None
    turned: pymupdf.Document = field(default_factory=pymupdf.open)
    originals: Originals | None = None

    def page(self, number: int) -> PageContent:
        page = self.document[number - 1]
        lines, turn = _text_lines(page, number, (self.originals or {}).get(number, ()))
        if turn:
            page = _add_turned(self.turned, self.document, number - 1, turn)
            lines, _ = _text_lines(page, number)
        content = _without_lines(page, number, turn)
        covered = max((area(picture.box) for picture in content.pictures), default=0.0) > 0.5 * area(content.box)
        own = [line for line in lines if not line.hidden]
        hidden = [line for line in lines if line.hidden]
        wanted = self.read and self._needs_ocr(page, own, hidden, covered=covered)
        if wanted and (found := self._scanned(replace(content, scanned=True))):
            good = covered and not found.turn and not is_garbled("".join(line.text for line in own))
            return _with_typed(found, own) if good else found
        if covered and not own:
            own = hidden
        elif len(hidden) > 1:
            self.notes.append(f"page {number} has {len(hidden)} lines of text that cannot be seen: left out")
        aside = tuple(line for line in own if line.direction != UPRIGHT)
        return replace(content, lines=tuple(line for line in own if line.direction == UPRIGHT), aside=aside)

    def _needs_ocr(self, page: pymupdf.Page, own: list[Line], hidden: list[Line], *, covered: bool) -> bool:
        """No text to speak of and something to see; text that is none; or a layer over a scan that says otherwise."""
        text = "".join(line.text for line in own)
        if covered and self.originals is None and sum(len(line.words) for line in own) < TYPED_ON_SCAN:
            text = ""  # a letterhead, a stamp, the fields of a form
        if len(text) >= LEAST_LETTERS:
            return self.originals is None and is_garbled(text)
        if covered and len(layer := " ".join(line.text for line in hidden)) >= LEAST_LETTERS:
            return is_garbled(layer) or not self._layer_agrees(page, layer)
        return covered or len(page.get_cdrawings()) > MANY_STROKES

    def _layer_agrees(self, page: pymupdf.Page, layer: str) -> bool:
        """Whether the hidden text of a scan is what OCR sees: asked at its first page, taken as so for the others."""
        if self.layers is None:
            seen = Counter(_letters(word.text) for line in self._read(page)[0] for word in line.words)
            hidden = Counter(_letters(word) for word in layer.split())
            self.layers = sum((seen & hidden).values()) >= 0.5 * min(sum(seen.values()), sum(hidden.values()))
        return self.layers

    def _scanned(self, content: PageContent) -> PageContent | None:
        """The page with the lines that OCR finds, turned if they do not stand upright; None where it finds none."""
        found, scale = self._read(content.page)
        if (turn := ocr.turn_of(found)) and (turned := self._turned_scan(content, turn)):
            return turned
        lines = ocr.lines_of(found, content.number, scale)
        return replace(content, lines=tuple(lines)) if lines else None

    def _turned_scan(self, content: PageContent, turn: int) -> PageContent | None:
        """The page turned; None where its text does not stand upright then either."""
        page = _add_turned(self.turned, self.document, content.number - 1, turn)
        found, scale = self._read(page)
        if ocr.turn_of(found):
            return None
        lines = tuple(ocr.lines_of(found, content.number, scale))
        return replace(_without_lines(page, content.number, turn), lines=lines, scanned=True)

    def _read(self, page: pymupdf.Page) -> tuple[list[ocr.OcrLine], float]:
        """What OCR reads, and the pixels per point of the picture it read."""
        assert self.read
        picture, scale = render(page, tuple(page.rect), dpi=SCAN_DPI, long_side=ocr.LONG_SIDE)
        return self.read(picture), scale


def _with_typed(scan: PageContent, typed: Sequence[Line]) -> PageContent:
    """A scan with the lines that are typed over it; what OCR read in their place is left out. It is no scan where that
    is all that OCR read: a few words over a picture."""
    others = [
        line for line in scan.lines if not any(overlap(line.box, own.box) > 0.4 * area(line.box) for own in typed)
    ]
    few = sum(len(line.text) for line in others) < LEAST_LETTERS
    return replace(scan, lines=(*typed, *others), scanned=not few)


def remarks(page: pymupdf.Page, number: int) -> list[tuple[Word, ...]]:
    """The notes that readers left on a page (sticky ones, of highlights), each at its place."""
    found = []
    for note in page.annots(types=REMARKS) or ():
        words = str(note.info.get("content") or "").split()
        x0, y0, x1, y1 = note.rect
        written = [Word(text, number, (x0, y0, x1, y1)) for text in ("Note:", *words)]
        found += [(*written[:-1], written[-1]._replace(sep="\n"))] if words else []
    return found


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def is_garbled(text: str) -> bool:
    """Whether letters are no letters: unknown, private, control characters; or Latin ones that make no words. Codes
    (kW, GPIO17, DIN 912) are none either: only what looks like words is counted."""
    visible = [char for char in text if not char.isspace()]
    strange = sum(unicodedata.category(char) in ("Co", "Cc", "Cn", "Cs") or char == "\ufffd" for char in visible)
    if strange >= 0.3 * max(1, len(visible)) or text.count("(cid:") * 8 > 0.3 * len(text):
        return True
    words = "".join(re.findall(r"\b[A-Z]?[a-z\u00df-\u024f]{2,}\b", text))
    if len(words) < LEAST_WORD_LETTERS or len(words) < 0.4 * len(visible):
        return False
    return sum(char in COMMON for char in words) < LEAST_COMMON * len(words)


def _without_lines(page: pymupdf.Page, number: int, turn: int) -> PageContent:
    """The page with its pictures, as far as they are on it, and what tells each from another."""
    x0, y0, x1, y1 = page.rect
    pictures, keys = [], []
    infos = page.get_image_info()
    digests = _digests(page) if any(map(_is_raw, infos)) else {}
    for info in infos:
        box = info["bbox"]
        shown = (max(box[0], x0), max(box[1], y0), min(box[2], x1), min(box[3], y1))
        if shown[2] > shown[0] and shown[3] > shown[1]:
            pictures.append(Shape(shown, 1, art=True, raster=True))
            keys.append(
                (
                    info["width"],
                    info["height"],
                    info["size"],
                    round(shown[2] - shown[0]),
                    digests.get(info["number"], 0),
                )
            )
    return PageContent(number, page.parent, page.number, (x0, y0, x1, y1), (), tuple(pictures), tuple(keys), turn=turn)


def _is_raw(info: dict) -> bool:
    """Uncompressed pictures of one size have as many bytes; compressed ones are told apart by theirs."""
    return bool(info["size"] >= info["width"] * info["height"] * info["colorspace"] * info["bpc"] // 8)


def _digests(page: pymupdf.Page) -> dict[int, int]:
    """Number of a picture on the page -> what tells an uncompressed one from another."""
    return {one["number"]: hash(one["digest"]) for one in page.get_image_info(hashes=True) if _is_raw(one)}


def _text_lines(page: pymupdf.Page, number: int, originals: Sequence[Original] = ()) -> tuple[list[Line], int]:
    """The lines of a page, and how far it must be turned so that most of its letters stand upright."""
    textpage = page.get_textpage(flags=TEXT_FLAGS)
    words: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for x0, y0, x1, y1, text, block, line, _ in page.get_text("words", textpage=textpage):
        words[block, line].append(Word(_composed(text), number, (x0, y0, x1, y1)))
    found: list[Line] = []
    used: set[Original] = set()
    for block in page.get_text("dict", textpage=textpage)["blocks"]:
        for index, line in enumerate(block.get("lines", ())):
            own = _with_raised(words.get((block["number"], index), []), line["spans"])
            if own := restored(own, originals, used) if originals else own:
                found.append(_styled(own, line["spans"], block["number"], line["dir"]))
    ways: Counter[tuple[int, int]] = Counter()
    for one in found:
        ways[one.direction] += len(one.text)
    most = ways.most_common(1)[0][0] if ways else UPRIGHT
    turn = TURNS.get(most, 0) if ways[most] > 0.7 * sum(ways.values()) and ways[most] >= LEAST_LETTERS else 0
    return joined(found, _on_one_row), turn


def _with_raised(words: list[Word], spans: list[dict]) -> list[Word]:
    """The words of a line with the raised digits in them written as such: 10⁶ instead of 106."""
    for span in spans:
        text = span["text"].strip()
        if not span["flags"] & pymupdf.TEXT_FONT_SUPERSCRIPT or raised(text) == text or len(spans) == 1:
            continue
        x, y = (span["bbox"][0] + span["bbox"][2]) / 2, (span["bbox"][1] + span["bbox"][3]) / 2
        for number, word in enumerate(words):
            x0, y0, x1, y1 = word.box
            if x0 <= x <= x1 and y0 <= y <= y1 and text in word.text:
                at = word.text.find(text, max(0, round((span["bbox"][0] - x0) / max(x1 - x0, 1) * len(word.text)) - 1))
                if at >= 0:
                    written = word.text[:at] + raised(text) + word.text[at + len(text) :]
                    words[number] = word._replace(text=written)
    return words


def _composed(text: str) -> str:
    """Arabic and Hebrew letters instead of the shapes they have in print."""
    if text.isascii() or not any("\ufb1d" <= char <= "\ufefc" for char in text):
        return text
    return unicodedata.normalize("NFKC", text)


def _styled(words: list[Word], spans: list[dict], block: int, direction: tuple[float, float]) -> Line:
    spans = [span for span in spans if span["text"].strip()] or spans
    size = max(spans, key=lambda span: len(span["text"]))["size"]
    bold = all(span["flags"] & pymupdf.TEXT_FONT_BOLD or BOLD.search(span["font"]) for span in spans)
    italic = all(span["flags"] & pymupdf.TEXT_FONT_ITALIC for span in spans)
    way = (round(direction[0]), round(direction[1]))
    hidden = all(span.get("alpha") == 0 for span in spans)
    return Line(tuple(words), bounds(word.box for word in words), size, bold, italic, block, way, hidden)


def _on_one_row(last: Line, line: Line) -> Line | None:
    """A bullet and its text are one line, and so are the pieces of a justified one."""
    if not (line.direction == last.direction == UPRIGHT and same_row(last.box, line.box)):
        return None
    gap = line.box[0] - last.box[2]
    if RTL.match(last.text) and last.block == line.block:
        gap = last.box[0] - line.box[2]
    short = len(last.text) <= 4
    near = -1 <= gap < (5 if short else 1.5) * line.size
    return last.followed_by(line) if near and (short or last.block == line.block) else None


def render(page: pymupdf.Page, box: Box, *, dpi: float, long_side: int) -> tuple[Image.Image, float]:
    """The clip of the page and its pixels per point."""
    scale = min(dpi / 72, long_side / max(box[2] - box[0], box[3] - box[1], 1.0))
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), clip=box, alpha=False)
    return Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples), scale
