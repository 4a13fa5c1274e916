"""A picture file as one figure a page, and its text, if it bears enough. Boxes are pixels of the upright picture."""

from pathlib import Path

from PIL import Image, ImageOps

from tools.library.evidence import Box, Word
from tools.library.parse import ocr, pixels
from tools.library.parse.layout.lines import Paragraph, in_order, paragraphs, words_of
from tools.library.parse.pages import on_page, turned_back
from tools.library.parse.parts import Block, FigurePart, Parsed

MAX_FRAMES = 2000
STORED_SIDE = 2048  # pixels; the picture that is kept is no larger
LEAST_WORDS = 8  # from here on the text in a picture is worth finding as text
PAGED = ("TIFF",)  # formats whose frames are pages; those of GIF and WebP are a film


def parse_image(path: Path, read: ocr.Reader | None = ocr.read, caption: str = "") -> Parsed:
    """Read a PNG, JPEG, WebP, GIF, HEIC, BMP or TIFF: the first frame, of a TIFF each as a page. Raises
    UnreadableFile."""
    blocks: list[Block] = []
    figures: list[FigurePart] = []
    frames = _frames(path)
    pages = min(frames, MAX_FRAMES)
    notes = (f"only the first {pages} of {frames} pages were read",) if pages < frames else ()
    for number in range(1, pages + 1):
        picture, media_type = pixels.load(path, number)
        figure, text = _parts(picture, number, caption, read)
        figures.append(figure)
        blocks += text
        on_page.get()(number, pages)
    return Parsed(media_type, path.name, pages, tuple(blocks), tuple(figures), notes=notes)


def _frames(path: Path) -> int:
    with pixels.opened(path) as picture:
        return getattr(picture, "n_frames", 1) if picture.format in PAGED else 1


def _parts(picture: Image.Image, number: int, caption: str, read: ocr.Reader | None) -> tuple[FigurePart, list[Block]]:
    whole = (0.0, 0.0, float(picture.width), float(picture.height))
    upright, found, turn = _read(picture, read) if read else (picture, [], 0)
    text = paragraphs(in_order(ocr.lines_of(found, number)))

    def placed(paragraph: Paragraph) -> tuple[Word, ...]:
        """Its words where they are in the picture as the file has it."""
        words = words_of(paragraph)
        return tuple(word._replace(box=turned_back(word.box, turn, *upright.size)) for word in words)

    inside = tuple(word for paragraph in text for word in placed(paragraph))
    figure = FigurePart(_stored(upright), number, whole, _caption_words(caption, number, whole), inside)
    return figure, [Block(placed(p)) for p in text] if len(inside) >= LEAST_WORDS else []


def _read(picture: Image.Image, read: ocr.Reader) -> tuple[Image.Image, list[ocr.OcrLine], int]:
    """The picture turned so that its text stands upright, that text, and how far it was turned clockwise."""
    found = read(picture)
    if turn := ocr.turn_of(found):
        turned = picture.rotate(-turn, expand=True)
        again = read(turned)
        if not ocr.turn_of(again):
            return turned, again, turn
    return picture, found, 0


def _stored(picture: Image.Image) -> bytes:
    """PNG, at most STORED_SIDE pixels long."""
    small = picture if max(picture.size) <= STORED_SIDE else ImageOps.contain(picture, (STORED_SIDE, STORED_SIDE))
    return pixels.png(small)


def _caption_words(caption: str, page: int, whole: Box) -> tuple[Word, ...]:
    """Words of a text that came beside the picture, its lines kept: each stands for all of it."""
    lines = [line.split() for line in caption.split("\n")]
    return tuple(
        Word(text, page, whole, "\n" if n == len(line) else " ") for line in lines for n, text in enumerate(line, 1)
    )
