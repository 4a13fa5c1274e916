"""Rows of a Markdown table, read with their header: "| M10 | 48 |" under "| Size | Torque (N·m) |"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.validator import facts
from agent.validator.spans import Span, find, normalise
from tools.language.numbers import extract
from tools.language.units import UNIT

_RULE = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+(?:[ \t]*:?-{2,}:?)?[ \t]*\|?[ \t]*$", re.MULTILINE)
# The unit of a column: in brackets anywhere, or at the end after "in" or a comma.
_COLUMN_UNIT = re.compile(rf"[(\[](?:in\s)?(?P<bracket>{UNIT})[)\]]|(?:\bin|,)\s(?P<end>{UNIT})$")


@dataclass(frozen=True)
class Row:
    """`cells` has a value for each header; `header` the names, units and all. `start`, `end`: its characters."""

    header: tuple[str, ...]
    cells: tuple[str, ...]
    start: int
    end: int

    @property
    def text(self) -> str:
        """ "Size: M10 | Torque (N·m): 48 N·m": each cell beside its header, with the unit the header gives it."""
        pairs = zip(self.header, self.cells, strict=False)
        return " | ".join(f"{name}: {with_unit(cell, name)}" if name else cell for name, cell in pairs)


def rows(text: str, spans: Sequence[Span]) -> list[Row]:
    """The body rows that the spans touch, in order; [] where they touch no table."""
    return [row for row in _all_rows(text) if any(s.start < row.end and row.start < s.end for s in spans)]


def _all_rows(text: str) -> list[Row]:
    found: list[Row] = []
    header: tuple[str, ...] = ()
    at, before = 0, ""
    for line in text.splitlines(keepends=True):
        if _RULE.match(line.rstrip()) and "|" in before:
            header = _cells(before)
        elif header and "|" in line:
            found.append(Row(header, _cells(line), at, at + len(line)))
        elif not line.strip() or header:
            header = ()
        at, before = at + len(line), line
    return found


def _cells(line: str) -> tuple[str, ...]:
    line = re.sub(r"<br\s*/?>", " ", line.strip().removeprefix("|").removesuffix("|"))
    return tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line))


def with_unit(cell: str, header: str) -> str:
    """The cell with the header's unit after its last number, where none of its numbers has one."""
    match = _COLUMN_UNIT.search(header)
    quantities = extract(cell)
    if not match or not quantities or any(quantity.dimension for quantity in quantities):
        return cell
    end = quantities[-1].end
    return f"{cell[:end]} {match['bracket'] or match['end']}{cell[end:]}"


# "Torque: 48 N·m · Size: M10", the way a row is read out: labels and values.
_NEXT_PAIR = re.compile(r"\s*[·;|]\s+|\n")


def misread(claim: str, found: Sequence[Row]) -> str:
    """What the table says ("Torque: 53 N·m") where the claim reads out a row and gives a column another value.

    "" where every value is that of its column in one of the rows, or the claim is no read-out.
    """
    for part in _NEXT_PAIR.split(claim):
        label, colon, value = part.partition(": ")
        said = [cell for row in found for cell in _column(row, label)] if colon else []
        if said and not any(_is_said(with_unit(value, label), cell) for cell in said):
            return f"{label.strip()}: {said[0]}"
    return ""


def reads_out(claim: str, found: Sequence[Row]) -> bool:
    """Whether the claim is nothing but "header: value" pairs, all of them from one of the rows."""
    parts = [part.partition(": ") for part in _NEXT_PAIR.split(claim.rstrip(". "))]
    return any(
        all(any(_is_said(with_unit(value, label), cell) for cell in _column(row, label)) for label, _, value in parts)
        for row in found
    )


def _column(row: Row, label: str) -> list[str]:
    """The row's cells, with units, under headers that say the label (units left out)."""
    pairs = zip(row.header, row.cells, strict=False)
    return [with_unit(cell, name) for name, cell in pairs if _bare(name) == _bare(label)]


def _bare(header: str) -> str:
    return normalise(_COLUMN_UNIT.sub("", header)).text.strip(" .:")


def _is_said(value: str, cell: str) -> bool:
    """The value's words stand in the cell, or its numbers do in other units."""
    check = facts.check(value, cell)
    return find(value, cell) is not None or bool(check.supported) and check.ok
