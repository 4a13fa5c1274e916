"""Claims about tables, checked against their cells: a row that is read out, and the largest or the smaller of a column."""

import re
from collections.abc import Sequence

from agent.validator import spans
from agent.validator.numbers import check
from tools.language.markdown import MarkdownRow
from tools.language.numbers import with_unit, without_unit

# --- rows of tables, read out --------------------------------------------------------------------------------

# "Torque: 48 N·m · Size: M10", the way a row is read out: labels and values.
_NEXT_PAIR = re.compile(r"\s*[·;|]\s+|\n")


def misread(claim: str, rows: Sequence[MarkdownRow]) -> str:
    """What the table says ("Torque: 53 N·m") where the claim reads out a row and gives a column another value.

    "" where every value is that of its column in one of the rows, or the claim is no read-out.
    """
    for part in _NEXT_PAIR.split(claim):
        label, colon, value = part.partition(": ")
        cells = [cell for row in rows for cell in _column(row, label)] if colon else []
        if cells and not any(_is_said(with_unit(value, label), cell) for cell in cells):
            return f"{label.strip()}: {cells[0]}"
    return ""


def reads_out(claim: str, rows: Sequence[MarkdownRow]) -> bool:
    """Whether the claim is nothing but "header: value" pairs, all of them from one of the rows."""
    parts = [part.partition(": ") for part in _NEXT_PAIR.split(claim.rstrip(". "))]
    return any(
        all(any(_is_said(with_unit(value, label), cell) for cell in _column(row, label)) for label, _, value in parts)
        for row in rows
    )


def _column(row: MarkdownRow, label: str) -> list[str]:
    """The row's cells, with units, under headers that say the label (units left out)."""
    pairs = zip(row.header, row.cells, strict=False)
    return [with_unit(cell, name) for name, cell in pairs if _bare(name) == _bare(label)]


def _bare(header: str) -> str:
    return spans.normalise(without_unit(header)).text.strip(" .:")


def _is_said(value: str, cell: str) -> bool:
    """The value's words stand in the cell, or its numbers do in other units."""
    found = check(value, cell)
    return bool(spans.find(value, cell)) or found.ok and bool(found.facts)
