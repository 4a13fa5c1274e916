"""Wiring diagram of the AR-240, Figure 6-1 (lengths in points, frame 540 x 588, drawn at 0.9)."""

from reportlab.lib.colors import HexColor, black, white
from reportlab.pdfgen.canvas import Canvas

from .drawings import text

ROWS = [  # controller pin, wire, device terminal, device
    ("24V", "101", "11", "S1"),
    ("DI1", "102", "12", ""),
    ("DI2", "103", "95", "F2"),
    ("DI3", "104", "96", ""),
    ("24V", "105", "+", "B1"),
    ("AI1", "106", "-", ""),
    ("AI2", "107", "a", "B2"),
    ("AGND", "108", "b", ""),
    ("AI3", "109", "1", "B3"),
    ("0V", "110", "2", ""),
    ("DI5", "111", "13", "S2"),
    ("24V", "112", "14", ""),
    ("DO4", "113", "A1", "Y1"),
    ("0V", "114", "A2", ""),
    ("RO1", "115", "1", "X9"),
    ("RO1", "116", "2", ""),
]
NOTES = {
    "S1": "Emergency stop",
    "F2": "Overload, aux. contact",
    "B1": "Net pressure\n4-20 mA",
    "B2": "Discharge temp.\nPt100",
    "B3": "Separator dp\n0-10 V",
    "S2": "Remote start\n(bridge fitted)",
    "Y1": "Load solenoid\n24 V DC",
    "X9": "Group alarm\nvolt-free",
}


def contact(c: Canvas, x: float, y: float) -> None:
    """Power contact on a vertical wire; blanks the wire over 20 points about y."""
    c.setStrokeColor(white)
    c.line(x, y - 7, x, y + 7)
    c.setStrokeColor(black)
    c.line(x, y - 7, x - 6, y + 8)
    c.line(x - 3, y + 7, x + 3, y + 7)


def pole_group(c: Canvas, xs: list[float], y: float, name: str, pins: tuple[str, str]) -> None:
    """Three-pole contactor with its name and pin numbers."""
    for n, x in enumerate(xs):
        contact(c, x, y)
        text(c, x + 3, y + 10, str(2 * n + 1), 5, align="l")
        text(c, x + 3, y - 10, str(2 * n + 2), 5, align="l")
    c.setDash(2, 2)
    c.line(xs[0] - 12, y, xs[-1] - 3, y)
    c.setDash()
    text(c, xs[0] - 14, y, name, 8, "Helvetica-Bold", "r")


def boxed(c: Canvas, x: float, y: float, w: float, h: float, words: str = "", size: float = 7) -> None:
    """White box with centred text, x and y at its lower left corner."""
    c.setFillColor(white)
    c.rect(x, y, w, h, stroke=1, fill=1)
    text(c, x + w / 2, y + h / 2, words, size)


def dot(c: Canvas, x: float, y: float) -> None:
    """Junction."""
    c.setFillColor(black)
    c.circle(x, y, 1.6, stroke=0, fill=1)


def supply(c: Canvas, xs: list[float]) -> None:
    """Mains terminals and fuses of the power circuit."""
    for n, x in enumerate(xs):
        c.line(x, 560, x, 196)
        boxed(c, x - 6, 548, 12, 14, f"L{n + 1}", 6)
        boxed(c, x - 4, 500, 8, 22)
        c.line(x, 500, x, 522)
    boxed(c, 118, 548, 14, 14, "PE", 6)
    text(c, 64, 572, "X0   3 x 400 V  50 Hz", 7.5, "Helvetica-Bold")
    text(c, 26, 511, "F1\n100 A gG", 7, "Helvetica-Bold", "r")
    text(c, 16, 536, "25 mm\xb2", 6.5, "Helvetica-Oblique")


def power(c: Canvas) -> None:
    """Star-delta starter and motor on the left of the figure."""
    xs, far = [40.0, 64.0, 88.0], [128.0, 152.0, 176.0]
    supply(c, xs)
    c.line(125, 548, 125, 540)
    text(c, 138, 538, "to frame", 6, align="l")
    for n, (x, xd) in enumerate(zip(xs, far)):
        y = 470 - n * 8
        dot(c, x, y)
        c.line(x, y, xd, y)
        c.line(xd, y, xd, 196)
        text(c, xd + 2, 330, ("W21", "W22", "W23")[n], 5.5, align="l")
        text(c, x + 2, 330, ("W11", "W12", "W13")[n], 5.5, align="l")
    pole_group(c, xs, 400, "K1", ("1", "2"))
    pole_group(c, far, 400, "K3", ("1", "2"))
    boxed(c, 28, 268, 72, 30)
    for x in xs:
        c.line(x, 268, x, 276)
        c.rect(x - 4, 276, 8, 12)
        c.line(x, 288, x, 298)
    text(c, 24, 283, "F2\nset 38 A", 7, "Helvetica-Bold", "r")
    star_point(c, far)
    c.setFillColor(white)
    c.circle(108, 150, 50, stroke=1, fill=1)
    text(c, 108, 146, "M1\n37 kW\n2955 rpm", 8, "Helvetica-Bold")
    for x, name, tip in zip(xs + far, ("U1", "V1", "W1", "W2", "U2", "V2"), (70, 82, 96, 120, 134, 146)):
        c.line(x, 196, tip, 150 + (2500 - (tip - 108) ** 2) ** 0.5)
        boxed(c, x - 7, 200, 14, 12, name, 6)


