"""Ruled tables of a PDF page, as words whose separators make Markdown. Numbers are PDF points.

PyMuPDF's own `find_tables` takes 0.1 to 1 s a page; reading the grid off the rules takes a millisecond.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tools.library.evidence import Box, Word
from tools.library.parse.layout.geometry import bounds, joined, overlap, runs, same_row, touching
from tools.library.parse.layout.lines import BULLET
from tools.library.parse.layout.table_words import CellWords, with_separators

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

    @property
    def box(self) -> Box:
        return (self.start, self.at, self.end, self.at) if self.level else (self.at, self.start, self.at, self.end)

    @property
    def place(self) -> tuple[bool, int, int, int]:
        """The same for rules that are drawn twice, as the sides of neighbouring cells are."""
        return (self.level, round(self.at), round(self.start), round(self.end))


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
    grids = _grids(drawings, page, shades=False)
    shaded = _grids(drawings, page, shades=True)
    grids += [grid for grid in shaded if not any(overlap(grid.box, other.box) for other in grids)]
    return sorted(grids, key=lambda grid: (grid.box[1], grid.box[0]))


def _grids(drawings: Sequence[dict], page: Box, *, shades: bool) -> list[Grid]:
    rules = list({rule.place: rule for drawing in drawings for rule in _rules(drawing, shades=shades)}.values())
    if not rules or len(rules) > MAX_RULES:
        return []
    cell = max(1.5, max(page[2] - page[0], page[3] - page[1]) / 2000)
    return [grid for group in touching(rules, lambda rule: rule.box, page, cell) if (grid := _grid(group))]


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
    rules = [rule for drawing in drawings for rule in _rules(drawing, shades=False) if rule.level]
    rules.sort(key=lambda rule: (round(rule.at), rule.start))
    return [rule.box for rule in joined(rules, _as_one)]


def _as_one(rule: Rule, after: Rule) -> Rule | None:
    if abs(rule.at - after.at) < 1 and after.start <= rule.end + 1:
        return rule._replace(end=max(rule.end, after.end))
    return None


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
        yield from (Rule(True, y0, x0, x1), Rule(True, y1, x0, x1), Rule(False, x0, y0, y1), Rule(False, x1, y0, y1))


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
    groups = runs(sorted(values), lambda group, value: value - group[-1] <= SNAP)
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


# --- words


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

    def cell(row: int, column: int) -> list[Word]:
        """A cell merged downwards says what it says in each of its rows."""
        owner = grid.owner.get((row, column), (row, column))
        return cells.get((owner[0], column), []) if owner[1] == column else []

    table = [line for row in rows for line in _lines_apart([cell(row, column) for column in columns])]
    if len(table) < 2 or len(columns) < 2 or all(BULLET.match(row[0][0].text) for row in table if row[0]):
        return ()  # a column of bullets: a list in a box
    return with_separators(table)


def _lines_apart(row: list[list[Word]]) -> list[list[CellWords]]:
    """A row as one for each of its lines, if all its cells have the same 3 or more of them."""
    lines = [runs(cell, lambda line, word: same_row(line[-1].box, word.box)) for cell in row]
    counts = {len(cell) for cell in lines if cell}
    if len(counts) == 1 and (count := counts.pop()) >= 3 and sum(bool(cell) for cell in lines) >= 2:
        return [[tuple(cell[number]) if cell else () for cell in lines] for number in range(count)]
    return [[tuple(cell) for cell in row]]


def table_box(grid: Grid, words: Sequence[Word]) -> Box:
    """The grid's box, or that of its words where they reach beyond."""
    return bounds([grid.box, *(word.box for word in words if word.text)])
