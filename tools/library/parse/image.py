"""A picture file as one figure a page, and its text, if it bears enough. Boxes are pixels of the upright picture."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from tools.errors import UnreadableFile
from tools.library.evidence import Box, Word
from tools.library.parse import ocr
from tools.library.parse.layout.lines import Line, in_order, paragraphs, words_of
from tools.library.parse.pages import Reader
from tools.library.parse.parts import Block, FigurePart, Parsed

pillow_heif.register_heif_opener()

MAX_PIXELS = 400_000_000  # decoded 1.2 to 1.6 GB
MAX_WIDE_PIXELS = 100_000_000  # of more than 8 bits, which take four times the memory
FINE_PIXELS = 100_000_000  # pictures of more are read at half their size
MAX_SET_PIXELS = 60_000_000  # of a picture that is set into a rendition
WIDE = ("I;16", "I;16B", "I", "F")  # modes of scanners and cameras: Pillow would clip them
MAX_FRAMES = 2000
STORED_SIDE = 2048  # pixels; the picture that is kept is no larger
SET_SIDE = 1600  # pixels of a picture that is set into a rendition
LEAST_WORDS = 8  # from here on the text in a picture is worth finding as text
PAGED = ("TIFF",)  # formats whose frames are pages; those of GIF and WebP are a film
Unopened = (OSError, UnidentifiedImageError, ValueError, SyntaxError, EOFError)


def parse_image(path: Path, caption: str = "", read: Reader | None = ocr.read) -> Parsed:
    """Read a PNG, JPEG, WebP, GIF, HEIC, BMP or TIFF: the first frame, of a TIFF each as a page. Raises
    UnreadableFile."""
    blocks: list[Block] = []
    figures: list[FigurePart] = []
    frames = _frames(path)
    pages = min(frames, MAX_FRAMES)
    notes = (f"only the first {pages} of {frames} pages were read",) if pages < frames else ()
    for number in range(1, pages + 1):
        picture, media_type = load(path, number)
        figure, text = _parts(picture, number, caption, read)
        figures.append(figure)
        blocks += text
    return Parsed(media_type, path.name, pages, tuple(blocks), tuple(figures), notes=notes)


def _parts(picture: Image.Image, number: int, caption: str, read: Reader | None) -> tuple[FigurePart, list[Block]]:
    whole = (0.0, 0.0, float(picture.width), float(picture.height))
    text = paragraphs(in_order(_lines(picture, number, read))) if read else []
    inside = tuple(word for paragraph in text for word in words_of(paragraph))
    figure = FigurePart(_stored(picture), number, whole, _caption_words(caption, number, whole), inside)
    return figure, [Block(words_of(p)) for p in text] if len(inside) >= LEAST_WORDS else []


class Loaded(NamedTuple):
    picture: Image.Image
    media_type: str


def load(path: Path, page: int = 1) -> Loaded:
    """A page of the picture (from 1), upright, without transparency; one of more than FINE_PIXELS at half its size.
    Checked by its header before it is decoded."""
    with _opened(path) as opened:
        opened.seek(page - 1)
        limit = MAX_WIDE_PIXELS if opened.mode in WIDE else MAX_PIXELS
        if opened.width * opened.height > limit:
            size = f"{opened.width} x {opened.height} pixels, more than {limit // 10**6} million"
            raise UnreadableFile(f"{path.name} has {size}.", "Save a smaller copy and add that.")
        media_type = Image.MIME.get(opened.format or "", "image/png")
        if _is_huge(opened):
            opened.draft("RGB", (opened.width // 2, opened.height // 2))  # JPEG: halved while it is decoded
            if opened.format == "PNG" and opened.mode == "RGB" and "transparency" not in opened.info:
                opened.verify()  # OpenCV takes a torn file for a whole one
                return Loaded(_halved_png(path), media_type)
        ImageOps.exif_transpose(opened, in_place=True)
        return Loaded(_flat(_halved(opened) if _is_huge(opened) else opened), media_type)


def _is_huge(picture: Image.Image) -> bool:
    return picture.width * picture.height > FINE_PIXELS


def _halved_png(path: Path) -> Image.Image:
    """By OpenCV, which needs 3 bytes a pixel where Pillow needs 4 and a copy: 1.5 GB instead of 2.4 for 400 million."""
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_REDUCED_COLOR_2)
    if pixels is None:
        raise ValueError("its pixels cannot be decoded")
    return Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))


def _halved(picture: Image.Image) -> Image.Image:
    if picture.mode in ("1", "P"):  # whose values cannot be averaged
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    return picture.reduce(2)


def _frames(path: Path) -> int:
    with _opened(path) as opened:
        return getattr(opened, "n_frames", 1) if opened.format in PAGED else 1


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The picture before it is decoded; whatever Pillow raises meanwhile becomes UnreadableFile."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # our own limit is told better than Pillow's
    try:
        with Image.open(path) as opened:
            yield opened
    except Unopened as error:
        raise UnreadableFile(
            f"{path.name} is broken and cannot be opened as a picture ({error}).",
            "Open it in a viewer and save it anew, or get another copy.",
        ) from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def as_png(data: bytes) -> bytes | None:
    """A picture of any kind as PNG of at most SET_SIDE pixels; None where it is none, broken, or too large."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            if opened.width * opened.height > MAX_SET_PIXELS:
                return None
            ImageOps.exif_transpose(opened, in_place=True)
            picture = _flat(opened)
    except (*Unopened, Image.DecompressionBombError):
        return None
    picture.thumbnail((SET_SIDE, SET_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _flat(picture: Image.Image) -> Image.Image:
    """RGB on white; decoded, and free of the file."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer)
        return ground
    if picture.mode in WIDE:
        values = np.asarray(picture, np.float32)
        scale = 255 / max(1.0, float(values.max() - values.min()))
        return Image.fromarray(((values - values.min()) * scale).astype(np.uint8)).convert("RGB")
    if picture.mode != "RGB":
        return picture.convert("RGB")
    picture.load()
    return picture


def _lines(picture: Image.Image, page: int, read: Reader) -> list[Line]:
    found = []
    for line in read(picture):
        words = tuple(Word(word.text, page, word.box) for word in line.words)
        found.append(Line(words, line.box, size=0.75 * (line.box[3] - line.box[1])))
    return found


def _stored(picture: Image.Image) -> bytes:
    """PNG, at most STORED_SIDE pixels long."""
    small = picture if max(picture.size) <= STORED_SIDE else ImageOps.contain(picture, (STORED_SIDE, STORED_SIDE))
    out = io.BytesIO()
    small.save(out, "PNG")
    return out.getvalue()


def _caption_words(caption: str, page: int, whole: Box) -> tuple[Word, ...]:
    """Words of a text that came beside the picture, its lines kept: each stands for all of it."""
    lines = [line.split() for line in caption.split("\n")]
    return tuple(
        Word(text, page, whole, "\n" if n == len(line) else " ") for line in lines for n, text in enumerate(line, 1)
    )
