"""Ruled tables of a PDF page, as words whose separators make Markdown. Numbers are PDF points.

PyMuPDF's own `find_tables` takes 0.1 to 1 s a page; reading the grid off the rules takes a millisecond.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np

from tools.library.evidence import Box, Word
from tools.library.parse.layout.lines import BULLET, bounds, overlap, same_row
from tools.library.parse.parts import TablePart

THIN = 3.0  # a path no thicker is a rule
SNAP = 3.0  # rules no further apart are one
MAX_RULES = 5000  # beyond that it is a drawing
MAX_LINES = 400  # rows or columns of one grid


class Rule(NamedTuple):
    """A straight edge. `at` is its y if `level`, else its x; it runs from `start` to `end`."""

    level: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True)
class Grid:
    """Rules at `xs` and `ys`. `owner`: slot (row, column) -> the slot at the top left of its cell."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    owner: dict[tuple[int, int], tuple[int, int]]

    @property
    def box(self) -> Box:
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def find_grids(drawings: Sequence[dict], page: Box) -> list[Grid]:
    """The ruled grids of 2 rows and 2 columns at least, top to bottom.

    Drawn rules first; where there are none, the edges of shaded cells. Never both at once: many programs
    paint the ground of one cell in pieces that would make columns of their own.
    """
    drawn = {_rounded(rule): rule for drawing in drawings for rule in _rules(drawing, shades=False)}
    grids = _grids(list(drawn.values()), page)
    shaded = {_rounded(rule): rule for drawing in drawings for rule in _rules(drawing, shades=True)}
    grids += [
        grid for grid in _grids(list(shaded.values()), page) if not any(overlap(grid.box, other.box) for other in grids)
    ]
    return sorted(grids, key=lambda grid: (grid.box[1], grid.box[0]))


def _grids(rules: list[Rule], page: Box) -> list[Grid]:
    if not rules or len(rules) > MAX_RULES:
        return []
    return [grid for group in _touching(rules, page) if (grid := _grid(group))]


# --- rules


def _rules(drawing: dict, *, shades: bool) -> Iterator[Rule]:
    """The edges of a path: of its lines and outlines, or else of the shades that it paints."""
    fill, stroke = drawing.get("fill"), drawing.get("color")
    if fill is None and stroke is None or shades and (fill is None or min(fill) > 0.99):
        return
    for item in drawing["items"]:
        if item[0] == "l" and not shades:
            yield from _edge(*item[1], *item[2])
        elif item[0] in ("re", "qu"):
            box = item[1] if item[0] == "re" else bounds((*point, *point) for point in map(tuple, item[1]))
            thin = min(box[2] - box[0], box[3] - box[1]) <= THIN
            if shades != (thin or stroke is not None):
                yield from _sides(box)


def level_rules(drawings: Sequence[dict]) -> list[Box]:
    """The level rules of a page, the pieces of one joined, top to bottom."""
    rules = sorted((r for drawing in drawings for r in _rules(drawing, shades=False) if r.level), key=_place)
    joined: list[Rule] = []
    for rule in rules:
        last = joined[-1] if joined else None
        if last and abs(last.at - rule.at) < 1 and rule.start <= last.end + 1:
            joined[-1] = last._replace(end=max(last.end, rule.end))
        else:
            joined.append(rule)
    return [_box(rule) for rule in joined]


def _place(rule: Rule) -> tuple[float, float]:
    return (round(rule.at), rule.start)


def shades(drawings: Sequence[dict], page: Box) -> list[Box]:
    """The boxes of what is painted on a page, except white and what covers most of it."""
    found = []
    for drawing in drawings:
        fill = drawing.get("fill")
        if fill is not None and min(fill) < 0.99:
            for item in drawing["items"]:
                box = tuple(item[1]) if item[0] == "re" else ()
                if len(box) == 4 and box[3] - box[1] > THIN and overlap(box, page) < 0.5 * overlap(page, page):
                    found.append(box)
    return found


def _rounded(rule: Rule) -> tuple[bool, int, int, int]:
    """The same for rules that are drawn twice, as the sides of neighbouring cells are."""
    return (rule.level, round(rule.at), round(rule.start), round(rule.end))


