"""Vector figures of the manual except the wiring diagram (lengths in points, origin bottom left)."""

import math

from reportlab.lib.colors import HexColor, black, white
from reportlab.pdfgen.canvas import Canvas

from .layout import AMBER, BLUE, GREY, PALE

Point = tuple[float, float]
SLOPE = -15.0  # fall of the exploded axes in degrees
STEEL, CAST, ORANGE, DARK = (HexColor(c) for c in ("#dfe3e7", "#c9d2d6", "#f2a05a", "#9aa4ac"))


def text(
    c: Canvas, x: float, y: float, words: str, size: float = 7.5, font: str = "Helvetica", align: str = "c"
) -> None:
    """Black text; lines are split at newlines and centred about y when align is c."""
    c.setFillColor(black)
    c.setFont(font, size)
    lines = words.split("\n")
    top = y + (len(lines) - 1) * size * 0.6 - size * 0.35
    for n, line in enumerate(lines):
        draw = {"c": c.drawCentredString, "l": c.drawString, "r": c.drawRightString}[align]
        draw(x, top - n * size * 1.2, line)


def polygon(c: Canvas, points: list[Point], fill: object = white, stroke: int = 1) -> None:
    """Closed filled polygon."""
    path = c.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    c.setFillColor(fill)
    c.drawPath(path, stroke=stroke, fill=1)


def arrow(c: Canvas, *points: Point) -> None:
    """Polyline with an arrow head at its end."""
    for a, b in zip(points, points[1:]):
        c.line(*a, *b)
    (x0, y0), (x1, y1) = points[-2:]
    a = math.atan2(y1 - y0, x1 - x0)
    wings = [(x1 - 6 * math.cos(a + s), y1 - 6 * math.sin(a + s)) for s in (-0.4, 0.4)]
    polygon(c, [(x1, y1), *wings], c._strokeColorObj)


class Axis:
    """An exploded axis: parts sit at positions along it and are seen obliquely from the front left."""

    def __init__(self, c: Canvas, x: float, y: float, slope: float) -> None:
        """Axis through the page point x, y that rises by slope degrees."""
        self.c, self.x, self.y, self.a = c, x, y, math.radians(slope)

    def at(self, s: float, u: float = 0, v: float = 0) -> Point:
        """Page point of axis position s with offsets u (sideways) and v (up)."""
        return (self.x + s * math.cos(self.a) + u * 0.46, self.y + s * math.sin(self.a) + v - u * 0.30)

    def ring(self, s: float, r: float, count: int = 48) -> list[Point]:
        """Circle of radius r across the axis at s."""
        turns = [2 * math.pi * k / count for k in range(count)]
        return [self.at(s, r * math.cos(t), r * math.sin(t)) for t in turns]

    def drum(self, s: float, r: float, depth: float, fill: object = STEEL, hole: float = 0) -> None:
        """Short cylinder from s (front face) to s + depth."""
        polygon(self.c, hull(self.ring(s, r) + self.ring(s + depth, r)), fill)
        polygon(self.c, self.ring(s, r), fill)
        if hole:
            polygon(self.c, self.ring(s, hole), white)

    def prism(self, s: float, profile: list[Point], depth: float, fill: object) -> None:
        """Extruded outline given as counterclockwise (u, v) points, with the sides that face the reader."""
        front = [self.at(s, u, v) for u, v in profile]
        back = [self.at(s + depth, u, v) for u, v in profile]
        dx, dy = math.cos(self.a), math.sin(self.a)
        for k in sorted(range(len(front)), key=lambda k: -(front[k][0] + back[k][0])):
            j = (k + 1) % len(front)
            if (front[j][1] - front[k][1]) * dx > (front[j][0] - front[k][0]) * dy:
                polygon(self.c, [front[k], front[j], back[j], back[k]], fill)
        polygon(self.c, front, fill)

    def holes(self, s: float, ring: float, r: float, count: int) -> None:
        """Bolt holes on a face."""
        for k in range(count):
            t = 2 * math.pi * (k + 0.5) / count
            u, v = ring * math.cos(t), ring * math.sin(t)
            polygon(self.c, [self.at(s, u + r * math.cos(a / 2), v + r * math.sin(a / 2)) for a in range(13)])


