import numpy as np
import pytest
from PIL import Image

from tools.library.library import Library
from tools.library.search import Query
from tools.library.search.projection import draw, gap, plane


def test_the_plane_of_a_flat_cloud_shows_all_of_it() -> None:
    """Points on a plane in space: distances stay, and nothing of the variance is lost."""
    flat = np.array([[0, 0, 5], [3, 0, 5], [0, 4, 5], [3, 4, 5]], float)
    found = plane(flat)
    drawn = found.of(flat)
    assert found.share == pytest.approx(1.0)
    assert np.linalg.norm(drawn[1] - drawn[2]) == pytest.approx(5.0)


def test_the_gap_is_the_distance_of_the_middles() -> None:
    assert gap(np.array([[0.0, 0.0], [0.0, 2.0]]), np.array([[3.0, 4.0], [3.0, 6.0]])) == pytest.approx(5.0)


def test_a_picture_is_drawn(sample_root, tmp_path) -> None:
    with Library(sample_root) as library:
        path = draw(library.index, Query("oil filter"), tmp_path / "map.png")
    with Image.open(path) as picture:
        assert picture.width > 1000 and len(picture.convert("RGB").getcolors(1 << 24) or []) > 50
