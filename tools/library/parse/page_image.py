"""Pages as pictures, with the cited boxes drawn."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from tools.library.evidence import Box

LONGEST_SIDE = 2400
"""Pixels; a poster is scaled down to it."""
INK = (214, 40, 40)
MARKER = (255, 214, 0, 70)
LARGEST_MARKED = 0.15
"""Share of the page up to which a box is shaded; a figure or a whole photo is only framed."""


def page(path: Path, number: int, dpi: int) -> tuple[Image.Image, float]:
    """Page `number` (from 1) of a PDF or an image as RGB, and its pixels per PDF point or image pixel."""
    with path.open("rb") as file:
        head = file.read(5)
    if path.suffix.lower() == ".pdf" or head == b"%PDF-":
        return _pdf_page(path, number, dpi)
    from tools.library.parse import pixels

    image = pixels.load(path, number).picture
    scale = min(1.0, LONGEST_SIDE / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size), scale


def _pdf_page(path: Path, number: int, dpi: int) -> tuple[Image.Image, float]:
    import pymupdf

    from tools.library.parse.pages import render

    with pymupdf.open(path, filetype="pdf") as document:
        page = document[number - 1]
        return render(page, tuple(page.rect), dpi=dpi, long_side=LONGEST_SIDE)


def draw(image: Image.Image, boxes: Sequence[Box], scale: float) -> Image.Image:
    """A copy of the page with a frame round each box, small ones shaded. Boxes are in units of the Region."""
    canvas = image.convert("RGBA")
    shade = Image.new("RGBA", canvas.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(shade)
    for box in boxes:
        x0, y0, x1, y1 = (round(v * scale) for v in box)
        frame = (max(x0 - 3, 0), max(y0 - 3, 0), min(max(x1, x0) + 3, image.width), min(max(y1, y0) + 3, image.height))
        if frame[0] < frame[2] and frame[1] < frame[3]:
            area = (frame[2] - frame[0]) * (frame[3] - frame[1])
            fill = MARKER if area < LARGEST_MARKED * image.width * image.height else None
            pen.rectangle(frame, fill=fill, outline=(*INK, 255), width=3)
    return Image.alpha_composite(canvas, shade).convert("RGB")
