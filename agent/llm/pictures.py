"""Pictures as a model is sent them. Pillow is loaded with the first."""

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from langchain_core.messages import HumanMessage

from tools.errors import UnreadableFile

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIDE = 1120
"""Pixels: Llama 3.2 Vision sees four tiles of 560, so a larger picture gains nothing."""
TILE, EDGE = SIDE // 2, 8
"""Pixels: a picture on a sheet, and the white around it."""
ORIENTATION = 0x0112
"""EXIF's tag; 1 is upright."""


def asked_of(text: str, picture: bytes) -> HumanMessage:
    """A question about one picture (PNG or JPEG)."""
    url = {"url": f"data:image/png;base64,{base64.b64encode(picture).decode()}"}
    return HumanMessage(content=[{"type": "text", "text": text}, {"type": "image_url", "image_url": url}])


def png(picture: "Picture") -> bytes:
    """Quickly: what is sent stays on this machine, where time counts, and not size."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def small(picture: bytes) -> bytes:
    """The picture as a PNG no larger than SIDE x SIDE, on white where it is transparent; as it is where it is a PNG or
    JPEG of that size already. UnreadableFile where it is broken."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(picture)) as opened:
            opened.load()
            upright = opened.getexif().get(ORIENTATION, 1) == 1
            plain = opened.format in ("PNG", "JPEG") and opened.mode == "RGB"
            if plain and upright and max(opened.size) <= SIDE:
                return picture
            image = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableFile(f"The picture cannot be read ({error}).", "Index its file again.") from error
    image.thumbnail((SIDE, SIDE))
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    return png(flat)


def sheet(shown: Sequence[bytes], marks: Sequence[str]) -> bytes:
    """Up to four pictures as one PNG of SIDE x SIDE at most, two in a row, each with its mark in the corner.
    UnreadableFile where one is broken."""
    from PIL import Image, ImageDraw, ImageOps

    image = Image.new("RGB", (2 * TILE, TILE * ((len(shown) + 1) // 2)), "white")
    drawn = ImageDraw.Draw(image)
    for number, (one, mark) in enumerate(zip(shown, marks)):
        with Image.open(io.BytesIO(small(one))) as opened:
            tile = ImageOps.pad(opened, (TILE - 2 * EDGE,) * 2, color="white")
        x, y = TILE * (number % 2), TILE * (number // 2)
        image.paste(tile, (x + EDGE, y + EDGE))
        if mark:
            drawn.rectangle((x, y, x + 44, y + 44), fill="white", outline="black")
            drawn.text((x + 10, y + 2), mark, fill="black", font_size=36)
    return png(image)
