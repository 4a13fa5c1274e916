"""Figures of a PDF page as a reader sees them: pictures and drawings, fragments joined. In PDF points."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tools.library.evidence import Box, Word
from tools.library.parse.layout.geometry import area, bounds, holds, overlap, touching
from tools.library.parse.layout.lines import TABLE_CAPTION, Paragraph, is_caption, is_heading

LEAST_SIDE = 36.0
LEAST_AREA = 2500.0
TOUCHING = 3.0  # how far parts of one drawing may stand apart
PANEL_GAP = 24.0  # between panels of one figure
ROW_GAP = 72.0  # between panels of one figure that are as high as each other
LEGEND_GAP = 16.0  # above a caption without a number
TITLE_REACH = 20.0  # between a title and what is below it
REACH = 48.0  # how far a caption may stand from its figure


@dataclass(frozen=True)
class Shape:
    """One path or picture. `items` counts strokes; `art`: some are neither level nor upright."""

    box: Box
    items: int
    art: bool
    raster: bool = False


@dataclass(frozen=True)
class Cluster:
    """What a reader takes for one figure. `raster`: the boxes of the pictures in it; `strokes`: how many are drawn."""

    box: Box
    raster: tuple[Box, ...] = ()
    captions: tuple[Paragraph, ...] = ()
    strokes: int = 0

    def with_part(self, other: "Cluster") -> "Cluster":
        captions = self.captions + tuple(caption for caption in other.captions if caption not in self.captions)
        strokes = self.strokes + other.strokes
        return Cluster(bounds([self.box, other.box]), self.raster + other.raster, captions, strokes)


def _merged(found: Iterable[Cluster], are_one: Callable[[Cluster, Cluster], bool]) -> list[Cluster]:
    """Clusters, each made one with those before it that belong to it."""
    out: list[Cluster] = []
    for cluster in found:
        for other in [other for other in out if are_one(other, cluster)]:
            out.remove(other)
            cluster = other.with_part(cluster)
        out.append(cluster)
    return out


# --- shapes


def shapes(drawings: Iterable[dict], page: Box) -> list[Shape]:
    """The visible paths of a page without its backgrounds, frames and long rules."""
    found = []
    for drawing in drawings:
        x0, y0, x1, y1 = drawing["rect"]
        box = (max(x0, page[0]), max(y0, page[1]), min(x1, page[2]), min(y1, page[3]))
        white = drawing.get("fill") == (1.0, 1.0, 1.0) and drawing.get("color") is None
        if box[2] < box[0] or box[3] < box[1] or white or _spans(box, page):
            continue
        found.append(Shape(box, len(drawing["items"]), _is_art(drawing["items"])))
    return found


def _is_art(items: Sequence[tuple]) -> bool:
    """Whether strokes run slanted or curved; a box with round corners is a box."""
    curves = sum(item[0] == "c" for item in items)
    slanted = any(_slanted(*item[1], *item[2]) for item in items if item[0] == "l")
    return slanted or curves > 0 and not (curves <= 8 and len(items) > curves)


def _spans(box: Box, page: Box) -> bool:
    """A background, a frame round the page, or a rule across it."""
    wide = (box[2] - box[0]) / (page[2] - page[0])
    high = (box[3] - box[1]) / (page[3] - page[1])
    return wide * high > 0.6 or (wide > 0.6 and box[3] - box[1] < 3) or (high > 0.6 and box[2] - box[0] < 3)


def _slanted(x0: float, y0: float, x1: float, y1: float) -> bool:
    return abs(x0 - x1) > 1 and abs(y0 - y1) > 1


# --- clusters


def looks_drawn(group: Sequence[Shape], words: Sequence[Word]) -> bool:
    """Whether a group of paths is a drawing, not a text box, a rule, a button or the shading of rows."""
    box = bounds(shape.box for shape in group)
    inside = [word for word in words if holds(box, word.box)]
    share = sum(area(word.box) for word in inside) / max(area(box), 1.0)
    items = sum(shape.items for shape in group)
    if share > 0.4 or items < 4 or _frames_prose(group, words):
        return False
    if any(shape.art for shape in group):
        return items > 10 * (1 + len(group) // 4) if inside and len(group) < 4 else items >= 5 or len(group) >= 3
    solid = [shape for shape in group if not _is_row(shape.box, inside)]
    sides = Counter((round(shape.box[0] / 3), round(shape.box[2] / 3)) for shape in solid)
    stacked = bool(solid) and sides.most_common(1)[0][1] > 0.7 * len(solid)
    return len(solid) >= 5 and not stacked and share < 0.3


def _is_row(box: Box, words: Sequence[Word]) -> bool:
    """A level rule, or the shade behind one line of a table."""
    height = box[3] - box[1]
    return height < 3 or height < 18 and any(holds(box, word.box) for word in words)


def big_enough(box: Box) -> bool:
    sides = box[2] - box[0], box[3] - box[1]
    return min(sides) >= LEAST_SIDE and area(box) >= LEAST_AREA


def find_figures(
    pictures: Sequence[Shape],
    paths: Sequence[Shape],
    page: Box,
    text: Sequence[Paragraph],
    tables: Sequence[Box],
    body: float,
) -> list[Cluster]:
    """The figures of a page with their captions, top to bottom. `body` is the font size of its prose."""
    words = [word for paragraph in text for line in paragraph.lines for word in line.words]
    ruled = [(x0 - 4, y0 - 4, x1 + 4, y1 + 4) for x0, y0, x1, y1 in tables]
    kept = [path for path in paths if not any(holds(table, path.box) for table in ruled)]
    labels = _labels(text, body)
    found: list[Cluster] = []
    doubtful: list[Cluster] = []
    cell = max(TOUCHING, max(page[2] - page[0], page[3] - page[1]) / 800)
    for group in _by_captions(touching([*pictures, *kept], lambda shape: shape.box, page, cell), text):
        own = [cluster for cluster in _as_clusters(group, words, labels) if big_enough(cluster.box)]
        found += own
        if not own and len(group) >= 5 and big_enough(box := bounds(shape.box for shape in group)):
            doubtful.append(Cluster(box))
    found = _merged(found, lambda a, b: overlap(a.box, b.box) > 0)
    found = _captioned(_stacked(found, text), text, body)
    found = _completed(found, doubtful, text)
    return sorted(found, key=lambda cluster: (cluster.box[1], cluster.box[0]))


def _by_captions(groups: Iterable[list[Shape]], text: Sequence[Paragraph]) -> Iterator[list[Shape]]:
    """Groups, those cut that stand above two captions side by side: their frames touch, but they are two figures."""
    captions = [p.box for p in text if is_caption(p.text)]
    for group in groups:
        box = bounds(shape.box for shape in group)
        near = [caption for caption in captions if gap(box, caption, above=False) is not None]
        below = sorted(caption for caption in near if caption[2] - caption[0] < 0.6 * (box[2] - box[0]))
        if len(below) != 2 or below[0][2] > below[1][0]:
            yield group
            continue
        middle = (below[0][2] + below[1][0]) / 2
        sides = [[s for s in group if (s.box[0] + s.box[2] < 2 * middle) == left] for left in (True, False)]
        yield from (side for side in sides if side)


def _completed(found: list[Cluster], doubtful: Sequence[Cluster], text: Sequence[Paragraph]) -> list[Cluster]:
    """What was taken for framed text is part of a figure where a numbered caption stands below it and the figure."""
    left = list(doubtful)
    out = []
    for cluster in found:
        numbered = any(is_caption(caption.text) for caption in cluster.captions)
        while numbered and (near := [other for other in left if _adjoins(cluster.box, other.box)]):
            left.remove(near[0])
            cluster = cluster.with_part(near[0])
        out.append(cluster)
    bound = [caption for cluster in out for caption in cluster.captions]
    for other in left:
        for caption in text:
            far = gap(other.box, caption.box, above=False)
            if caption not in bound and is_caption(caption.text) and far is not None and far < PANEL_GAP:
                out.append(replace(other, captions=(caption,)))
                break
    return out


def _adjoins(box: Box, other: Box) -> bool:
    """Whether a box stands right above or below another, and nearly as wide."""
    shared = min(box[2], other[2]) - max(box[0], other[0])
    apart = max(box[1], other[1]) - min(box[3], other[3])
    return shared > 0.6 * min(box[2] - box[0], other[2] - other[0]) and apart < PANEL_GAP


def _stacked(found: list[Cluster], text: Sequence[Paragraph]) -> list[Cluster]:
    """Drawn parts of one chart: one above the other, one within the other's sides, nothing but labels between."""
    downwards = sorted(found, key=lambda cluster: cluster.box[1])
    return _merged(downwards, lambda a, b: not a.raster and not b.raster and _goes_on(a.box, b.box, text))


