"""The spare parts as solids, lying or standing on the bench z = 0 (scene units, 1 = 5 cm)."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .render import Solid
from .sdf import (
    Array,
    around,
    ball,
    blend,
    box,
    cut,
    cyl,
    extrude,
    gear,
    hexagon,
    length,
    move,
    thread,
    torus,
    tube,
    turn,
    union,
)

STEEL = (0.56, 0.57, 0.60)
BRASS = (0.78, 0.50, 0.16)
RUBBER = (0.028, 0.028, 0.03)


def place(
    solids: list[Solid], axis: str = "z", degrees: float = 0, at: tuple[float, float, float] = (0, 0, 0)
) -> list[Solid]:
    """The solids turned about one axis (degrees), then moved; patterns stay fixed to their solid."""

    def one(s: Solid) -> Solid:
        pattern = s.pattern
        if pattern:
            a, old = np.radians(degrees), s.pattern
            i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
            m = np.eye(3)
            m[i, i] = m[j, j] = np.cos(a)
            m[i, j], m[j, i] = -np.sin(a), np.sin(a)

            def pattern(p: Array, n: Array) -> Array:
                return old((p - np.array(at)) @ m, n @ m)

        return Solid(move(turn(s.sdf, axis, degrees), *at), s.colour, s.metal, s.gloss, pattern)

    return [one(s) for s in solids]


def sample(picture: Image.Image, u: Array, v: Array) -> Array:
    """Linear colours of a picture at u, v in 0..1 (v down)."""
    pixels = (np.asarray(picture.convert("RGB")) / 255.0) ** 2.2
    h, w = pixels.shape[:2]
    return pixels[np.clip((v * h).astype(int), 0, h - 1), np.clip((u * w).astype(int), 0, w - 1)]


def spider() -> list[Solid]:
    """Orange six-pad coupling spider."""

    def star(p: Array) -> Array:
        angle = np.arctan2(p[:, 1], p[:, 0])
        step = np.pi / 3
        angle = angle - step * np.round(angle / step)
        r = length(p[:, 0], p[:, 1])
        x, y = r * np.cos(angle), np.abs(r * np.sin(angle))
        pad = length(np.maximum(np.abs(x - 0.78) - 0.22, 0), np.maximum(y - 0.06, 0)) - 0.15
        web = np.abs(r - 0.56) - 0.12
        return extrude(np.minimum(pad, web), p[:, 2], 0.24, 0.06)

    dimple = move(around(move(cyl(0.06, 0.05), x=0.86), 6), z=0.25)
    return [Solid(move(cut(star, dimple), z=0.25), (0.92, 0.17, 0.012), 0, 35)]


def filter_label() -> Image.Image:
    """Printed wrap of the oil filter."""
    im = Image.new("RGB", (1200, 300), (232, 232, 226))
    d = ImageDraw.Draw(im)
    d.rectangle((0, 0, 1200, 46), fill=(196, 42, 32))
    for x in range(0, 1200, 400):
        d.text((x + 24, 62), "BRENNICK", fill=(20, 40, 80), font=ImageFont.load_default(58))
        d.text((x + 24, 132), "OIL FILTER", fill=(30, 30, 30), font=ImageFont.load_default(36))
        d.text(
            (x + 24, 186),
            "Fit hand tight plus 3/4 turn.\nOil the gasket first.",
            fill=(60, 60, 60),
            font=ImageFont.load_default(22),
            spacing=6,
        )
        for k in range(26):
            d.rectangle((x + 290 + k * 3, 124, x + 290 + k * 3 + (k * 7 % 3), 182), fill=(10, 10, 10))
    return im


def oil_filter(hung: bool = False) -> list[Solid]:
    """Dark blue spin-on canister with a printed wrap; hung prints the wrap the other way up."""
    can = blend(move(cyl(0.62, 0.9, 0.1), z=1.0), move(tube(0.68, 0.5, 0.06), z=0.12), 0.08)
    grip = move(cut(cyl(0.5, 0.1, 0.03), around(move(cyl(0.05, 0.3), x=0.51), 12)), z=1.95)
    label = filter_label()

    def wrap(p: Array, n: Array) -> Array:
        u = np.arctan2(p[:, 1], p[:, 0]) / (2 * np.pi) + 0.5
        v = (1.52 - p[:, 2]) / 0.95
        if hung:
            u, v = 1 - u, 1 - v
        colour = np.tile(np.array([0.015, 0.05, 0.16]), (len(p), 1))
        printed = (v > 0) & (v < 1)
        colour[printed] = sample(label, u, v)[printed]
        return colour

    gasket = move(tube(0.56, 0.44, 0.05), z=0.05)
    return [
        Solid(can, (0, 0, 0), 0, 60, wrap),
        Solid(grip, (0.015, 0.05, 0.16), 0, 60),
        Solid(gasket, RUBBER),
    ]


def intake_valve() -> list[Solid]:
    """Cast aluminium intake valve: flange, barrel, side cylinder, black solenoid, brass elbow."""
    flange = cut(
        move(box(0.8, 0.8, 0.11, 0.1), z=0.12),
        *[move(cyl(0.09, 0.4), x=x, y=y, z=0.12) for x in (-0.6, 0.6) for y in (-0.6, 0.6)],
    )
    barrel = blend(flange, move(cyl(0.56, 0.5, 0.05), z=0.6), 0.15)
    throat = cut(blend(barrel, move(cyl(0.66, 0.1, 0.04), z=1.15), 0.08), move(cyl(0.46, 0.5), z=1.3))
    side = turn(cyl(0.3, 0.34, 0.04), "y", 90)
    body = blend(throat, move(side, x=0.72, z=0.66), 0.1)
    plate = move(cyl(0.45, 0.03), z=0.92)
    stem = union(move(cyl(0.07, 0.22), z=1.05), move(hexagon(0.13, 0.06), z=1.02))
    cap = move(turn(cyl(0.33, 0.07, 0.02), "y", 90), x=1.1, z=0.66)
    coil = union(move(box(0.2, 0.22, 0.24, 0.04), x=0.1, y=-0.78, z=0.72), move(cyl(0.1, 0.34), x=0.1, y=-0.78, z=0.8))
    elbow = union(move(hexagon(0.13, 0.12), x=-0.3, y=-0.62, z=0.62), move(cyl(0.08, 0.3), x=-0.3, y=-0.62, z=0.8))
    cast = (0.55, 0.55, 0.54)
    return [
        Solid(body, cast, 0.35, 9),
        Solid(plate, STEEL, 0.9, 40),
        Solid(stem, STEEL, 0.9, 60),
        Solid(cap, (0.08, 0.09, 0.1), 0.2, 30),
        Solid(coil, (0.03, 0.03, 0.035), 0, 40),
        Solid(elbow, BRASS, 0.9, 50),
    ]


def bearing() -> list[Solid]:
    """Deep groove ball bearing with a brass cage, lying flat."""
    groove = torus(0.78, 0.2)
    outer = cut(tube(1.08, 0.87, 0.24, 0.03), groove)
    inner = cut(tube(0.69, 0.5, 0.24, 0.03), groove)
    balls = around(move(ball(0.165), x=0.78), 11)
    cage = cut(tube(0.84, 0.72, 0.1, 0.02), around(move(ball(0.18), x=0.78), 11))
    solids = [
        Solid(outer, STEEL, 0.95, 70),
        Solid(inner, STEEL, 0.95, 70),
        Solid(balls, (0.8, 0.8, 0.82), 1.0, 120),
        Solid(cage, BRASS, 0.8, 40),
    ]
    return place(solids, at=(0, 0, 0.25))


def bolt() -> list[Solid]:
    """One hex flange bolt, head at the origin, shank along +z."""
    head = union(move(hexagon(0.3, 0.16, 0.03), z=0.12), move(cyl(0.43, 0.04, 0.03), z=0.3))
    head = cut(head, move(cyl(0.2, 0.02, 0.0), z=-0.05))
    shank = union(move(cyl(0.2, 0.3), z=0.6), move(thread(0.205, 0.55, 0.06, 0.035), z=1.4))
    return [Solid(union(head, shank), (0.42, 0.42, 0.40), 0.85, 35)]


def bolt_pair() -> list[Solid]:
    """A flange bolt lying on its side and a second one standing on its head."""
    lying = place(place(bolt(), "y", 90), "z", 25, (-0.75, -0.55, 0.36))
    return lying + place(bolt(), "x", 0, (0.25, 0.6, 0.04))


def gauge_face() -> Image.Image:
    """Dial of the 0 to 16 bar gauge."""
    im = Image.new("RGB", (800, 800), (244, 244, 240))
    d = ImageDraw.Draw(im)
    font = ImageFont.load_default(62)
    for k in range(81):
        a = np.radians(225 - 270 * k / 80)
        r = 270 if k % 10 == 0 else 300 if k % 5 == 0 else 315
        c, s = np.cos(a), -np.sin(a)
        red = k / 5 > 10
        d.line(
            (400 + r * c, 400 + r * s, 345 * c + 400, 345 * s + 400),
            width=9 if k % 10 == 0 else 4,
            fill=(200, 20, 20) if red else (15, 15, 15),
        )
        if k % 10 == 0:
            d.text((400 + 212 * c, 400 + 212 * s), str(k // 5), fill=(15, 15, 15), font=font, anchor="mm")
    d.text((400, 530), "bar", fill=(15, 15, 15), font=font, anchor="mm")
    d.text((400, 630), "BRENNICK", fill=(20, 40, 90), font=ImageFont.load_default(40), anchor="mm")
    d.line((400 + 62, 400 - 62, 400 - 205, 400 + 205), fill=(10, 10, 10), width=14)
    d.ellipse((365, 365, 435, 435), fill=(30, 30, 30))
    return im


def gauge() -> list[Solid]:
    """Pressure gauge lying on its back, brass hex stem at the -y side."""
    face = gauge_face()

    def dial(p: Array, n: Array) -> Array:
        return sample(face, p[:, 0] / 1.8 + 0.5, 0.5 - p[:, 1] / 1.8)

    case = cut(move(cyl(1.0, 0.26, 0.07), z=0.28), move(cyl(0.88, 0.12, 0.01), z=0.5))
    disc = move(cyl(0.9, 0.03), z=0.38)
    stem = union(
        move(turn(hexagon(0.2, 0.16), "x", 90), y=-1.16, z=0.28),
        move(turn(thread(0.15, 0.28, 0.05, 0.025), "x", 90), y=-1.55, z=0.28),
    )
    return [
        Solid(case, (0.6, 0.61, 0.63), 0.95, 80),
        Solid(disc, (1, 1, 1), 0, 30, dial),
        Solid(stem, BRASS, 0.9, 50),
    ]


def fan() -> list[Solid]:
    """Seven-blade cooling fan, lying flat."""

    def blade(p: Array) -> Array:
        tilt = np.radians(34) - 0.22 * (p[:, 0] - 0.4)
        y = p[:, 1] * np.cos(tilt) + p[:, 2] * np.sin(tilt)
        z = -p[:, 1] * np.sin(tilt) + p[:, 2] * np.cos(tilt) + 0.25 * y * y
        x = p[:, 0] - 0.85
        chord = 0.26 + 0.10 * x
        q = np.stack([np.abs(x) - 0.5, np.abs(y) - chord, np.abs(z) - 0.02], 1)
        return (length(*np.maximum(q, 0).T) + np.minimum(q.max(1), 0) - 0.03) * 0.75

    hub = cut(blend(cyl(0.36, 0.24, 0.06), cyl(0.2, 0.32, 0.03), 0.05), cyl(0.11, 1.0))
    boss = move(around(move(hexagon(0.05, 0.03), x=0.25), 4), z=0.25)
    solids = [Solid(union(around(blade, 7), hub), (0.30, 0.45, 0.30), 0.0, 28), Solid(boss, STEEL, 0.9, 50)]
    return place(solids, at=(0, 0, 0.32))


def o_rings() -> list[Solid]:
    """Five O-rings of different size, one of them brown fluororubber."""
    black = union(
        move(torus(0.95, 0.075), x=-0.25, y=0.1, z=0.075),
        move(torus(0.6, 0.06), x=-0.35, y=0.1, z=0.06),
        move(torus(0.3, 0.05), x=-0.4, y=0.0, z=0.05),
        move(torus(0.22, 0.06), x=1.05, y=0.75, z=0.06),
    )
    return [
        Solid(black, (0.035, 0.035, 0.038), 0, 26),
        Solid(move(torus(0.42, 0.065), x=1.0, y=-0.45, z=0.065), (0.30, 0.09, 0.035), 0, 26),
    ]


def belt() -> list[Solid]:
    """Cogged V-belt lying on its edge in a bean-shaped loop with a printed stripe."""

    def loop(p: Array) -> Array:
        angle = np.arctan2(p[:, 1], p[:, 0])
        ring = 1.05 + 0.22 * np.cos(2 * angle) - 0.13 * np.cos(3 * angle)
        d = (length(p[:, 0], p[:, 1]) - ring) * 0.72
        cog = np.where(d < 0, 0.03 * np.clip(2 * np.cos(angle * 64), -1, 1), 0)
        slope = np.abs(p[:, 2]) - (0.14 + 0.45 * d)
        return np.maximum(np.abs(d) - 0.09 + cog, slope * 0.85) * 0.8 - 0.01

    def stripe(p: Array, n: Array) -> Array:
        angle = np.arctan2(p[:, 1], p[:, 0])
        outward = (n[:, 0] * p[:, 0] + n[:, 1] * p[:, 1]) > 0.5
        mark = outward & (np.abs(p[:, 2]) < 0.03) & (np.sin(angle * 23) > -0.2)
        return np.where(mark[:, None], np.array([0.55, 0.5, 0.35]), np.array([0.035, 0.034, 0.033]))

    return place([Solid(loop, (0, 0, 0), 0, 16, stripe)], at=(0, 0, 0.19))


def drive_gear() -> list[Solid]:
    """Helical gear wheel with web holes, keyed bore, lying flat."""
    wheel = cut(
        gear(1.05, 34, 0.045, 0.24, 0.35),
        move(tube(0.86, 0.44, 0.07), z=0.22),
        around(move(cyl(0.13, 1.0), x=0.65), 6),
    )
    hub = cut(union(wheel, cyl(0.42, 0.32, 0.02)), cyl(0.24, 1.0), move(box(0.09, 0.06, 1.0, 0), x=0.25))
    return place([Solid(hub, (0.52, 0.50, 0.47), 0.9, 45)], at=(0, 0, 0.32))


def plug() -> list[Solid]:
    """Brass hexagon plug with a copper washer."""
    body = union(move(hexagon(0.42, 0.22), z=0.22), move(cyl(0.5, 0.05), z=0.47))
    body = union(body, move(thread(0.36, 0.3, 0.08, 0.04), z=0.8))
    washer = move(tube(0.55, 0.38, 0.035), x=1.05, y=-0.4, z=0.04)
    return [Solid(body, BRASS, 0.9, 50), Solid(washer, (0.72, 0.35, 0.2), 0.9, 40)]


def filter_head() -> list[Solid]:
    """Oil filter hung under its head block in front of the green separator tank, with drain cock and pipe."""
    tank = move(cyl(1.5, 1.7, 0.25), x=-0.2, y=1.9, z=1.75)
    seam = move(torus(1.5, 0.035), x=-0.2, y=1.9, z=2.6)
    block = blend(move(box(0.75, 0.45, 0.24, 0.06), z=2.45), move(box(0.3, 0.6, 0.2, 0.05), y=0.5, z=2.45), 0.1)
    screws = union(*[move(hexagon(0.09, 0.06), x=x, y=-0.2, z=2.72) for x in (-0.55, 0.55)])
    can = place(place(oil_filter(True), "y", 180, (0, 0, 2.22)), "z", -38)
    pipe = union(
        move(turn(cyl(0.12, 0.75), "y", 90), x=1.4, z=2.45),
        move(cyl(0.12, 1.2), x=2.1, z=1.25),
        move(ball(0.2), x=2.1, z=2.45),
    )
    nut = move(turn(hexagon(0.19, 0.12), "y", 90), x=0.9, z=2.45)
    cock = union(
        move(turn(cyl(0.1, 0.4), "x", 90), x=-1.0, y=0.4, z=0.45),
        move(turn(hexagon(0.17, 0.12), "x", 90), x=-1.0, y=0.1, z=0.45),
        move(ball(0.16), x=-1.0, y=-0.1, z=0.45),
        move(cyl(0.09, 0.2), x=-1.0, y=-0.1, z=0.25),
    )
    lever = move(box(0.32, 0.05, 0.03, 0.02), x=-0.78, y=-0.1, z=0.66)
    green = (0.10, 0.25, 0.22)
    return can + [
        Solid(union(tank, seam), green, 0, 45),
        Solid(block, (0.5, 0.5, 0.5), 0.4, 10),
        Solid(union(screws, pipe, nut), STEEL, 0.85, 50),
        Solid(cock, BRASS, 0.9, 50),
        Solid(lever, (0.6, 0.05, 0.03), 0, 40),
    ]
