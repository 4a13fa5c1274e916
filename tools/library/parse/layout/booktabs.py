"""Tables of words between level rules, as books and papers set them: no number lines their columns up.

Three rules or more of one length; a header of several cells between the first two; cells that keep to the columns.
Numbers are PDF points.
"""

from collections import defaultdict
from collections.abc import Sequence

from tools.library.evidence import Box
from tools.library.parse.layout.aligned_tables import Aligned, CellRow, columns_of, header_of, placed, rows_of
from tools.library.parse.layout.geometry import bounds, joined
from tools.library.parse.layout.lines import BULLET, Line
from tools.library.parse.layout.table_words import RowWords

SHORTEST = 100.0


def find_booktabs(lines: Sequence[Line], rules: Sequence[Box]) -> list[Aligned]:
    """The tables in these lines. `rules` are the level ones of the page, top to bottom."""
    rows = rows_of(lines)
    found: list[Aligned] = []
    stacks: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for rule in rules:
        if rule[2] - rule[0] > SHORTEST:
            stacks[round(rule[0] / 3), round(rule[2] / 3)].append(rule)
    for stack in stacks.values():
        first = 0
        while first + 2 < len(stack):
            table, last = _longest(rows, stack, first)
            if table:
                found.append(table)
            first = last
    return found


def _longest(rows: Sequence[CellRow], stack: Sequence[Box], first: int) -> tuple[Aligned | None, int]:
    """The table that begins at a rule of the stack, and the number of the rule to go on from."""
    strips = [_strip(rows, above, below) for above, below in zip(stack[first:], stack[first + 1 :], strict=False)]
    header = strips[0]
    if not 1 <= len(header) <= 4 or max(len(row.cells) for row in header) < 2 or BULLET.match(header[0].cells[0].text):
        return None, first + 1
    last = 0
    for number in range(1, len(strips)):
        inside = [row for strip in strips[: number + 1] for row in strip]
        if not strips[number] or not _fit(inside):
            break
        last = number
    if not last:
        return None, first + 1
    inside = [row for strip in strips[: last + 1] for row in strip]
    columns = columns_of([row for row in inside if len(row.cells) >= 2])
    if len(columns) < 2 or len(inside) < 3:
        return None, first + 1
    body = [placed(row, columns) for strip in strips[1 : last + 1] for row in strip]
    box = bounds([stack[first], stack[first + last + 1], *(row.box for row in inside)])
    return Aligned([header_of(header, columns, ()), *joined(body, _unwrapped)], box), first + last + 1


def _strip(rows: Sequence[CellRow], above: Box, below: Box) -> list[CellRow]:
    """The rows between two rules, without what stands beside them."""
    return [
        row
        for row in rows
        if above[1] - 2 <= (row.box[1] + row.box[3]) / 2 <= below[1] + 2
        and row.box[0] > above[0] - 6
        and row.box[2] < above[2] + 6
    ]


def _fit(rows: Sequence[CellRow]) -> bool:
    """Whether the cells keep to columns: most rows have several, and hardly one runs on across a gap."""
    several = [row for row in rows if len(row.cells) >= 2]
    if 2 * len(several) < len(rows):
        return False
    columns = columns_of(several)
    across = sum(
        sum(min(cell.box[2], b) - max(cell.box[0], a) > 3 for a, b in columns) > 1 for row in rows for cell in row.cells
    )
    return len(columns) >= 2 and across <= 0.1 * len(rows)


def _unwrapped(row: RowWords, below: RowWords) -> RowWords | None:
    """A row whose first cell is empty goes on with the cells of the row above."""
    return None if below[0] else [upper + lower for upper, lower in zip(row, below, strict=True)]
