"""Pages as data URIs: the right page, its boxes drawn, and a sentence where there is none."""

import base64
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from evals.cases import API, Gold
from evals.runs.pictures import LONGEST_SIDE, Album
from tests.traces import spot
from tools.library.evidence import Region
from tools.library.library import Library

MANUAL = "manual/brennick_ar240_service_manual.pdf"
BOX = (60.7, 283.6, 484.0, 295.6)


@pytest.fixture(scope="module")
def album(sample_root: Path) -> Iterator[Album]:
    with Library(sample_root) as library:
        yield Album(library)


def opened(uri: str) -> Image.Image:
    head, _, body = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(BytesIO(base64.b64decode(body))).convert("RGB")


def red(picture: Image.Image) -> int:
    """Pixels in about the colour of a frame."""
    return sum(n for n, (r, g, b) in picture.getcolors(1_000_000) or [] if r > 170 and g < 110 and b < 110)


def test_a_cited_page_shows_its_boxes(album: Album) -> None:
    (cited,) = album.cited([spot(MANUAL, 14, BOX), spot(MANUAL, 14, BOX)])
    (plain,) = album.gold([Gold(source=MANUAL, pages=(14,))])
    assert cited.title == f"{MANUAL}, page 14"
    assert max(opened(cited.uri).size) <= LONGEST_SIDE
    assert red(opened(cited.uri)) > red(opened(plain.uri)) + 50
    assert album.gold([Gold(source=MANUAL, pages=(14,))], [cited]) == [], "it would be there twice"


def test_gold_boxes_are_drawn_and_an_image_is_page_one_of_itself(album: Album) -> None:
    marked = Gold(source=MANUAL, pages=(14,), regions=(Region(page=14, boxes=(BOX,)),))
    drawn, photo = album.gold([marked, Gold(source="parts/part_002.jpg")])
    (plain,) = album.gold([Gold(source=MANUAL, pages=(14,))])
    assert red(opened(drawn.uri)) > red(opened(plain.uri)) + 50
    assert photo.title == "parts/part_002.jpg, page 1" and photo.uri


def test_what_has_no_page_is_left_out_and_what_is_not_held_is_named(album: Album) -> None:
    assert album.cited([spot(API)]) == [] and album.gold([Gold(source=API)]) == []
    (missing,) = album.gold([Gold(source="other.pdf", pages=(3,))])
    assert missing.uri == "" and missing.title == "other.pdf, page 3: not in this library"


def test_only_the_first_pages_are_drawn(album: Album) -> None:
    assert len(album.cited([spot(MANUAL, page) for page in (1, 2, 3)])) == 2
