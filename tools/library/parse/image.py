"""A picture file as one figure a page, and its text, if it bears enough. Boxes are pixels of the upright picture."""

from pathlib import Path

from PIL import Image, ImageOps

from tools.library.evidence import Box, Word
from tools.library.parse import ocr, pixels
from tools.library.parse.layout.lines import in_order, paragraphs, words_of
from tools.library.parse.pages import on_page
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
    text = paragraphs(in_order(ocr.lines_of(read(picture), number))) if read else []
    inside = tuple(word for paragraph in text for word in words_of(paragraph))
    figure = FigurePart(_stored(picture), number, whole, _caption_words(caption, number, whole), inside)
    return figure, [Block(words_of(p)) for p in text] if len(inside) >= LEAST_WORDS else []


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
