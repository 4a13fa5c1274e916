"""Pictures decoded within limits, upright and on white, and written as PNG."""

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

pillow_heif.register_heif_opener()

MAX_PIXELS = 400_000_000  # decoded 1.2 to 1.6 GB
MAX_WIDE_PIXELS = 100_000_000  # of more than 8 bits, which take four times the memory
FINE_PIXELS = 100_000_000  # pictures of more are read at half their size
MAX_SET_PIXELS = 60_000_000  # of a picture that is set into a rendition
WIDE = ("I;16", "I;16B", "I", "F")  # modes of scanners and cameras: Pillow would clip them
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
        limit = MAX_WIDE_PIXELS if picture.mode in WIDE else MAX_PIXELS
        if picture.width * picture.height > limit:
            size = f"{picture.width} x {picture.height} pixels, more than {limit // 10**6} million"
            raise UnreadableFile(f"{path.name} has {size}.", "Save a smaller copy and add that.")
        media_type = Image.MIME.get(picture.format or "", "image/png")
        if _is_huge(picture):
            picture.draft("RGB", (picture.width // 2, picture.height // 2))  # JPEG: halved while it is decoded
            if picture.format == "PNG" and picture.mode == "RGB" and "transparency" not in picture.info:
                picture.verify()  # OpenCV takes a torn file for a whole one
                return LoadedPicture(_halved_png(path), media_type)
        ImageOps.exif_transpose(picture, in_place=True)
        return LoadedPicture(_flat(_halved(picture) if _is_huge(picture) else picture), media_type)


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


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def as_png(data: bytes) -> bytes | None:
    """A picture of any kind as PNG of at most SET_SIDE pixels; None where it is none, broken, or too large."""
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
