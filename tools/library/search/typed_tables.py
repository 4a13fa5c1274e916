"""The tables of the library as a database has them: named, rows split into cells, numbers as numbers.

A table that runs over several pages is one table. Every row knows where it stands.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import NamedTuple

from tools.language import markdown
from tools.library.evidence import Region, Table, Word, regions_of, text_of
from tools.library.store.catalog import Catalog

NUMBER = re.compile(r"(?P<sign>[-+−–]?)(?P<whole>\d{1,3}(?:[, ']\d{3})+|\d+)(?P<part>\.\d+)?")
EUROPEAN = re.compile(r"(?P<sign>[-+−–]?)(?P<whole>\d{1,3}(?:\.\d{3})+|\d+),(?P<part>\d{1,2})")
CODE = re.compile(r"0\d+")
"""A number with a leading zero is a name: adding such numbers up says nothing."""
NOTHING = frozenset(("", "-", "–", "—", "n/a", "na", "n.a.", "nm", "none", "null", "..", "…"))
"""What a cell says that says nothing."""
ROW = "nr"
"""The column with the number of the row, from 1. It is counted here and stands in no source."""
MAX_ROWS = 10_000
"""Rows of a table; documents with more are cut by the parser."""
MIN_NUMBERS = 0.8
"""Share of the cells that say something, from which a column is one of numbers."""
MAX_DIGITS = 9
"""Decimal places that are kept."""


class TableName(NamedTuple):
    """A table that can be queried: its name in SQL, the item it begins with, and its source."""

    name: str
    item: str
    source: str


@dataclass(frozen=True)
class TableRow:
    """The cells as they stand, and the words they are made of; `item` is the table it stands in."""

    cells: tuple[str, ...]
    words: tuple[Word, ...]
    item: str


@dataclass(frozen=True)
class Column:
    """`title` is the header's cell. `type` is INTEGER, DECIMAL(38, n) or VARCHAR; `values` are written as SQL reads
    them, None where there is nothing."""

    name: str
    title: str
    type: str
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class TypedTable:
    """A table with its columns; `parts` are the items it was joined from."""

    name: str
    parts: tuple[Table, ...]
    header: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]

    def rows_by_part(self, numbers: Sequence[int]) -> Iterator[tuple[Table, list[TableRow]]]:
        """The rows of these numbers (from 1), by the item in which they stand."""
        chosen = [self.rows[number - 1] for number in numbers if 1 <= number <= len(self.rows)]
        for part in self.parts:
            if rows := [row for row in chosen if row.item == part.id]:
                yield part, rows


def names(catalog: Catalog) -> list[TableName]:
    """Every table of the library, in the order of its documents: file name and number. A table that goes on from the
    one before it keeps a name of its own until it is read (see `read`)."""
    found: dict[str, TableName] = {}
    for source, items in catalog.tables().items():
        stem = slug(catalog.source(source).title.rsplit(".", 1)[0]) or "table"
        for number, item in enumerate(items, 1):
            name = f"{stem}_{number}"
            if name in found:
                name = f"{stem}_{source[:4]}_{number}"
            found[name] = TableName(name, item, source)
    return list(found.values())


def read(catalog: Catalog, name: TableName) -> TypedTable:
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
    return TypedTable(name.name, tuple(parts), header, tuple(_columns(header, body)), tuple(body))


def beginning(catalog: Catalog, every: Sequence[TableName], name: TableName) -> TableName:
    """The table that `name` goes on from, or itself."""
    before = [other for other in every if other.source == name.source]
    for other in reversed(before[: before.index(name)]):
        if name.item not in [part.id for part in read(catalog, other).parts]:
            break
        name = other
    return name


def _rows(catalog: Catalog, table: Table) -> list[TableRow]:
    """The header first. Words of the caption stand in lines of their own before it."""
    lines: list[list[Word]] = [[]]
    for word in catalog.words(table.id):
        lines[-1].append(word)
        if "\n" in word.sep:
            lines.append([])
    skip = table.caption.count("\n") + 1 if table.caption else 0
    found = [(words, list(markdown.cells(text_of(words).split("\n")[0]))) for words in lines[skip:] if words]
    width = len(found[0][1]) if found else 0
    return [TableRow(_fitted(cells, width), tuple(words), table.id) for words, cells in found if any(cells)]


def _fitted(cells: list[str], width: int) -> tuple[str, ...]:
    """As many cells as the header has: an empty one too many at the front goes, what is missing is empty."""
    if len(cells) > width and not cells[0]:
        cells = cells[1:]
    return tuple(cells[:width] + [""] * (width - len(cells)))


def regions(rows: Sequence[TableRow]) -> tuple[Region, ...]:
    """Where rows stand."""
    return regions_of([word for row in rows for word in row.words if word.text])


def _columns(header: Sequence[str], rows: Sequence[TableRow]) -> Iterator[Column]:
    """The number of the row; each column as text, or as numbers and beside it as it stands (`_text`)."""
    taken = {ROW}
    yield Column(ROW, ROW, "INTEGER", tuple(str(number) for number in range(1, len(rows) + 1)))
    for place, title in enumerate(header):
        base = slug(title) or f"column_{place + 1}"
        candidates = (base if number == 1 else f"{base}_{number}" for number in count(1))
        name = next(name for name in candidates if not {name, f"{name}_text"} & taken)
        taken |= {name, f"{name}_text"}
        cells = [row.cells[place] for row in rows]
        text = tuple(cell or None for cell in cells)
        values = numbers(cells)
        if values is None:
            yield Column(name, title or name, "VARCHAR", text)
        else:
            digits = min(MAX_DIGITS, max(0, *(-int(v.as_tuple().exponent) for v in values if v is not None)))
            written = tuple(None if v is None else f"{v:f}" for v in values)
            yield Column(name, title or name, f"DECIMAL(38, {digits})", written)
            yield Column(f"{name}_text", title or name, "VARCHAR", text)


def numbers(cells: Sequence[str]) -> list[Decimal | None] | None:
    """The cells as numbers, None for one that is none; None altogether where this is no column of numbers."""
    filled = [cell for cell in cells if cell.strip().lower() not in NOTHING]
    if not filled or any(CODE.fullmatch(cell.strip()) for cell in filled):
        return None
    values = [number(cell) for cell in cells]
    return values if sum(value is not None for value in values) >= MIN_NUMBERS * len(filled) else None


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
