"""Catalogue photographs, field photographs (queries) and the photograph printed in the manual."""

from pathlib import Path

from PIL import Image

from . import shapes
from .render import Scene, render

CATALOGUE = [
    Scene(shapes.spider(), "wood", azimuth=-70, seed=11),
    Scene(
        shapes.oil_filter(),
        "wood",
        target=(0, 0, 0.95),
        radius=2.0,
        azimuth=-25,
        elevation=22,
        distance=5.4,
        seed=12,
    ),
    Scene(shapes.intake_valve(), "steel", target=(0.1, -0.1, 0.6), radius=2.0, azimuth=-55, seed=13),
    Scene(shapes.bearing(), "wood", azimuth=-80, elevation=42, seed=14),
    Scene(
        shapes.bolt_pair(),
        "mat",
        target=(0, 0.1, 0.75),
        radius=2.3,
        azimuth=-75,
        elevation=30,
        distance=5.8,
        seed=15,
    ),
    Scene(
        shapes.gauge(),
        "wood",
        target=(0, -0.3, 0.3),
        radius=2.0,
        azimuth=-82,
        elevation=55,
        distance=5.4,
        seed=16,
    ),
    Scene(shapes.fan(), "steel", radius=1.9, azimuth=-60, elevation=40, seed=17),
    Scene(shapes.o_rings(), "mat", target=(0.15, 0, 0.1), radius=2.0, azimuth=-75, elevation=52, seed=18),
    Scene(shapes.belt(), "wood", radius=1.8, azimuth=-65, elevation=42, seed=19),
    Scene(shapes.drive_gear(), "steel", azimuth=-65, elevation=45, distance=5.0, seed=20),
]
LOOKALIKE = Scene(shapes.plug(), "wood", target=(0.3, 0, 0.4), azimuth=-60, seed=21)

_FIELD = dict(light=(0.7, 0.4, 0.55), blur=0.9)
QUERIES = {
    "field_spider.jpg": Scene(
        shapes.place(shapes.spider(), "z", 20),
        "concrete",
        azimuth=35,
        elevation=58,
        distance=4.6,
        warmth=0.8,
        exposure=0.5,
        seed=31,
        **_FIELD,
    ),
    "field_filter.jpg": Scene(
        shapes.place(shapes.oil_filter(), "x", 90, (0, 0.9, 0.66)),
        "concrete",
        target=(0, -0.1, 0.6),
        radius=2.2,
        azimuth=-20,
        elevation=40,
        distance=5.2,
        warmth=-0.6,
        exposure=0.55,
        seed=32,
        **_FIELD,
    ),
    "field_gear.jpg": Scene(
        shapes.place(shapes.drive_gear(), "x", 12, (0, 0, 0.22)),
        "cloth",
        azimuth=20,
        elevation=62,
        distance=4.7,
        warmth=0.9,
        exposure=0.55,
        seed=33,
        **_FIELD,
    ),
    "field_gauge.jpg": Scene(
        shapes.place(shapes.gauge(), "z", -35),
        "cloth",
        radius=2.2,
        azimuth=-60,
        elevation=68,
        distance=5.6,
        warmth=0.5,
        exposure=0.45,
        seed=34,
        **_FIELD,
    ),
}


def save_jpeg(picture: Image.Image, path: Path, quality: int = 88) -> None:
    """Write a JPEG, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=quality)


def filter_photo() -> Image.Image:
    """The oil filter on its head, as printed in the manual (720 x 504 pixels)."""
    scene = Scene(
        shapes.filter_head(),
        "steel",
        wall=3.6,
        target=(0.3, 0.4, 1.5),
        radius=4.2,
        azimuth=-72,
        elevation=14,
        distance=6.6,
        light=(-0.5, -0.9, 0.8),
        seed=41,
    )
    return render(scene, 720, 504)


def write(library: Path, queries: Path) -> None:
    """Render every photograph of the parts folder and the field photographs."""
    for number, scene in enumerate(CATALOGUE, 1):
        save_jpeg(render(scene), library / "parts" / f"part_{number:03d}.jpg")
    save_jpeg(render(LOOKALIKE), library / "parts" / "part_01.jpg")
    for name, scene in QUERIES.items():
        save_jpeg(render(scene, 640, 480), queries / name, 82)