def _goes_on(upper: Box, lower: Box, text: Sequence[Paragraph]) -> bool:
    within = min(upper[2], lower[2]) - max(upper[0], lower[0]) > 0.9 * min(upper[2] - upper[0], lower[2] - lower[0])
    if not within or not -6 <= lower[1] - upper[3] <= REACH:
        return False
    strip = (min(upper[0], lower[0]), upper[3], max(upper[2], lower[2]), lower[1])
    return not any(overlap(strip, p.box) > 0 and (len(p.text) > 60 or is_caption(p.text) or p.bold) for p in text)


def _as_clusters(group: Sequence[Shape], words: Sequence[Word], labels: Sequence[Box]) -> list[Cluster]:
    """A group of shapes as one figure, as its pictures alone where it frames prose, or as none."""
    box = bounds(shape.box for shape in group)
    pictures = [shape.box for shape in group if shape.raster]
    if pictures and _frames_prose(group, words):
        return [Cluster(picture, (picture,)) for picture in pictures]
    if pictures:
        return [Cluster(box, tuple(pictures))]
    strokes = sum(shape.items for shape in group)
    return [Cluster(_with_labels(box, labels), strokes=strokes)] if looks_drawn(group, words) else []


def _frames_prose(group: Sequence[Shape], words: Sequence[Word]) -> bool:
    """Whether a group of shapes holds far more words than a drawing of so few strokes has labels."""
    box = bounds(shape.box for shape in group)
    inside = sum(holds(box, word.box) for word in words)
    return inside >= 20 and inside > 4 * len(group)


