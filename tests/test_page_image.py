from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tools.library.parse.page_image import LONGEST_SIDE, draw, page


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    with pymupdf.open() as document:
        for _ in range(2):
            document.new_page(width=200, height=100)
        document[1].draw_rect((50, 20, 150, 60), fill=(0, 0, 1), color=(0, 0, 1))
        document.save(tmp_path / "two.pdf")
    return tmp_path / "two.pdf"


def test_a_page_at_144_dpi_has_two_pixels_a_point(pdf: Path) -> None:
    image, scale = page(pdf, 2, dpi=144)
    assert (image.size, scale) == ((400, 200), 2.0)
    assert image.getpixel((200, 80)) == (0, 0, 255) and image.getpixel((90, 80)) == (255, 255, 255)


def test_a_poster_and_a_large_picture_are_bounded(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page(width=10_000, height=100)
        document.save(tmp_path / "poster.pdf")
    Image.new("RGB", (5000, 50)).save(tmp_path / "wide.png")
    for name in ("poster.pdf", "wide.png"):
        image, scale = page(tmp_path / name, 1, dpi=150)
        assert max(image.size) <= LONGEST_SIDE + 1 and scale < 1


def test_a_box_is_drawn_where_it_is_and_the_rest_is_left(pdf: Path) -> None:
    image, scale = page(pdf, 1, dpi=72)
    marked = draw(image, [(50, 30, 110, 50)], scale)
    assert marked.getpixel((100, 40)) != (255, 255, 255)  # shaded
    assert marked.getpixel((47, 40))[0] > 200 > marked.getpixel((47, 40))[1]  # red frame, 3 px outside
    assert marked.getpixel((20, 40)) == marked.getpixel((180, 90)) == (255, 255, 255)
    assert image.getpixel((100, 40)) == (255, 255, 255)  # the page itself is not touched


def test_a_figure_is_framed_and_stays_clear(pdf: Path) -> None:
    image, scale = page(pdf, 1, dpi=72)
    marked = draw(image, [(20, 10, 180, 90)], scale)
    assert marked.getpixel((100, 50)) == (255, 255, 255) and marked.getpixel((18, 50))[1] < 200


def test_boxes_outside_or_without_size_do_no_harm(pdf: Path) -> None:
    image, scale = page(pdf, 1, dpi=72)
    assert draw(image, [(-50, -50, -10, -10), (10, 10, 10, 10), (190, 90, 400, 400)], scale).size == image.size
