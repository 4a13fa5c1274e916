"""The tables of the library as a database would have them: named, their rows split into cells, numbers as numbers.

A table that runs over several pages is one. Every row knows where it stands.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from tools.library.evidence import Region, Table, Word, regions_of, text_of
from tools.library.store.catalog import Catalog

NUMBER = re.compile(r"(?P<sign>[-+−–]?)(?P<whole>\d{1,3}(?:[, ']\d{3})+|\d+)(?P<part>\.\d+)?")
EUROPEAN = re.compile(r"(?P<sign>[-+−–]?)(?P<whole>\d{1,3}(?:\.\d{3})+|\d+),(?P<part>\d{1,2})")
CODE = re.compile(r"0\d+")
"""A number with a leading zero is a name: adding such numbers up says nothing."""
NOTHING = frozenset(("", "-", "–", "—", "n/a", "na", "n.a.", "nm", "none", "null", "..", "…"))
ROW = "nr"
"""The column with the number of the row, from 1."""
MOST = 10_000
"""Rows of a table; documents with more are cut by the parser."""
MOSTLY = 0.8
"""A column is of numbers from this share of its cells that say something."""
DIGITS = 9
"""Decimal places that are kept, at the most."""


class Name(NamedTuple):
    """A table that can be asked: how SQL calls it, the item it begins with, and its source."""

    name: str
    item: str
    source: str


@dataclass(frozen=True)
class Row:
    """The cells as they stand, and the words they are made of; `item` is the table's own."""

    cells: tuple[str, ...]
    words: tuple[Word, ...]
    item: str


@dataclass(frozen=True)
class Column:
    """`type` is DECIMAL(38, n) or VARCHAR; `values` are written as SQL reads them, None where there is nothing."""

    name: str
    type: str
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class Typed:
    """A table with its columns; `parts` are the items it was joined from."""

    name: str
    parts: tuple[Table, ...]
    header: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def used(self, numbers: Sequence[int]) -> Iterator[tuple[Table, list[Row]]]:
        """The rows of these numbers (from 1), by the item in which they stand."""
        chosen = [self.rows[number - 1] for number in numbers if 1 <= number <= len(self.rows)]
        for part in self.parts:
            if rows := [row for row in chosen if row.item == part.id]:
                yield part, rows


def names(catalog: Catalog) -> list[Name]:
    """Every table of the library, in the order of its documents: file name and number. A table that goes on from the
    one before it has no name of its own until it is read (see `read`)."""
    found, taken = [], set()
    for source, items in catalog.tables().items():
        stem = slug(catalog.source(source).title.rsplit(".", 1)[0]) or "table"
        for number, item in enumerate(items, 1):
            name = f"{stem}_{number}"
            if name in taken:
                name = f"{stem}_{source[:4]}_{number}"
            taken.add(name)
            found.append(Name(name, item, source))
    return found


def read(catalog: Catalog, name: Name) -> Typed:
    """The table, with those that follow it under the same header on later pages."""
    items = [item for item in catalog.items_of(name.source, "table") if isinstance(item, Table)]
    start = next(number for number, item in enumerate(items) if item.id == name.item)
    parts = [items[start]]
    rows = _rows(catalog, items[start])
    header = rows[0].cells if rows else ()
    body = rows[1:]
    for item in items[start + 1 :]:
        more = _rows(catalog, item)
        last = parts[-1].regions[-1].page
        if not more or more[0].cells != header or not 0 <= item.regions[0].page - last <= 1:
            break
        parts.append(item)
        body += more[1:]
    return Typed(name.name, tuple(parts), header, tuple(_columns(header, body)), tuple(body))


def beginning(catalog: Catalog, known: Sequence[Name], name: Name) -> Name:
    """The table that `name` goes on from, or itself."""
    before = [other for other in known if other.source == name.source]
    for other in reversed(before[: before.index(name)]):
        if name.item not in [part.id for part in read(catalog, other).parts]:
            break
        name = other
    return name


def _rows(catalog: Catalog, table: Table) -> list[Row]:
    """The header first. Words of the caption stand in a line of their own before it."""
    lines: list[list[Word]] = [[]]
    for word in catalog.words(table.id):
        lines[-1].append(word)
        if "\n" in word.sep:
            lines.append([])
    skip = table.caption.count("\n") + 1 if table.caption else 0
    rows = [_row(words, table.id) for words in lines[skip:] if words]
    width = len(rows[0].cells) if rows else 0
    return [_fitted(row, width) for row in rows if any(row.cells)]