def _edge(x0: float, y0: float, x1: float, y1: float) -> Iterator[Rule]:
    if abs(y0 - y1) < 1 and abs(x0 - x1) > THIN:
        yield Rule(True, (y0 + y1) / 2, min(x0, x1), max(x0, x1))
    elif abs(x0 - x1) < 1 and abs(y0 - y1) > THIN:
        yield Rule(False, (x0 + x1) / 2, min(y0, y1), max(y0, y1))


def _sides(box: Sequence[float]) -> Iterator[Rule]:
    x0, y0, x1, y1 = box
    if y1 - y0 <= THIN:
        yield from _edge(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)
    elif x1 - x0 <= THIN:
        yield from _edge((x0 + x1) / 2, y0, (x0 + x1) / 2, y1)
    else:
        yield from (
            Rule(True, y0, x0, x1),
            Rule(True, y1, x0, x1),
            Rule(False, x0, y0, y1),
            Rule(False, x1, y0, y1),
        )


def _touching(rules: Sequence[Rule], page: Box) -> list[list[Rule]]:
    """Rules that meet, group by group; painted on a raster, as `figures.clusters` does."""
    cell = max(1.5, max(page[2] - page[0], page[3] - page[1]) / 2000)
    height, width = int((page[3] - page[1]) / cell) + 3, int((page[2] - page[0]) / cell) + 3
    boxes = np.array([_box(rule) for rule in rules]).reshape(-1, 4) - (page[0], page[1], page[0], page[1])
    cells = np.clip(boxes / cell, 0, (width - 2, height - 2, width - 2, height - 2)).astype(int)
    mask = np.zeros((height, width), np.uint8)
    for x0, y0, x1, y1 in cells.tolist():
        mask[y0 : y1 + 2, x0 : x1 + 2] = 1
    labels = cv2.connectedComponents(mask, connectivity=8)[1]
    groups: dict[int, list[Rule]] = defaultdict(list)
    for rule, label in zip(rules, labels[cells[:, 1], cells[:, 0]].tolist(), strict=True):
        groups[label].append(rule)
    return list(groups.values())


def _box(rule: Rule) -> Box:
    if rule.level:
        return (rule.start, rule.at, rule.end, rule.at)
    return (rule.at, rule.start, rule.at, rule.end)


# --- cells


def _grid(rules: Sequence[Rule]) -> Grid | None:
    """Cells between neighbouring rules, joined where no rule parts them."""
    level, upright = [r for r in rules if r.level], [r for r in rules if not r.level]
    if len(level) < 2 or len(upright) < 1:
        return None
    ys = _snapped([r.at for r in level] + [v for r in upright for v in (r.start, r.end)])
    xs = _snapped([r.at for r in upright] + [v for r in level for v in (r.start, r.end)])
    if not (3 <= len(ys) <= MAX_LINES and 3 <= len(xs) <= MAX_LINES):
        return None
    walls = _covered(upright, xs, ys)  # walls[x][row]
    floors = _covered(level, ys, xs)  # floors[y][column]
    for edge, row in ((floors[0], 0), (floors[-1], -1)):
        if not all(edge) and not (walls[0][row] and walls[-1][row]):
            return None  # marked lines of text; a table that runs over pages may lack a rule, but has its sides
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            if (row, column) in owner:
                continue
            right, foot = column + 1, row + 1
            while right < len(xs) - 1 and not walls[right][row] and (row, right) not in owner:
                right += 1
            while foot < len(ys) - 1 and not any(floors[foot][c] for c in range(column, right)):
                foot += 1
            owner.update({(r, c): (row, column) for r in range(row, foot) for c in range(column, right)})
    return Grid(tuple(xs), tuple(ys), owner)


