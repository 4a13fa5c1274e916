"""Page frame, styles and building blocks of the printed manual (all lengths in points unless said)."""

from collections.abc import Callable
from pathlib import Path

from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

DOC = "SM-AR240-EN"
REVISION = "Rev. C   09/2023"
BLUE, GREY, PALE = HexColor("#143a63"), HexColor("#5d6670"), HexColor("#e8edf2")
AMBER, RED = HexColor("#f0a818"), HexColor("#c62828")
WIDTH, HEIGHT = A4
LEFT, RIGHT = 20 * mm, 18 * mm
BODY_WIDTH = WIDTH - LEFT - RIGHT

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.8, leading=13.1, alignment=TA_JUSTIFY, spaceAfter=5)
STEP = ParagraphStyle("step", parent=BODY, leftIndent=16, bulletIndent=2, spaceAfter=2.5)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=8.7, leading=10.7, alignment=0, spaceAfter=0)
HEAD = ParagraphStyle("head", parent=CELL, fontName="Helvetica-Bold", textColor=white)
H1 = ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=16, leading=20, textColor=BLUE, spaceAfter=7)
H2 = ParagraphStyle(
    "h2", fontName="Helvetica-Bold", fontSize=11, leading=14, textColor=BLUE, spaceBefore=7, spaceAfter=4
)
CAPTION = ParagraphStyle("caption", fontName="Helvetica-Bold", fontSize=8.6, leading=11, spaceBefore=3, spaceAfter=6)


class Drawing(Flowable):
    """A vector figure: draw(canvas) works in a box of width by height with the origin bottom left."""

    def __init__(self, draw: Callable[[Canvas], None], width: float, height: float) -> None:
        """Figure of width by height points painted by draw."""
        super().__init__()
        self.draw_on, self.width, self.height = draw, width, height
        self.hAlign = "CENTER"

    def draw(self) -> None:
        """Paint the figure on the current page."""
        self.draw_on(self.canv)


def p(text: str) -> Paragraph:
    """One body paragraph."""
    return Paragraph(text, BODY)


def h1(text: str) -> Paragraph:
    """Chapter title."""
    return Paragraph(text, H1)


def h2(text: str) -> Paragraph:
    """Section title."""
    return Paragraph(text, H2)


def caption(text: str) -> Paragraph:
    """Figure or table caption, such as 'Table 6-2  Oil'."""
    return Paragraph(text.replace("  ", "&nbsp;&nbsp;"), CAPTION)


def steps(*texts: str) -> list[Paragraph]:
    """Numbered working steps."""
    return [Paragraph(t, STEP, bulletText=f"{n}.") for n, t in enumerate(texts, 1)]


def bullets(*texts: str) -> list[Paragraph]:
    """Bulleted list."""
    return [Paragraph(t, STEP, bulletText="\u2022") for t in texts]


def ruled(header: list[str], rows: list[list[str]], widths: list[float]) -> Table:
    """Table with a blue heading row, thin rules and light bands; widths in mm."""
    data = [[Paragraph(c, HEAD) for c in header]] + [[Paragraph(c, CELL) for c in row] for row in rows]
    table = Table(data, colWidths=[w * mm for w in widths], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), BLUE),
                ("GRID", (0, 0), (-1, -1), 0.4, GREY),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, PALE]),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ("LEFTPADDING", (0, 0), (-1, -1), 4),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return table


def notice(kind: str, text: str) -> Table:
    """WARNING, CAUTION or NOTE box."""
    tint = {"WARNING": RED, "CAUTION": AMBER, "NOTE": BLUE}[kind]
    label = ParagraphStyle(
        "label", parent=CELL, fontName="Helvetica-Bold", textColor=black if kind == "CAUTION" else white
    )
    table = Table([[Paragraph(kind, label), Paragraph(text, CELL)]], colWidths=[23 * mm, BODY_WIDTH - 23 * mm])
    table.setStyle(
        TableStyle(
            [
                ("BOX", (0, 0), (-1, -1), 0.8, tint),
                ("BACKGROUND", (0, 0), (0, 0), tint),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    table.spaceBefore, table.spaceAfter = 3, 6
    return table


def logo(c: Canvas, x: float, y: float, size: float) -> None:
    """The maker's mark: two meshing rotors and the name; size is the height of the mark."""
    r = size / 2
    for dx, tint in ((r, BLUE), (r * 2.55, AMBER)):
        c.setFillColor(tint)
        c.circle(x + dx, y + r, r, stroke=0, fill=1)
        c.setFillColor(white)
        c.circle(x + dx, y + r, r * 0.42, stroke=0, fill=1)
    c.setFillColor(BLUE)
    c.setFont("Helvetica-Bold", size * 0.92)
    c.drawString(x + r * 4.1, y + size * 0.17, "BRENNICK")


def frame_page(c: Canvas, doc: BaseDocTemplate) -> None:
    """Header and footer of an ordinary page."""
    c.saveState()
    logo(c, LEFT, HEIGHT - 15 * mm, 11)
    c.setFont("Helvetica", 7.8)
    c.setFillColor(GREY)
    c.drawRightString(WIDTH - RIGHT, HEIGHT - 14 * mm, "AR-240 Service Manual")
    c.drawString(LEFT, 10 * mm, f"{DOC}   {REVISION}")
    c.drawRightString(WIDTH - RIGHT, 10 * mm, f"Page {doc.page}")
    c.setStrokeColor(AMBER)
    c.setLineWidth(1)
    c.line(LEFT, HEIGHT - 17 * mm, WIDTH - RIGHT, HEIGHT - 17 * mm)
    c.line(LEFT, 14 * mm, WIDTH - RIGHT, 14 * mm)
    c.restoreState()


def build(path: Path, story: list[Flowable], cover: Callable, scan: Callable) -> None:
    """Write the PDF; cover and scan paint whole pages, the first and the last template use them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    doc = BaseDocTemplate(
        str(path),
        pagesize=A4,
        title="Brennick AR-240 Service Manual",
        author="Brennick Air Systems",
        subject=DOC,
        invariant=1,
    )
    frame = Frame(LEFT, 16 * mm, BODY_WIDTH, HEIGHT - 36 * mm, 0, 0, 0, 0)
    doc.addPageTemplates(
        [
            PageTemplate("cover", [frame], onPage=cover),
            PageTemplate("body", [frame], onPage=frame_page),
            PageTemplate("scan", [frame], onPage=scan),
        ]
    )
    doc.build([NextPageTemplate("body"), PageBreak(), *story, NextPageTemplate("scan"), PageBreak(), Spacer(1, 1)])