def hull(points: list[Point]) -> list[Point]:
    """Convex hull."""

    def half(ordered: list[Point]) -> list[Point]:
        chain: list[Point] = []
        for q in ordered:
            while (
                len(chain) > 1
                and (
                    (chain[-1][0] - chain[-2][0]) * (q[1] - chain[-2][1])
                    - (chain[-1][1] - chain[-2][1]) * (q[0] - chain[-2][0])
                )
                <= 0
            ):
                chain.pop()
            chain.append(q)
        return chain[:-1]

    ordered = sorted(points)
    return half(ordered) + half(ordered[::-1])


def star(inner: float, outer: float, count: int, duty: float = 0.5) -> list[Point]:
    """Toothed outline with count teeth."""
    points = []
    for k in range(count):
        for share, r in ((-duty, inner), (-duty * 0.8, outer), (duty * 0.8, outer), (duty, inner)):
            t = 2 * math.pi * (k + share / 2 + 0.25) / count
            points.append((r * math.cos(t), r * math.sin(t)))
    return points


def callout(c: Canvas, number: int, tip: Point, label: Point) -> None:
    """Leader line from a part to a numbered balloon."""
    c.setLineWidth(0.5)
    c.setStrokeColor(black)
    c.line(*tip, *label)
    c.setFillColor(black)
    c.circle(*tip, 1.2, stroke=0, fill=1)
    c.setFillColor(white)
    c.circle(*label, 8, stroke=1, fill=1)
    text(c, *label, str(number), 8, "Helvetica-Bold")


def bolts(a: Axis, s: float, u: float, v: float, flanged: bool) -> None:
    """Two bolts at axis position s, u to either side and v up."""
    for k in (-1, 1):
        if flanged:
            a.prism(s + 5, [(x + u * k, y + v) for x, y in star(7.5, 7.5, 6, 1)], 2, STEEL)
        a.prism(s, [(x + u * k, y + v) for x, y in star(5, 5, 3, 1)], 5, DARK)
        shank = [
            a.at(s + 7 + d, u * k + 2.4 * math.cos(t), v + 2.4 * math.sin(t))
            for d in (0, 22)
            for t in (0, 1, 2, 3, 4, 5, 6)
        ]
        polygon(a.c, hull(shank), STEEL)


def drive_row(c: Canvas) -> None:
    """Upper axis: motor, bell housing, coupling and gear."""
    a = Axis(c, 50, 318, SLOPE)
    c.setDash(6, 2)
    c.line(*a.at(-36), *a.at(384))
    c.setDash()
    a.drum(342, 32, 12, CAST, 19)
    a.drum(338, 25, 4, STEEL, 16)
    a.prism(288, star(30, 36, 26), 16, STEEL)
    polygon(c, a.ring(288, 11))
    a.drum(240, 15, 18, STEEL, 9)
    a.prism(234, star(15, 29, 3, 0.42), 12, STEEL)
    a.prism(196, star(14, 29, 6, 0.5), 13, ORANGE)
    polygon(c, a.ring(196, 10))
    a.drum(156, 29, 7, STEEL)
    a.drum(132, 19, 24, STEEL, 10)
    a.drum(80, 62, 6, CAST)
    a.drum(56, 50, 26, CAST, 33)
    a.holes(56, 42, 3, 8)
    bolts(a, 14, 46, 12, False)
    a.drum(-26, 46, 10, CAST)
    a.drum(-38, 9, 14, STEEL, 3)
    for n, s, v, label in (
        (1, -22, 42, (22, 392)),
        (3, 60, 47, (146, 392)),
        (4, 142, 18, (204, 362)),
        (5, 200, 27, (258, 345)),
        (6, 238, 27, (304, 326)),
        (7, 294, 33, (352, 304)),
        (8, 344, 29, (404, 284)),
    ):
        callout(c, n, a.at(s, 0, v), label)
    callout(c, 2, a.at(16, 46, 15), (98, 394))