def _snapped(values: list[float]) -> list[float]:
    """Sorted values, those within SNAP of each other as their mean."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= SNAP:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _covered(rules: Sequence[Rule], places: Sequence[float], stops: Sequence[float]) -> list[list[bool]]:
    """[place][stretch between two stops]: whether a rule at the place covers most of the stretch."""
    covered = np.zeros((len(places), len(stops) - 1), bool)
    stretches = np.array(stops)
    starts, ends = stretches[:-1], stretches[1:]
    for rule in rules:
        at = int(np.argmin(np.abs(np.array(places) - rule.at)))
        shared = np.minimum(ends, rule.end) - np.maximum(starts, rule.start)
        covered[at] |= shared > 0.5 * (ends - starts)
    return covered.tolist()


# --- Markdown


Cell = tuple[Word, ...]


def markdown_words(grid: Grid, words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of the grid's cells, row by row; () unless it is filled like a table.

    That is 2 rows and 2 columns at least, and a third of the cells; and not most slots are merged. Charts
    and wiring diagrams have rules, too.
    """
    if len(set(grid.owner.values())) < 0.4 * len(grid.owner):
        return ()
    cells: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in words:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        slot = (bisect(grid.ys, y) - 1, bisect(grid.xs, x) - 1)
        if slot in grid.owner:
            cells[grid.owner[slot]].append(word)
    rows = sorted({row for row, _ in cells})
    columns = sorted({column for _, column in cells})
    if len(rows) * len(columns) == 0 or len(cells) < 0.34 * len(rows) * len(columns):
        return ()
    table = [line for row in rows for line in _lines_apart([cells.get((row, column), []) for column in columns])]
    if len(table) < 2 or len(columns) < 2 or all(BULLET.match(row[0][0].text) for row in table if row[0]):
        return ()  # a column of bullets: a list in a box
    return with_separators(table)


def _lines_apart(row: list[list[Word]]) -> list[list[Cell]]:
    """A row as one for each of its lines, if all its cells have the same 3 or more of them."""
    lines = [_lines(cell) for cell in row]
    counts = {len(cell) for cell in lines if cell}
    if len(counts) == 1 and (count := counts.pop()) >= 3 and sum(bool(cell) for cell in lines) >= 2:
        return [[tuple(cell[number]) if cell else () for cell in lines] for number in range(count)]
    return [[tuple(cell) for cell in row]]


def _lines(cell: Sequence[Word]) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for word in cell:
        if lines and same_row(lines[-1][-1].box, word.box):
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def with_separators(rows: Sequence[Sequence[Cell]]) -> tuple[Word, ...]:
    """An empty first word carries the opening border; what follows a word is carried by its `sep`."""
    first = next(word for row in rows for cell in row for word in cell)
    x0, y0, _, y1 = first.box
    out = [Word("", first.page, (x0, y0, x0, y1), "")]
    for number, row in enumerate(rows):
        out[-1] = out[-1]._replace(sep=out[-1].sep + "|")
        for cell in row:
            out[-1] = out[-1]._replace(sep=out[-1].sep + " ")
            out += [word._replace(sep=" ") for word in cell]
            out[-1] = out[-1]._replace(sep=out[-1].sep + "|")
        rule = "\n|" + "---|" * len(row) if number == 0 else ""
        out[-1] = out[-1]._replace(sep=out[-1].sep + rule + "\n")
    return tuple(out)


def table_box(grid: Grid, words: Sequence[Word]) -> Box:
    """The grid's box, or that of its words where they reach beyond."""
    return bounds([grid.box, *(word.box for word in words if word.text)])


# --- tables that run over pages


def continued(tables: Sequence[TablePart]) -> list[TablePart]:
    """Tables, those that go on from the page before with its header row and caption put in front.

    Each part can then be read, found and cited alone; the words of the header keep their own page.
    """
    out: list[TablePart] = []
    for table in tables:
        last = out[-1] if out else None
        if last and _goes_on(last, table):
            header, own = _header(last.words), table.words
            if [word.text for word in header] != [word.text for word in _header(own)]:
                body = [word._replace(sep=word.sep.replace("\n|" + "---|" * _columns(own), "", 1)) for word in own[1:]]
                own = (*header, own[0]._replace(sep="| "), *body)
            table = replace(table, words=own, caption=table.caption or last.caption)
        out.append(table)
    return out


def _goes_on(last: TablePart, table: TablePart) -> bool:
    """Whether a table without caption starts on the next page between the same edges with as many columns."""
    a, b = last.region.boxes[0], table.region.boxes[0]
    return (
        table.region.page == last.region.page + 1
        and not table.caption
        and b[1] < a[3]
        and abs(a[0] - b[0]) < 4
        and abs(a[2] - b[2]) < 4
        and _columns(last.words) == _columns(table.words)
    )


def _header(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words up to the rule below the first row."""
    end = next(number for number, word in enumerate(words) if "|---|" in word.sep)
    return tuple(words[: end + 1])


def _columns(words: Sequence[Word]) -> int:
    return _header(words)[-1].sep.count("---")
