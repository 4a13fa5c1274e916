"""Pictures decoded within limits, upright and on white, and written as PNG."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pillow_heif
import pymupdf
from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError

from tools.errors import UnreadableFile

pillow_heif.register_heif_opener()

MAX_PIXELS = 400_000_000
MAX_DECODED = 1_200_000_000  # bytes; with the picture at half its size beside it, 1.6 GB at the most
MAX_WIDE_PIXELS = 100_000_000  # of more than 8 bits, which become 32 on the way
DECODED_BYTES = {"1": 1, "L": 1, "P": 1}  # a pixel in memory, by mode; others take 4
DECODER_BYTES = {"WEBP": 16, "HEIF": 12}  # a pixel while these formats are decoded: 4.2 GB for 256 million in WebP
FINE_PIXELS = 100_000_000  # pictures of more are read at half their size
BAND = 1024  # rows that are halved at a time
MAX_RATIO = 2000  # of the long side to the short one, of which nothing is left once it is stored 2048 pixels long
MAX_SET_PIXELS = 60_000_000  # of a picture that is set into a rendition
WIDE = ("I;16", "I;16B", "I", "F")  # modes of scanners and cameras: Pillow would clip them
NEARLY_WHITE = 200  # of 255; letters for a dark page, of which nothing is seen on white
SVG_HEAD = 2000  # bytes in which a drawing names itself
SET_SIDE = 1600  # pixels of a picture that is set into a rendition
Undecodable = (OSError, UnidentifiedImageError, ValueError, SyntaxError, EOFError)


class LoadedPicture(NamedTuple):
    picture: Image.Image
    media_type: str


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The picture before it is decoded; whatever Pillow raises meanwhile becomes UnreadableFile."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # our own limit has the better message
    try:
        with Image.open(path) as picture:
            yield picture
    except Undecodable as error:
        raise UnreadableFile(
            f"{path.name} is broken and cannot be opened as a picture ({error}).",
            "Open it in a viewer and save it anew, or get another copy.",
        ) from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def load(path: Path, page: int = 1) -> LoadedPicture:
    """A page of the picture (from 1), upright, without transparency; one of more than FINE_PIXELS at half its size.
    Checked by its header before it is decoded."""
    with opened(path) as picture:
        picture.seek(page - 1)
        if objection := _objection(picture):
            raise UnreadableFile(f"{path.name} has {objection}.", "Save a smaller copy and add that.")
        media_type = Image.MIME.get(picture.format or "", "image/png")
        if _is_huge(picture):
            picture.draft("RGB", (picture.width // 2, picture.height // 2))  # JPEG: halved while it is decoded
            if _is_plain_png(picture):
                picture.verify()  # OpenCV takes a torn file for a whole one
                return LoadedPicture(_halved_png(path), media_type)
        upright = _halved(picture) if _is_huge(picture) else picture
        ImageOps.exif_transpose(upright, in_place=True)
        return LoadedPicture(_flat(upright), media_type)


def _objection(picture: Image.Image) -> str:
    """Why a picture is too large to be read; "" where it is not."""
    size = f"{picture.width} x {picture.height} pixels"
    if max(picture.size) > MAX_RATIO * min(picture.size):
        return f"{size}: a strip on which nothing can be seen"
    limit = _most_pixels(picture)
    return f"{size}, more than {limit // 10**6} million" if picture.width * picture.height > limit else ""


def _most_pixels(picture: Image.Image) -> int:
    if picture.mode in WIDE:
        return MAX_WIDE_PIXELS
    if picture.format == "JPEG":  # halved while it is decoded
        return MAX_PIXELS
    each = DECODER_BYTES.get(picture.format or "") or DECODED_BYTES.get(picture.mode, 4)
    return min(MAX_PIXELS, MAX_DECODED // (3 if _is_plain_png(picture) else each))


def _is_huge(picture: Image.Image) -> bool:
    return picture.width * picture.height > FINE_PIXELS


def _is_plain_png(picture: Image.Image) -> bool:
    return picture.format == "PNG" and picture.mode == "RGB" and "transparency" not in picture.info


def _halved_png(path: Path) -> Image.Image:
    """By OpenCV, which needs 3 bytes a pixel where Pillow needs 4 and a copy: 1.5 GB instead of 2.4 for 400 million."""
    pixels = cv2.imdecode(np.memmap(path, np.uint8, "r"), cv2.IMREAD_REDUCED_COLOR_2)
    if pixels is None:
        raise ValueError("its pixels cannot be decoded")
    return Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))


def _halved(picture: Image.Image) -> Image.Image:
    """Band by band: the values of a palette cannot be averaged, and as colours they take four times the memory."""
    mode = picture.mode
    if mode in ("1", "P", "PA"):
        mode = "RGBA" if "transparency" in picture.info or mode == "PA" else "RGB"
    half = Image.new(mode, ((picture.width + 1) // 2, (picture.height + 1) // 2))
    for top in range(0, picture.height, BAND):
        band = picture.crop((0, top, picture.width, min(top + BAND, picture.height)))
        half.paste(band.convert(mode).reduce(2), (0, top // 2))
    half.info = {**band.info, "exif": picture.getexif().tobytes()}
    picture.close()  # else both are in memory while the half is made flat
    return half


def _flat(picture: Image.Image) -> Image.Image:
    """RGB on white, on black where what is seen is itself nearly white; decoded, and free of the file."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        seen = layer.getchannel("A").point(lambda alpha: 255 * (alpha > 127))
        light = ImageStat.Stat(layer.convert("L"), seen).mean[0] if seen.getbbox() else 0
        ground = Image.new(
            "RGB", layer.size, "black" if light > NEARLY_WHITE and seen.getextrema()[0] == 0 else "white"
        )
        ground.paste(layer, mask=layer)
        return ground
    if picture.mode in WIDE:
        values = np.array(picture, np.float32)
        values -= values.min()
        values *= 255 / max(1.0, float(values.max()))
        return Image.fromarray(values.astype(np.uint8)).convert("RGB")
    if picture.mode != "RGB":
        return picture.convert("RGB")
    picture.load()
    return picture


def _drawn(data: bytes) -> bytes | None:
    try:
        with pymupdf.open(stream=data, filetype="svg") as document:
            page = document[0]
            scale = min(2.0, SET_SIDE / max(page.rect.width, page.rect.height, 1.0))
            return bytes(page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False).tobytes("png"))
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        return None


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def as_png(data: bytes) -> bytes | None:
    """A picture of any kind as PNG of at most SET_SIDE pixels; None where it is none, broken, or too large. SVG is
    drawn; what it refers to is not fetched."""
    if b"<svg" in data[:SVG_HEAD]:
        return _drawn(data)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_SET_PIXELS:
                return None
            ImageOps.exif_transpose(picture, in_place=True)
            flat = _flat(picture)
    except (*Undecodable, Image.DecompressionBombError):
        return None
    flat.thumbnail((SET_SIDE, SET_SIDE), Image.Resampling.LANCZOS)
    return png(flat)