def star_point(c: Canvas, far: list[float]) -> None:
    """Star contactor K2 that joins the three far winding ends."""
    ends = [200.0, 212.0, 224.0]
    for n, (x, end) in enumerate(zip(far, ends)):
        y = 250 - n * 8
        dot(c, x, y)
        c.line(x, y, end, y)
        c.line(end, y, end, 310)
        contact(c, end, 285)
    c.line(ends[0], 310, ends[-1], 310)
    text(c, 212, 318, "K2", 8, "Helvetica-Bold")


def control(c: Canvas) -> None:
    """Controller A1, terminal strip X1 and the field devices on the right of the figure."""
    boxed(c, 245, 128, 44, 394)
    text(c, 267, 510, "A1", 9, "Helvetica-Bold")
    text(c, 267, 498, "BC-3", 7)
    text(c, 348, 508, "X1", 9, "Helvetica-Bold")
    for n, (pin, wire, end, device) in enumerate(ROWS):
        y = 484 - n * 22.5
        c.line(289, y, 404, y)
        text(c, 286, y, pin, 6.2, align="r")
        boxed(c, 338, y - 7, 20, 14, str(n + 1), 7)
        text(c, 313, y + 4.5, wire, 5.8)
        text(c, 380, y + 4.5, wire, 5.8)
        text(c, 409, y, end, 6, align="l")
        if device:
            c.setFillColor(HexColor("#eef2f6"))
            c.rect(404, y - 29.5, 26, 37, stroke=1, fill=0)
            text(c, 419, y - 11, device, 7.5, "Helvetica-Bold")
            text(c, 434, y - 11, NOTES[device], 6.4, align="l")


def coils(c: Canvas) -> None:
    """Transformer, control fuse and contactor coils below the controller."""
    boxed(c, 252, 70, 70, 30, "T1  160 VA\n400 V / 24 V", 7)
    c.line(287, 100, 287, 128)
    text(c, 291, 114, "F3  4 A", 6.5, align="l")
    c.line(345, 104, 345, 128)
    c.line(289, 128, 345, 128)
    c.line(345, 104, 445, 104)
    for n, (name, pin, wire) in enumerate((("K1", "DO1", "121"), ("K2", "DO2", "122"), ("K3", "DO3", "123"))):
        x = 365 + n * 40
        c.line(x, 104, x, 44)
        boxed(c, x - 12, 64, 24, 16, name, 8)
        text(c, x + 3, 92, f"{pin}  {wire}", 5.8, align="l")
        text(c, x + 14, 84, "A1", 5, align="l")
        text(c, x + 3, 56, "A2", 5, align="l")
        dot(c, x, 44)
    c.line(287, 70, 287, 44)
    c.line(287, 44, 445, 44)
    text(c, 452, 44, "0 V", 6.5, align="l")
    text(c, 330, 50, "wire 100", 5.8)


def title_block(c: Canvas) -> None:
    """Drawing frame and title block."""
    c.setLineWidth(1)
    c.rect(-28, 0, 540, 588)
    c.setLineWidth(0.5)
    for x, w, words in (
        (232, 130, "AR-240 star-delta, 400 V"),
        (362, 90, "Drawing E-240-07"),
        (452, 60, "Sheet 1 / 1"),
    ):
        boxed(c, x, 0, w, 18, words)
    text(
        c,
        -20,
        66,
        "Wires: power 25 mm\xb2 black, motor 16 mm\xb2 black, control 1.0 mm\xb2\nred (24 V) and blue (0 V). "
        "Wire number is printed every 80 mm.\nCables of B1 and B2 are screened; earth the screen at A1 only.",
        6.6,
        align="l",
    )


def wiring(c: Canvas) -> None:
    """Draw the whole figure."""
    c.saveState()
    c.scale(0.9, 0.9)
    c.translate(29, 2)
    c.setStrokeColor(black)
    c.setLineWidth(0.7)
    power(c)
    control(c)
    coils(c)
    title_block(c)
    c.restoreState()