def air_row(c: Canvas) -> None:
    """Lower axis: gear case, airend, intake valve on top."""
    a = Axis(c, 36, 158, SLOPE)
    c.setDash(6, 2)
    c.line(*a.at(-14), *a.at(462))
    c.setDash()
    a.prism(352, [(-44, -34), (44, -34), (44, 34), (-44, 34)], 84, CAST)
    a.drum(348, 17, 4, STEEL, 9)
    a.drum(340, 7, 10, STEEL)
    a.holes(352, 40, 2.6, 4)
    bolts(a, 296, 38, 0, True)
    a.prism(206, [(-50, -46), (50, -46), (50, 40), (20, 52), (-20, 52), (-50, 40)], 26, CAST)
    polygon(c, a.ring(206, 22))
    a.holes(206, 40, 2.6, 6)
    a.drum(130, 26, 12, STEEL, 14)
    a.drum(60, 21, 7, DARK, 13)
    x, y = valve_stack(c, a)
    for n, tip, label in (
        (9, a.at(298, 38, 3), (330, 150)),
        (10, a.at(62, 0, 19), (112, 176)),
        (11, a.at(134, 0, 24), (184, 156)),
        (12, a.at(212, 0, 50), (272, 166)),
        (13, a.at(420, 30, 20), (484, 34)),
        (14, (x - 17, y + 24), (x - 50, y + 34)),
        (15, (x - 22, y + 78), (x - 52, y + 84)),
        (16, (x + 38, y + 68), (x + 58, y + 92)),
    ):
        callout(c, n, tip, label)


def valve_stack(c: Canvas, a: Axis) -> Point:
    """O-rings and intake valve above the airend; returns the point on the airend below them."""
    x, y = a.at(394, 0, 34)
    c.setDash(6, 2)
    c.line(x, y, x, y + 110)
    c.setDash()
    for r, low in ((18, 18), (15, 20)):
        c.ellipse(x - r, y + low, x + r, y + low + r * 0.62, stroke=1, fill=0)
    for low, high, r in ((46, 52, 32), (52, 86, 22), (86, 92, 27)):
        flat_drum(c, x, y + low, high - low, r)
    c.setFillColor(DARK)
    c.rect(x + 20, y + 60, 20, 16, stroke=1, fill=1)
    return x, y


def flat_drum(c: Canvas, x: float, y: float, height: float, r: float) -> None:
    """Upright cylinder seen from slightly above."""
    c.setFillColor(CAST)
    c.ellipse(x - r, y - r * 0.3, x + r, y + r * 0.3, stroke=1, fill=1)
    c.rect(x - r, y, 2 * r, height, stroke=0, fill=1)
    c.line(x - r, y, x - r, y + height)
    c.line(x + r, y, x + r, y + height)
    c.ellipse(x - r, y + height - r * 0.3, x + r, y + height + r * 0.3, stroke=1, fill=1)


def exploded(c: Canvas) -> None:
    """Figure 4-2: drive train and airend, 490 x 400."""
    c.setStrokeColor(black)
    c.setLineWidth(0.7)
    drive_row(c)
    c.setLineWidth(0.7)
    air_row(c)


def block(c: Canvas, x: float, y: float, w: float, h: float, words: str, fill: object = PALE) -> None:
    """Labelled box, x and y at its centre."""
    c.setFillColor(fill)
    c.roundRect(x - w / 2, y - h / 2, w, h, 4, stroke=1, fill=1)
    text(c, x, y, words)