def _labels(text: Sequence[Paragraph], body: float) -> list[Box]:
    """The boxes of short lines that may be labels of a drawing: no captions, no headings."""
    short = [p for p in text if len(p.lines) <= 3 and not is_heading(p, body)]
    short = [p for p in short if not is_caption(p.text) and not is_caption(p.text, TABLE_CAPTION)]
    return [line.box for p in short for line in p.lines if len(line.text) <= 24]


def _with_labels(box: Box, labels: Sequence[Box]) -> Box:
    """The box of a drawing grown by the labels that stand at its edge."""
    for _ in range(2):
        near = (box[0] - 8, box[1] - 8, box[2] + 8, box[3] + 8)
        box = bounds([box, *(label for label in labels if overlap(near, label) > 0)])
    return box


# --- captions


def _captioned(found: list[Cluster], text: Sequence[Paragraph], body: float) -> list[Cluster]:
    """Figures with their captions; those that share one are panels of one figure."""
    captions = [p for p in text if is_caption(p.text)]
    below = [_nearest(cluster.box, captions, above=False) for cluster in found]
    above = [_nearest(cluster.box, captions, above=True) for cluster in found]
    nearest = max(below, above, key=lambda side: len(side) - side.count(None))
    by_caption: dict[Paragraph, Cluster] = {}
    out = []
    for cluster, caption in zip(found, nearest, strict=True):
        caption = caption or _beside(cluster.box, captions)
        if caption is None:
            plain = _plain_caption(cluster, text, body) or title_above(cluster.box, text, body)
            out.append(replace(cluster, captions=plain))
            continue
        own = replace(cluster, captions=(caption,))
        by_caption[caption] = by_caption[caption].with_part(own) if caption in by_caption else own
    bound = list(by_caption.values())
    for cluster in [cluster for cluster in out if not cluster.captions]:
        for number, other in enumerate(bound):
            if _one_row(cluster, other):  # the caption of both stands below the other, set from its left edge
                bound[number] = other.with_part(cluster)
                out.remove(cluster)
                break
    return _panels(out) + bound


