"""Puts the service manual together."""

from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw, ImageFont
from reportlab.platypus import PageBreak

from . import body, care, front
from .layout import build
from .photos import filter_photo
from .scan import scan_page

NAME = "brennick_ar240_service_manual.pdf"


def lettered(picture: Image.Image) -> Image.Image:
    """The photograph of Figure 7-1 with its letters A (filter) and B (drain cock)."""
    d = ImageDraw.Draw(picture)
    for letter, (x, y), tip in (("A", (470, 335), (372, 205)), ("B", (80, 330), (168, 385))):
        d.line((x, y, *tip), fill="white", width=3)
        d.ellipse((x - 20, y - 20, x + 20, y + 20), fill="white", outline="black", width=2)
        d.text((x, y), letter, fill="black", font=ImageFont.load_default(28), anchor="mm")
    return picture


def write(library: Path) -> Path:
    """Write the PDF into library/manual and return its path."""
    target = library / "manual" / NAME
    with TemporaryDirectory() as folder:
        photo = Path(folder) / "figure_7_1.jpg"
        lettered(filter_photo()).save(photo, quality=85)
        pages = [
            front.contents(),
            front.safety(),
            front.technical(),
            front.installation(),
            body.description(),
            body.drive_train(),
            body.operation(),
            body.settings(),
            body.electrical(),
            body.terminals(),
            care.schedule(),
            care.oil_change(photo),
            care.torques(),
            care.errors(),
            care.temperature(),
            care.spares(),
        ]
        story = [item for page in pages for item in (*page, PageBreak())][:-1]
        build(target, story, front.cover, scan_page)
    return target
