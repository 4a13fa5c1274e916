"""Boxes and runs: the arithmetic that lines, tables and figures share. Boxes are (x0, y0, x1, y1), y downwards."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import cv2
import numpy as np

from tools.library.evidence import Box

T = TypeVar("T")


def bounds(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of at least one box."""
    x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
    return (min(x0s), min(y0s), max(x1s), max(y1s))


def scaled(box: Box, by: float) -> Box:
    """The box in another unit."""
    return (box[0] * by, box[1] * by, box[2] * by, box[3] * by)


def area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def overlap(a: Box, b: Box) -> float:
    """The area that two boxes share."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def holds(outer: Box, inner: Box) -> bool:
    """Whether the middle of `inner` lies in `outer`."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def same_row(a: Box, b: Box) -> bool:
    """Whether two boxes overlap by more than half of the lower one's height."""
    shared = min(a[3], b[3]) - max(a[1], b[1])
    return shared > 0.5 * min(a[3] - a[1], b[3] - b[1])


def runs(items: Iterable[T], goes_on: Callable[[list[T], T], bool]) -> list[list[T]]:
    """The items in their order, cut before each that does not go on from the run so far."""
    found: list[list[T]] = []
    for item in items:
        if found and goes_on(found[-1], item):
            found[-1].append(item)
        else:
            found.append([item])
    return found


def joined(items: Iterable[T], join: Callable[[T, T], T | None]) -> list[T]:
    """The items in their order, two neighbours replaced by what `join` makes of them, where it makes something."""
    found: list[T] = []
    for item in items:
        both = join(found[-1], item) if found else None
        if both is not None:
            found[-1] = both
        else:
            found.append(item)
    return found


def cover(spans: Iterable[tuple[float, float]], cell: float) -> list[int]:
    """How many spans (start and end, 0 or more) lie over each cell of this width."""
    cells = (np.array(list(spans)) / cell).astype(int)
    edges = np.zeros(cells.max() + 2, int)
    np.add.at(edges, cells[:, 0], 1)
    np.add.at(edges, cells[:, 1] + 1, -1)
    return edges.cumsum()[:-1].tolist()


def touching(items: Sequence[T], box: Callable[[T], Box], page: Box, cell: float) -> list[list[T]]:
    """Items whose boxes meet, group by group. They are painted on a raster of `cell` points: 20,000 of them take no
    longer than 20."""
    height, width = (int((page[side] - page[side - 2]) / cell) + 3 for side in (3, 2))
    boxes = np.array([box(item) for item in items]).reshape(-1, 4) - (*page[:2], *page[:2])
    cells = np.clip(boxes / cell, 0, (width - 2, height - 2, width - 2, height - 2)).astype(int)
    mask = np.zeros((height, width), np.uint8)
    for x0, y0, x1, y1 in cells.tolist():
        mask[y0 : y1 + 2, x0 : x1 + 2] = 1
    labels = cv2.connectedComponents(mask, connectivity=8)[1]
    groups: dict[int, list[T]] = defaultdict(list)
    for item, label in zip(items, labels[cells[:, 1], cells[:, 0]].tolist(), strict=True):
        groups[label].append(item)
    return list(groups.values())