def oil_circuit(c: Canvas) -> None:
    """Figure 4-1: air and oil flow, 490 x 205."""
    c.setLineWidth(0.8)
    c.setStrokeColor(black)
    for args in (
        (40, 165, 66, 30, "Air filter"),
        (135, 165, 74, 30, "Intake valve"),
        (235, 165, 80, 36, "Airend\nwith gear case"),
        (355, 150, 76, 72, "Separator\ntank"),
        (455, 165, 66, 34, "Aftercooler"),
        (40, 95, 66, 30, "Motor M1"),
        (355, 45, 88, 34, "Thermostatic\nvalve 60/72 \xb0C"),
        (235, 45, 76, 30, "Oil filter"),
        (455, 45, 66, 34, "Oil cooler"),
    ):
        block(c, *args)
    c.setStrokeColor(BLUE)
    c.setLineWidth(1.5)
    arrow(c, (73, 165), (98, 165))
    arrow(c, (172, 165), (195, 165))
    arrow(c, (275, 165), (317, 165))
    arrow(c, (393, 165), (422, 165))
    arrow(c, (455, 182), (455, 202))
    c.setStrokeColor(AMBER)
    arrow(c, (355, 114), (355, 62))
    arrow(c, (399, 53), (422, 53))
    arrow(c, (422, 37), (399, 37))
    arrow(c, (311, 45), (273, 45))
    arrow(c, (235, 60), (235, 147))
    arrow(c, (330, 114), (330, 95), (258, 95), (258, 147))
    c.setStrokeColor(GREY)
    arrow(c, (73, 95), (212, 95), (212, 147))
    for x, y, words, align in (
        (460, 198, "to the net", "l"),
        (326, 88, "scavenge line", "r"),
        (361, 90, "hot oil", "l"),
        (229, 85, "cool oil", "r"),
        (140, 102, "coupling", "c"),
        (300, 173, "B2", "c"),
        (409, 173, "B1", "c"),
    ):
        text(c, x, y, words, 7, "Helvetica-Oblique", align)


def controller(c: Canvas) -> None:
    """Figure 5-1: front of the BC-3 controller, 420 x 170."""
    c.setFillColor(HexColor("#39424b"))
    c.roundRect(30, 5, 360, 160, 10, stroke=0, fill=1)
    c.setFillColor(HexColor("#cfe0c8"))
    c.rect(50, 70, 215, 80, stroke=0, fill=1)
    text(c, 58, 137, "AR-240     RUNNING  LOADED", 9, "Courier-Bold", "l")
    text(c, 58, 120, "Net pressure     7.1 bar", 9, "Courier", "l")
    text(c, 58, 106, "Discharge temp    84 \xb0C", 9, "Courier", "l")
    text(c, 58, 92, "Running hours   06412 h", 9, "Courier", "l")
    text(c, 58, 78, "Next service     1588 h", 9, "Courier", "l")
    for x, y, fill, mark in (
        (300, 128, HexColor("#2e9e4f"), "I"),
        (352, 128, HexColor("#c62828"), "O"),
        (72, 38, GREY, "F1"),
        (120, 38, GREY, "F2"),
        (168, 38, GREY, "+"),
        (216, 38, GREY, "-"),
    ):
        c.setFillColor(fill)
        c.circle(x, y, 15, stroke=0, fill=1)
        c.setFillColor(white)
        c.setFont("Helvetica-Bold", 12)
        c.drawCentredString(x, y - 4, mark)
    for x, tint in ((300, "#38c172"), (326, "#f0a818"), (352, "#e3342f")):
        c.setFillColor(HexColor(tint))
        c.circle(x, 84, 5, stroke=0, fill=1)
    c.setFillColor(HexColor("#d32f2f"))
    c.circle(326, 40, 22, stroke=0, fill=1)
    c.setFillColor(HexColor("#8e1b1b"))
    c.circle(326, 40, 13, stroke=0, fill=1)
    for n, tip, label in (
        (1, (265, 140), (408, 158)),
        (2, (309, 138), (408, 134)),
        (3, (364, 124), (408, 110)),
        (4, (357, 84), (408, 84)),
        (5, (346, 40), (408, 40)),
        (6, (72, 26), (10, 20)),
        (7, (216, 24), (250, 14)),
    ):
        callout(c, n, tip, label)


