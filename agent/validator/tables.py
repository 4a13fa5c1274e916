"""Claims about tables, checked against their cells: a row that is read out, a number of the row that the claim names,
the largest or smallest of a column."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from agent.validator import numbers, spans
from tools.language.markdown import MarkdownRow
from tools.language.numbers import Quantity, extract, with_unit, without_unit
from tools.language.words import terms


class TableCheck(NamedTuple):
    """`says`: 1 where the table says so, -1 where it says otherwise, 0 where the claim is no such one. `text`: what
    the table says."""

    says: float
    text: str = ""
    is_read_off: bool = False
    """Compared cell by cell: nothing is left to weigh."""


def check(claim: str, rows: Sequence[MarkdownRow]) -> TableCheck:
    """A row that is read out; which is the largest or smallest; which of two is more."""
    if not rows:
        return TableCheck(0.0)
    found = read_off(claim, rows)
    return found if found.says else _extreme(claim, rows)


def read_off(claim: str, rows: Sequence[MarkdownRow]) -> TableCheck:
    """A row that is read out, and a number of another row or column: compared with the cells, there is nothing to
    weigh."""
    if other := misread(claim, rows) or misplaced(claim, rows):
        return TableCheck(-1.0, other, is_read_off=True)
    says = bool(rows) and reads_out(claim, rows)
    return TableCheck(float(says), is_read_off=says)


# --- a number of the row that the claim names ----------------------------------------------------------------


def misplaced(claim: str, rows: Sequence[MarkdownRow]) -> str:
    """What the table says ("Torque: 48 N·m") where the claim names one row and gives it a number that stands only in
    another row, or in another column than the one that it names; "" for none."""
    for _, some in groupby(rows, key=lambda row: row.header):
        table = list(some)
        row = _named(claim, table)
        for quantity in _quantities(claim) if row else ():
            if row and (quantity.dimension or any(char.isdecimal() for char in quantity.text)):
                column = _other_row(claim, quantity, row, table) or _other_column(claim, quantity, row)
                if column:
                    return f"{row.header[column]}: {row.cells[column]}"
    return ""


def _quantities(claim: str) -> Iterator[Quantity]:
    """Those of a row that is read out ("Torque, N·m: 48") with the units of its labels."""
    for part in _NEXT_PAIR.split(claim):
        label, colon, value = part.partition(": ")
        yield from extract(with_unit(value, label) if colon else part)


def _named(claim: str, table: Sequence[MarkdownRow]) -> MarkdownRow | None:
    """The only row whose name the claim has: all the words that no other row's name has."""
    wanted = terms(claim)
    keys = _only_own([terms(row.cells[0]) for row in table])
    found = [row for row, key in zip(table, keys, strict=True) if key and key <= wanted]
    return found[0] if len(found) == 1 and len(table) > 1 else None


def _other_row(claim: str, quantity: Quantity, row: MarkdownRow, table: Sequence[MarkdownRow]) -> int:
    """The column in which another row has the number and this one has another; 0 where this row has it, too."""
    if any(_says(cell, quantity, claim) for cell in _cells(row)):
        return 0
    for other in table:
        for column, cell in enumerate(_cells(other)):
            here = extract(_cells(row)[column]) if column and column < len(row.cells) else []
            is_same_kind = len(here) == 1 and here[0].dimension == quantity.dimension
            is_meant = bool(quantity.dimension or terms(row.header[column]) & terms(claim)) if is_same_kind else False
            if is_meant and _says(cell, quantity, claim):
                return column
    return 0


def _other_column(claim: str, quantity: Quantity, row: MarkdownRow) -> int:
    """The column that the claim names, where it has another number of the kind; 0 where none is, or the right one."""
    wanted = terms(claim)
    heads = _only_own([terms(head) for head in row.header])
    cells = _cells(row)
    there = [column for column, cell in enumerate(cells) if _says(cell, quantity, claim)]
    if not there or any(heads[column] & wanted for column in there if column < len(heads)):
        return 0
    for column in range(1, min(len(heads), len(cells))):
        found = extract(cells[column]) if column not in there and heads[column] and heads[column] <= wanted else []
        if len(found) == 1 and found[0].dimension == quantity.dimension:
            return column
    return 0


def _cells(row: MarkdownRow) -> list[str]:
    """With the units of their headers."""
    return [with_unit(cell, name) for cell, name in zip(row.cells, row.header, strict=False)]


def _says(cell: str, quantity: Quantity, claim: str) -> bool:
    alike = (other for other in extract(cell) if other.dimension == quantity.dimension)
    return any(numbers.says(other, quantity, claim) for other in alike)


def _only_own(parts: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Of each part the terms that no other part has."""
    counts = Counter(term for part in parts for term in part)
    return [frozenset(term for term in part if counts[term] == 1) for part in parts]


# --- the largest, the smallest -------------------------------------------------------------------------------

_MOST = r"highest|largest|biggest|greatest|most|longest|maximum|heaviest|widest|tallest|strongest|fastest|dearest"
_LEAST = r"lowest|smallest|least|fewest|shortest|minimum|lightest|narrowest|cheapest|slowest|weakest|tightest"
_SUPERLATIVE = re.compile(rf"\b(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))\b", re.IGNORECASE)


def _extreme(claim: str, rows: Sequence[MarkdownRow]) -> TableCheck:
    """Whether what the claim names is at the end of the row or column that it speaks of."""
    match = _SUPERLATIVE.search(claim)
    if not match or re.match(r"\s*(?:of|likely|important|recent|frequent|common)\b", claim[match.end() :]):
        return TableCheck(0.0)
    line = max(_lines(rows), key=lambda line: line.fit(claim), default=None)
    if line is None or line.fit(claim) == 0:
        return TableCheck(0.0)
    best = (max if match["most"] else min)(value for _, value in line.values)
    named = [(name, value) for name, value in line.values if _distinct(name, line) & terms(claim)]
    if len(named) != 1:
        return TableCheck(0.0)
    winners = " and ".join(name for name, value in line.values if value == best)
    return TableCheck(1.0 if named[0][1] == best else -1.0, f"{line.label}: {winners}")


class _Line(NamedTuple):
    """One row or column of numbers: what they are of, and each with its name."""

    label: str
    values: list[tuple[str, float]]

    def fit(self, claim: str) -> int:
        return len(terms(self.label) & terms(claim))


def _distinct(name: str, line: _Line) -> frozenset[str]:
    """The terms of the name that no other name of the line has."""
    return terms(name) - frozenset().union(*(terms(other) for other, _ in line.values if other != name))


def _lines(rows: Sequence[MarkdownRow]) -> Iterator[_Line]:
    width = min(len(row.cells) for row in rows)
    for column in range(1, width):
        cells = [(row.cells[0], row.cells[column]) for row in rows if row.header == rows[0].header]
        yield from _line(rows[0].header[column] if column < len(rows[0].header) else "", cells)
    for row in rows:
        yield from _line(row.cells[0], list(zip(row.header[1:], row.cells[1:], strict=False)))


def _line(label: str, cells: Sequence[tuple[str, str]]) -> Iterator[_Line]:
    values = [(name, found[0].low) for name, cell in cells if len(found := extract(cell)) == 1]
    if len(values) == len(cells) > 1:
        yield _Line(label, values)


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
    found = numbers.check(value, cell)
    return bool(spans.find(value, cell)) or found.ok and bool(found.facts)
