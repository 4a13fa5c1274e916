"""A picture file as one figure, and its text, if it bears enough. Boxes are pixels of the upright picture."""

import io
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from tools.errors import UnreadableFile
from tools.library.evidence import Box, Word
from tools.library.parse import ocr
from tools.library.parse.lines import Line, in_order, paragraphs, words_of
from tools.library.parse.parts import Block, FigurePart, Parsed
from tools.library.parse.pdf import Reader

MAX_PIXELS = 200_000_000
STORED_SIDE = 2048  # pixels; the picture that is kept is no larger
LEAST_WORDS = 8  # from here on the text in a picture is worth finding as text


def parse_image(path: Path, caption: str = "", read: Reader | None = ocr.read) -> Parsed:
    """Read a PNG, JPEG, WebP, GIF, BMP or TIFF (its first frame). Raises UnreadableFile."""
    picture, media_type = load(path)
    whole = (0.0, 0.0, float(picture.width), float(picture.height))
    lines = _lines(picture, read) if read else []
    inside = tuple(word for p in paragraphs(in_order(lines)) for word in words_of(p))
    figure = FigurePart(_stored(picture), 1, whole, _caption_words(caption, whole), inside)
    blocks = (
        tuple(Block(words_of(p)) for p in paragraphs(in_order(lines))) if len(inside) >= LEAST_WORDS else ()
    )
    return Parsed(media_type, path.name, 1, blocks, (figure,))


class Loaded(NamedTuple):
    picture: Image.Image
    media_type: str


def load(path: Path) -> Loaded:
    """The picture, upright, without transparency. Its size is checked before it is decoded."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # our own limit is told better than Pillow's
    try:
        with Image.open(path) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                size = f"{opened.width} x {opened.height} pixels, more than {MAX_PIXELS // 10**6} million"
                raise UnreadableFile(f"{path.name} has {size}.", "Save a smaller copy and add that.")
            media_type = Image.MIME.get(opened.format or "", "image/png")
            upright = ImageOps.exif_transpose(opened)
            return Loaded(_flat(upright), media_type)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, EOFError) as error:
        raise UnreadableFile(
            f"{path.name} is broken and cannot be opened as a picture ({error}).",
            "Open it in a viewer and save it anew, or get another copy.",
        ) from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _flat(picture: Image.Image) -> Image.Image:
    """RGB on white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return picture.convert("RGB")


def _lines(picture: Image.Image, read: Reader) -> list[Line]:
    found = []
    for line in read(picture):
        words = tuple(Word(word.text, 1, word.box) for word in line.words)
        found.append(Line(words, line.box, size=0.75 * (line.box[3] - line.box[1])))
    return found


def _stored(picture: Image.Image) -> bytes:
    """PNG, at most STORED_SIDE pixels long."""
    small = picture.copy()
    small.thumbnail((STORED_SIDE, STORED_SIDE))
    out = io.BytesIO()
    small.save(out, "PNG")
    return out.getvalue()


def _caption_words(caption: str, whole: Box) -> tuple[Word, ...]:
    """Words of a text that came beside the picture, its lines kept: each stands for all of it."""
    lines = [line.split() for line in caption.split("\n")]
    return tuple(
        Word(text, 1, whole, "\n" if n == len(line) else " ")
        for line in lines
        for n, text in enumerate(line, 1)
    )
