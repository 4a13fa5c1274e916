"""Figures on pages that are pictures themselves: what is there besides the text that OCR read."""

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from tools.library.evidence import Box

CONTRAST = 40
"""Levels of 255 by which a pixel differs from the ground to be ink."""
NEAR = 1 / 50
"""Of the page's longer side: parts of one drawing stand no farther apart."""
LEAST_AREA = 0.015
"""Of the page: smaller ones are stamps, bullets, signatures."""
LEAST_SIDE = 0.06
"""Of the page's shorter side; flatter ones are rules and frames."""
LEAST_INK = 0.01
"""Of a drawing's box. Line charts have about 2 %."""
FLAT_GROUND = 0.35
"""Of the page, in the colour that most of it has: below, there is a photo behind it, and no part can be told apart."""
PICTURED = 0.06
"""Of a slide without its text, in other colours than its ground, from which it shows something."""


def ink(picture: Image.Image, text: Sequence[Box]) -> np.ndarray | None:
    """bool[height, width]: what is not ground and not text (boxes in pixels); None where the ground is no flat one."""
    pixels = np.asarray(picture.convert("RGB")).astype(np.int16)
    coarse = (pixels >> 4).reshape(-1, 3)
    codes = coarse[:, 0] * 256 + coarse[:, 1] * 16 + coarse[:, 2]
    counts = np.bincount(codes, minlength=4096)
    ground = pixels.reshape(-1, 3)[codes == counts.argmax()].mean(axis=0)
    different = np.abs(pixels - ground).max(axis=2) > CONTRAST
    if different.mean() > 1 - FLAT_GROUND:
        return None
    for x0, y0, x1, y1 in text:
        grown = 0.15 * (y1 - y0)
        different[max(0, int(y0 - grown)) : int(y1 + grown) + 1, max(0, int(x0 - 1)) : int(x1) + 2] = False
    return different


def drawn(picture: Image.Image, text: Sequence[Box]) -> list[Box]:
    """The boxes of drawings and photos on a scanned page, in pixels. [] on a ground that is no flat one."""
    left = ink(picture, text)
    if left is None:
        return []
    height, width = left.shape
    reach = max(3, round(NEAR * max(height, width)))
    near = cv2.morphologyEx(left.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    found = []
    for x, y, w, h, _ in cv2.connectedComponentsWithStats(near, connectivity=8)[2][1:]:
        part = left[y : y + h, x : x + w]
        large = w * h >= LEAST_AREA * width * height and min(w, h) >= LEAST_SIDE * min(width, height)
        if large and part.mean() >= LEAST_INK and not _is_frame(part):
            found.append((float(x), float(y), float(x + w), float(y + h)))
    return found


def _is_frame(part: np.ndarray) -> bool:
    """Whether all ink is at the edges: a border of the page, the shadow of a scan."""
    height, width = part.shape
    inner = part[height // 10 : height - height // 10, width // 10 : width - width // 10]
    return not inner.size or inner.mean() < LEAST_INK / 4


def shows_something(picture: Image.Image, text: Sequence[Box]) -> bool:
    """Whether a slide shows more than text on its ground."""
    left = ink(picture, text)
    return left is None or bool(left.mean() > PICTURED)