def _row(words: list[Word], item: str) -> Row:
    line = text_of(words).split("\n")[0].strip().strip("|")
    cells = tuple(" ".join(cell.replace("\\|", "|").split()) for cell in re.split(r"(?<!\\)\|", line))
    return Row(cells, tuple(words), item)


def _fitted(row: Row, width: int) -> Row:
    """As many cells as the header has: an empty one too many at the front goes, what is missing is empty."""
    cells = row.cells[1:] if len(row.cells) > width and not row.cells[0] else row.cells
    filled = tuple(cell for cell, _ in zip_longest(cells, range(width), fillvalue=""))
    return Row(tuple(str(cell) for cell in filled[:width]), row.words, row.item)


def regions(rows: Sequence[Row]) -> tuple[Region, ...]:
    """Where rows stand."""
    return regions_of([word for row in rows for word in row.words if word.text])


def _columns(header: Sequence[str], rows: Sequence[Row]) -> Iterator[Column]:
    """The number of the row; each column as text, or as numbers and beside it as it stands (`_text`)."""
    taken = {ROW}
    yield Column(ROW, "INTEGER", tuple(str(number) for number in range(1, len(rows) + 1)))
    for place, title in enumerate(header):
        name = base = slug(title) or f"column_{place + 1}"
        number = 1
        while name in taken or f"{name}_text" in taken:
            number += 1
            name = f"{base}_{number}"
        taken |= {name, f"{name}_text"}
        cells = [row.cells[place] for row in rows]
        values = numbers(cells)
        if values is None:
            yield Column(name, "VARCHAR", tuple(cell or None for cell in cells))
        else:
            digits = min(DIGITS, max(-int(v.as_tuple().exponent) for v in values if v is not None))
            yield Column(name, f"DECIMAL(38, {max(0, digits)})", tuple(None if v is None else f"{v:f}" for v in values))
            yield Column(f"{name}_text", "VARCHAR", tuple(cell or None for cell in cells))


def numbers(cells: Sequence[str]) -> list[Decimal | None] | None:
    """The cells as numbers, None for one that is none; None altogether where this is no column of numbers."""
    said = [cell for cell in cells if cell.strip().lower() not in NOTHING]
    if not said or any(CODE.fullmatch(cell.strip()) for cell in said):
        return None
    values = [number(cell) for cell in cells]
    return values if sum(value is not None for value in values) >= MOSTLY * len(said) else None


def number(cell: str) -> Decimal | None:
    """1,234.50 · (12) is -12 · 7 % is 7 · $ 3 is 3 · 1.234,50 is 1234.50. None for what is no number."""
    text = unicodedata.normalize("NFKC", cell).strip()
    negative = bool(re.match(r"[$€£¥\s]*\(", text)) and text.rstrip("%* ").endswith(")")
    text = re.sub(r"^[($€£¥\s]+|[)%*†‡€$£\s]+$", "", text)
    text = re.sub(r"^(-)[($€£¥\s]+", r"\1", text)
    found = NUMBER.fullmatch(text) or EUROPEAN.fullmatch(text)
    if not found:
        return None
    whole = re.sub(r"\D", "", found["whole"])
    part = (found["part"] or "").lstrip(".")
    value = Decimal(f"{whole}.{part}" if part else whole)
    return -value if negative or found["sign"] in ("-", "−", "–") else value


def slug(title: str) -> str:
    """A name that SQL takes without quotes."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40].rstrip("_")
    name = f"t_{name}" if name[:1].isdigit() else name
    return f"{name}_" if name in RESERVED else name


RESERVED = frozenset(
    "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default "
    "deferrable desc describe distinct do else end except false fetch for foreign from grant group having in initially "
    "intersect into lambda lateral leading limit not null offset on only or order pivot pivot_longer pivot_wider "
    "placing primary qualify references returning select show some summarize symmetric table then to trailing "
    "true union unique unpivot using variadic when where window with".split()
)
"""DuckDB's reserved words (duckdb_keywords())."""
