"""A picture made small by the process that read it gives the vector that it gives whole."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tools.library import encode
from tools.library.encode import shrink


def drawn(size: tuple[int, int], mode: str) -> Image.Image:
    picture = Image.new("RGBA", size, (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    width, height = size
    draw.ellipse((width // 5, height // 5, width // 2 + 1, height // 2 + 1), fill="navy")
    draw.line((0, 0, width, height), fill="red", width=max(1, width // 40))
    draw.text((width // 3, height // 3), "AR-240", fill="black", font_size=max(8, height // 6))
    return picture.convert(mode)


@pytest.mark.parametrize("size", [(1000, 700), (333, 1201), (2000, 21), (90, 60)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_the_vector_of_a_small_picture_is_that_of_the_whole(size: tuple[int, int], mode: str) -> None:
    picture = drawn(size, mode)
    made = shrink.of("mini")
    assert made
    small = Image.fromarray(made(picture))
    assert max(small.size) == made.size
    mini = encode.load("mini")
    assert isinstance(mini, encode.ImageEncoder)
    whole, shrunk = mini.images([picture, small])
    assert float(np.dot(whole, shrunk)) > 0.9999


def test_the_shortest_side_as_torchvision_rounds_it() -> None:
    made = shrink.Shrink(224, "shortest")
    assert made(Image.new("RGB", (1000, 700))).shape == (224, 320, 3)
    assert made(Image.new("RGB", (700, 1001))).shape == (320, 224, 3)


def test_what_other_encoders_do_is_left_to_them() -> None:
    assert shrink.of("openclip/ViT-B-32/laion2b_s34b_b79k") == shrink.Shrink(224, "shortest")
    assert shrink.of("openclip/ViT-B-32/folder/checkpoint.pt") == shrink.Shrink(224, "shortest")
    assert shrink.of("openclip/ViT-B-16-SigLIP2/webli") is None  # it squashes
    assert shrink.of("openclip/local-dir:/models/mine") is None
