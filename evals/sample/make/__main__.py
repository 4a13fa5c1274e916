"""Rebuild the whole sample library: python -m evals.sample.make"""

from pathlib import Path

import pymupdf
from PIL import Image

from . import catalogue, manual, pages, photos, screens

ROOT = Path(__file__).resolve().parent.parent
WIRING_PAGE, CROP_MM = 9, (105, 68, 191, 126)  # page index of Figure 6-1 and the part of it that is cut out


def diagram_crop(pdf: Path, queries: Path) -> None:
    """Cut a piece out of the wiring diagram, as a user would from a phone or a screen."""
    with pymupdf.open(pdf) as document:
        clip = pymupdf.Rect([side * 72 / 25.4 for side in CROP_MM])
        pixmap = document[WIRING_PAGE].get_pixmap(dpi=150, clip=clip)
    queries.mkdir(parents=True, exist_ok=True)
    Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples).save(
        queries / "crop_wiring.png", optimize=True
    )


def main() -> None:
    """Write library/ and queries/ next to this package."""
    library, queries = ROOT / "library", ROOT / "queries"
    catalogue.write(library)
    screens.write(library)
    pages.write(library)
    diagram_crop(manual.write(library), queries)
    photos.write(library, queries)


if __name__ == "__main__":
    main()
