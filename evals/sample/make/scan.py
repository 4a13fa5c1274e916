"""The scanned last page: a typed commissioning record, tilted, noisy, stored as a grey JPEG."""

import io

import numpy as np
import pymupdf
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate

DPI = 160
FIELDS = [
    ("Serial number", "AR240-23-01187", "Date", "14 NOV 2023"),
    ("Customer", "Holmbeck Dairy, Plant 2", "Engineer", "M. Lindqvist"),
    ("Room / place", "Compressor house B", "Order no.", "77-30412"),
    ("Ambient temp.", "21 C", "Supply, L1-L2", "402 V"),
    ("Motor current L1", "63.1 A", "L2 / L3", "62.8 / 63.4 A"),
    ("F2 set to", "38 A", "Insulation M1", "480 Mohm"),
    ("Unload pressure", "7.3 bar (was 7.5)", "Load pressure", "6.6 bar"),
    ("Discharge temp.", "84 C after 60 min", "Separator dp", "0.18 bar"),
    ("Safety valve test", "lifted at 10.1 bar", "Oil topped up", "1.2 litres S46"),
    ("Noise at 1 m", "71 dB(A)", "Belt deflection", "5 mm, new belt"),
    ("Sense of rotation", "OK, jogged twice", "Software BC-3", "3.12"),
]
CHECKS = [
    "Transport brackets removed",
    "X0 re-tightened to 4.5 Nm",
    "Condensate air gap 60 mm",
    "Duct fitted",
    "Operator instructed (2 persons)",
]
REMARKS = [
    "Clearance on left side only 780 mm - pillar. Customer accepts, door",
    "lifts off. Cable gland M50 was missing, fitted from van stock.",
    "Small weep at scavenge line union, re-made, dry after 30 min.",
    "Recheck belt at 50 h. NEXT VISIT AGREED: 12 MAR 2024.",
    "Spare key for isolator lock is with Mr Aske, shift office, tel. 318.",
]


def typed(c: Canvas, x: float, y: float, words: str) -> None:
    """Typewriter text; x and y in points."""
    c.setFont("Courier-Bold", 10.5)
    c.drawString(x, y, words)


def printed(c: Canvas, x: float, y: float, words: str, size: float = 8, bold: bool = False) -> None:
    """Text of the printed blank."""
    c.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    c.drawString(x, y, words)


def scribble(c: Canvas, x: float, y: float, seed: int) -> None:
    """A signature of about 110 points."""
    rng = np.random.default_rng(seed)
    path = c.beginPath()
    path.moveTo(x, y)
    for k in range(9):
        a, b = rng.uniform(-9, 24, 2)
        path.curveTo(x + k * 12 + 2, y + a, x + k * 12 - 6, y + b, x + (k + 1) * 12, y + rng.uniform(-3, 7))
    c.setLineWidth(1.3)
    c.drawPath(path)


def form(c: Canvas) -> None:
    """The clean form on one A4 page."""
    width, height = A4
    c.setLineWidth(1)
    c.rect(18 * mm, 20 * mm, width - 36 * mm, height - 42 * mm)
    printed(c, 22 * mm, height - 33 * mm, "BRENNICK", 20, True)
    printed(c, 80 * mm, height - 32 * mm, "Commissioning record   AR series", 14, True)
    printed(
        c,
        80 * mm,
        height - 37 * mm,
        "Form F-112 / 05    Copy for the machine file    Appendix A of SM-AR240-EN",
    )
    c.line(18 * mm, height - 42 * mm, width - 18 * mm, height - 42 * mm)
    y = height - 52 * mm
    for left, a, right, b in FIELDS:
        printed(c, 22 * mm, y, left)
        typed(c, 50 * mm, y, a)
        printed(c, 115 * mm, y, right)
        typed(c, 141 * mm, y, b)
        c.setLineWidth(0.4)
        c.line(50 * mm, y - 3, 110 * mm, y - 3)
        c.line(141 * mm, y - 3, 188 * mm, y - 3)
        y -= 9.6 * mm
    printed(c, 22 * mm, y, "Checks", 9, True)
    for n, words in enumerate(CHECKS):
        row = y - (n + 1) * 6.6 * mm
        c.rect(24 * mm, row - 1, 9, 9)
        printed(c, 30 * mm, row, words, 9)
        typed(c, 24.4 * mm, row, "" if words == "Duct fitted" else "X")
    printed(c, 22 * mm, y - 44 * mm, "Remarks", 9, True)
    for n, words in enumerate(REMARKS):
        typed(c, 24 * mm, y - 51 * mm - n * 6.5 * mm, words)
    signatures(c)


def signatures(c: Canvas) -> None:
    """Signature lines and an inspection stamp at the foot of the form."""
    for x, words, seed in ((24 * mm, "Service engineer", 5), (112 * mm, "Customer", 8)):
        c.line(x, 36 * mm, x + 62 * mm, 36 * mm)
        printed(c, x, 32 * mm, words)
        scribble(c, x + 12, 37.5 * mm, seed)
    c.saveState()
    c.translate(158 * mm, 118 * mm)
    c.rotate(14)
    c.setStrokeGray(0.45)
    c.setFillGray(0.45)
    c.setLineWidth(2)
    c.roundRect(-40, -17, 96, 34, 5)
    printed(c, -30, 2, "RECEIVED", 13, True)
    printed(c, -30, -11, "20 NOV 2023", 9, True)
    c.restoreState()


def scanned() -> Image.Image:
    """The form as a scanner sees it: grey, tilted by about one degree, with dust and uneven light."""
    sheet = io.BytesIO()
    c = Canvas(sheet, pagesize=A4, invariant=1)
    form(c)
    c.save()
    pixmap = pymupdf.open(stream=sheet.getvalue(), filetype="pdf")[0].get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY)
    page = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
    page = page.rotate(0.9, Image.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.55))
    rng = np.random.default_rng(112)
    grey = np.asarray(page, np.float32) * 0.80 + 38
    y, x = np.mgrid[0 : 1 : grey.shape[0] * 1j, 0 : 1 : grey.shape[1] * 1j]
    grey += rng.normal(0, 5, grey.shape) - 16 * x * x - 34 * np.exp(-x * 60)
    for cy, cx in rng.integers(0, grey.shape, (140, 2)):
        grey[cy : cy + rng.integers(1, 4), cx : cx + rng.integers(1, 3)] -= 70
    grey[:, int(grey.shape[1] * 0.62)] -= 9
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def scan_page(c: Canvas, doc: BaseDocTemplate) -> None:
    """Paint the last page: the picture only, no text."""
    data = io.BytesIO()
    scanned().save(data, "JPEG", quality=62)
    data.seek(0)
    c.drawImage(ImageReader(data), 0, 0, *A4)