def _beside(box: Box, captions: Sequence[Paragraph]) -> Paragraph | None:
    """The caption that stands at the side of a figure."""
    level = [p for p in captions if min(p.box[3], box[3]) - max(p.box[1], box[1]) > 0.8 * (p.box[3] - p.box[1])]
    near = [(max(p.box[0] - box[2], box[0] - p.box[2]), p) for p in level]
    return min(((far, p) for far, p in near if -6 <= far <= REACH), key=lambda pair: pair[0], default=(0, None))[1]


def _one_row(panel: Cluster, other: Cluster) -> bool:
    """Whether a figure without a caption is a panel of one with: as high, on the same level, of the same kind, near."""
    a, b = panel.box, other.box
    shared = min(a[3], b[3]) - max(a[1], b[1])
    apart = max(a[0] - b[2], b[0] - a[2])
    return (
        shared > 0.85 * max(a[3] - a[1], b[3] - b[1]) and apart < ROW_GAP and bool(panel.raster) == bool(other.raster)
    )


def _panels(found: list[Cluster]) -> list[Cluster]:
    """Figures without captions that stand close side by side are panels of one."""
    rightwards = sorted(found, key=lambda cluster: cluster.box[0])
    return _merged(rightwards, lambda a, b: _side_by_side(a.box, b.box) and bool(a.raster) == bool(b.raster))


def _side_by_side(left: Box, right: Box) -> bool:
    shared = min(left[3], right[3]) - max(left[1], right[1])
    return shared > 0.7 * min(left[3] - left[1], right[3] - right[1]) and right[0] - left[2] < PANEL_GAP


def _nearest(box: Box, captions: Iterable[Paragraph], *, above: bool | None = None) -> Paragraph | None:
    """The caption that stands nearest to a box, within REACH: above it, below it, or on either side."""
    sides = (True, False) if above is None else (above,)
    near = [(far, p) for p in captions for side in sides if (far := gap(box, p.box, above=side)) is not None]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def gap(figure: Box, caption: Box, *, above: bool) -> float | None:
    """How far the caption stands below (or above) the figure; None where it does not, or beyond REACH."""
    if min(figure[2], caption[2]) <= max(figure[0], caption[0]):
        return None
    far = figure[1] - caption[3] if above else caption[1] - figure[3]
    return abs(far) if -6 <= far <= REACH else None


def _plain_caption(cluster: Cluster, text: Sequence[Paragraph], body: float) -> tuple[Paragraph, ...]:
    """A slanted line right below a picture is its caption even if it bears no number."""
    slanted = [p for p in text if p.italic and len(p.text) < 300 or is_legend(p, body)]
    nearest = _nearest(cluster.box, slanted, above=False)
    return (nearest,) if nearest and nearest.box[1] - cluster.box[3] < LEGEND_GAP else ()


def is_legend(paragraph: Paragraph, body: float) -> bool:
    """Whether a paragraph is slanted and smaller than the prose, as captions and alternative texts are set."""
    return paragraph.lines[0].italic and paragraph.size < 0.92 * body


def title_above(box: Box, text: Sequence[Paragraph], body: float) -> tuple[Paragraph, ...]:
    """The bold line that stands as a title above a chart or table, and the short lines between ("% of adults who")."""
    above = sorted(
        (p for p in text if p.box[3] <= box[1] + 6 and min(p.box[2], box[2]) > max(p.box[0], box[0])),
        key=lambda p: -p.box[3],
    )
    edge = box[1]
    for number, p in enumerate(above[:4]):
        if edge - p.box[3] > TITLE_REACH or len(p.text) > 160 or is_caption(p.text):
            return ()
        if p.lines[0].bold and p.size < 1.3 * body and not _stands_wide(p.box, box):
            return tuple(reversed(above[: number + 1]))
        edge = p.box[1]
    return ()


def _stands_wide(title: Box, box: Box) -> bool:
    """Whether a line begins well left of what it would be the title of: it is a heading of the text then."""
    return title[0] < box[0] - 0.25 * (box[2] - box[0]) - 12


def table_caption(table: Box, text: Sequence[Paragraph]) -> Paragraph | None:
    """The nearest 'Table 6-2 ...' above or below."""
    return _nearest(table, (p for p in text if is_caption(p.text, TABLE_CAPTION)))