def question(c: Canvas, x: float, y: float, words: str, w: float = 124, h: float = 58) -> None:
    """Decision diamond, x and y at its centre."""
    polygon(c, [(x - w / 2, y), (x, y + h / 2), (x + w / 2, y), (x, y - h / 2)], HexColor("#fff4d6"))
    text(c, x, y, words, 7)


def flowchart(c: Canvas) -> None:
    """Figure 8-1: what to do after E20 or E21, 490 x 430."""
    c.setStrokeColor(black)
    c.setLineWidth(0.8)
    block(c, 110, 410, 150, 30, "E21 shown: machine has tripped\non discharge temperature", HexColor("#f6c9c5"))
    block(c, 110, 358, 150, 34, "Wait until B2 reads 82 \xb0C or less.\nIsolate, lock, vent to 0 bar")
    asks = (
        (300, "Oil level between\nMIN and MAX?"),
        (225, "Room air below\n45 \xb0C?"),
        (150, "Cooler fins\nclean?"),
        (75, "Fan belt deflection\n6 to 8 mm?"),
    )
    acts = (
        "Top up Fluid S46.\nLook for leaks (7.3)",
        "Improve ventilation\n(section 3.2)",
        "Blow out the cooler,\nmax. 2 bar air",
        "Set tension or replace\nbelt (7.7)",
    )
    arrow(c, (110, 395), (110, 375))
    arrow(c, (110, 341), (110, 329))
    for n, ((y, words), act) in enumerate(zip(asks, acts)):
        question(c, 110, y, words)
        block(c, 260, y, 104, 32, act)
        arrow(c, (172, y), (208, y))
        text(c, 188, y + 6, "No", 7, "Helvetica-Bold")
        text(c, 122, y - 35, "Yes", 7, "Helvetica-Bold")
        if n < 3:
            arrow(c, (110, y - 29), (110, y - 46))
    c.line(110, 46, 110, 18)
    c.line(110, 18, 340, 18)
    arrow(c, (340, 18), (340, 358), (352, 358))
    question(c, 414, 358, "Thermostatic valve\nopens at 60 \xb0C?")
    block(c, 414, 290, 124, 32, "Replace insert BN-3346\n(kit, section 7.4)")
    question(c, 414, 222, "B2 resistance\n105 to 132 ohm?")
    block(c, 414, 152, 124, 32, "Replace sensor B2\n(BN-6620)")
    block(
        c,
        414,
        90,
        124,
        40,
        "Restart. If E21 returns within\n30 min call Brennick service",
        HexColor("#d8ecd8"),
    )
    arrow(c, (414, 329), (414, 306))
    text(c, 426, 319, "No", 7, "Helvetica-Bold")
    arrow(c, (414, 274), (414, 251))
    arrow(c, (414, 193), (414, 168))
    text(c, 426, 183, "No", 7, "Helvetica-Bold")
    arrow(c, (414, 136), (414, 110))
    c.line(476, 358, 486, 358)
    arrow(c, (486, 358), (486, 238), (448, 238))
    text(c, 482, 366, "Yes", 7, "Helvetica-Bold")
    c.line(476, 222, 486, 222)
    arrow(c, (486, 222), (486, 90), (476, 90))
    text(c, 473, 206, "Yes", 7, "Helvetica-Bold")
    for y in (300, 225, 150, 75):
        c.line(312, y, 326, y)
    c.line(326, 300, 326, 75)
    arrow(c, (326, 75), (326, 90), (352, 90))
