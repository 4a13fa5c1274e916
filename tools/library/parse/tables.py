"""Ruled tables of a PDF page, as words whose separators make Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

import pymupdf

from tools.library.evidence import Box, Word
from tools.library.parse.lines import area, bounds, holds

MAX_RULES = 5000  # beyond that it is a drawing, and the search for cells would take minutes


@dataclass(frozen=True)
class Grid:
    """Rows of cells; a cell is None where it belongs to a merged one."""

    rows: tuple[tuple[Box | None, ...], ...]
    box: Box


def find_grids(page: pymupdf.Page, drawings: Sequence[dict]) -> list[Grid]:
    """The ruled grids of a page that has at least 2 rows and 2 columns of them."""
    if not _may_hold_a_table(drawings):
        return []
    # use_layout would run a neural network of 0.5 s a page that finds little more in ruled tables
    found = page.find_tables(use_layout=False, paths=list(drawings)).tables
    grids = []
    for table in found:
        rows = tuple(tuple(row.cells) for row in table.rows)
        if len(rows) >= 2 and max(len(row) for row in rows) >= 2:
            grids.append(Grid(rows, tuple(table.bbox)))
    return grids


def _may_hold_a_table(drawings: Sequence[dict]) -> bool:
    """Whether there are edges at 3 heights and at 3 sides at least, as even 2 x 2 cells have."""
    across: set[int] = set()
    down: set[int] = set()
    for drawing in drawings:
        x0, y0, x1, y1 = drawing["rect"]
        if x1 - x0 > 20:
            across.update((round(y0 / 3), round(y1 / 3)))
        if y1 - y0 > 6:
            down.update((round(x0 / 3), round(x1 / 3)))
        if len(across) >= 3 and len(down) >= 3:
            return len(drawings) <= MAX_RULES
    return False


def markdown_words(grid: Grid, words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of the grid's cells, row by row; () unless 2 rows and 2 columns at least are filled."""
    rows = [[_cell_words(cell, words) for cell in row] for row in grid.rows]
    rows = [row for row in rows if any(row)]
    columns = [column for column in zip(*_padded(rows), strict=True) if any(column)]
    if len(rows) < 2 or len(columns) < 2:
        return ()
    return _with_separators([list(row) for row in zip(*columns, strict=True)])


def _padded(rows: list[list[tuple[Word, ...]]]) -> list[list[tuple[Word, ...]]]:
    width = max((len(row) for row in rows), default=0)
    return [row + [()] * (width - len(row)) for row in rows]


def _cell_words(cell: Box | None, words: Sequence[Word]) -> tuple[Word, ...]:
    return tuple(word for word in words if holds(cell, word.box)) if cell else ()


def _with_separators(rows: list[list[tuple[Word, ...]]]) -> tuple[Word, ...]:
    """An empty first word carries the opening border; what follows a word is carried by its `sep`."""
    first = next(word for row in rows for cell in row for word in cell)
    x0, y0, _, y1 = first.box
    out = [Word("", first.page, (x0, y0, x0, y1), "")]

    def border(text: str) -> None:
        out[-1] = out[-1]._replace(sep=out[-1].sep.rstrip(" ") + text if text[0] == " " else out[-1].sep + text)

    for number, row in enumerate(rows):
        border("| ")
        for place, cell in enumerate(row):
            out += [word._replace(sep=" ") for word in cell]
            border(" | " if place + 1 < len(row) else " |\n")
        if number == 0:
            border("|" + "---|" * len(row) + "\n")
    return tuple(out)


def inside_share(box: Box, words: Sequence[Word]) -> float:
    """The share (0 to 1) of the box that the words in it cover."""
    return sum(area(word.box) for word in words if holds(box, word.box)) / max(area(box), 1.0)


def table_box(grid: Grid, words: Sequence[Word]) -> Box:
    """The grid's box, or that of its words where they reach beyond."""
    return bounds([grid.box, *(word.box for word in words if word.text)])
