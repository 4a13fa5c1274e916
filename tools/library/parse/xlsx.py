"""XLSX: each sheet under its name, rows that empty rows part as tables of their own, then the pictures."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.cell import range_boundaries

from tools.errors import UnreadableFile
from tools.library.parse import ocr
from tools.library.parse.parts import Parsed
from tools.library.parse.pixels import as_png
from tools.library.parse.rendition import escaped, render, table_html, width_for
from tools.library.parse.xlsx_numbers import shown
from tools.library.parse.zip_package import opened

MAX_ROWS = 20_000
PIECE = 1_000_000  # bytes of a sheet at a time
MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def parse_xlsx(path: Path, read: ocr.Reader | None = ocr.read) -> Parsed:
    """Read an XLSX. Raises UnreadableFile."""
    sheets = opened(path, "XLSX", lambda name: dict(_sheets(name)))
    notes, body, columns = [], [], 1
    for name, rows in sheets.items():
        if len(rows) > MAX_ROWS:
            notes.append(f"sheet {name}: only the first {MAX_ROWS} rows were read")
        body.append(f"<h1>{escaped(name)}</h1>")
        for table in _tables(rows[:MAX_ROWS]):
            columns = max(columns, len(table[0]))
            body.append(table_html(table) if len(table) > 1 and len(table[0]) > 1 else _lines(table))
    pictures = dict(_pictures(path))
    body += [f'<p><img src="{name}"/></p>' for name in pictures]
    if not pictures and not any(sheets.values()):
        raise UnreadableFile(f"{path.name} has only empty sheets.", "Get another copy of the file.")
    width = width_for(columns)
    return render("".join(body), XLSX, path.stem, pictures=pictures, notes=notes, read=read, width=width)


def _sheets(path: str) -> Iterator[tuple[str, list[list[str]]]]:
    """Each sheet's rows as they are shown. A formula whose value was never stored shows itself."""
    values = openpyxl.load_workbook(path, read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(path, read_only=True)
    for name in values.sheetnames:
        if not hasattr(values[name], "iter_rows"):
            continue  # a sheet that is one chart; its numbers stand in another
        rows = []
        for stored, written in zip(values[name].iter_rows(), formulas[name].iter_rows(), strict=False):
            rows.append([shown(a if a.value is not None else b) for a, b in zip(stored, written, strict=False)])
            if len(rows) > MAX_ROWS:
                break
        _carry_down(rows, values[name], path)
        yield name, rows


def _carry_down(rows: list[list[str]], sheet: Any, path: str) -> None:
    """Cells merged downwards say what they say in each of their rows."""
    for reference in _merged(path, sheet._worksheet_path):
        left, top, _, bottom = range_boundaries(reference)
        text = rows[top - 1][left - 1] if top <= len(rows) and left <= len(rows[top - 1]) else ""
        for row in rows[top : min(bottom, len(rows))]:
            row[left - 1 : left] = [text]


def _merged(path: str, name: str) -> Iterator[str]:
    """Ranges of merged cells ("A2:A3"). openpyxl tells of them only when it loads the whole sheet, at fifty times its
    size; they are read from the file's own text."""
    before = b""
    with zipfile.ZipFile(path) as archive, archive.open(name) as file:
        while part := file.read(PIECE):
            yield from (found.decode() for found in MERGED.findall(before + part))
            before = part[-200:]  # bytes; none is longer


def _tables(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    """Runs of rows without the columns that are empty in all of them. Lines of one cell above a table are apart."""
    run: list[list[str]] = []
    for row in [*rows, []]:
        if any(cell.strip() for cell in row):
            run.append(row)
            continue
        while len(run) > 1 and sum(bool(cell.strip()) for cell in run[0]) == 1:
            yield [[cell for cell in run.pop(0) if cell.strip()]]
        if run:
            yield _without_empty_columns(run)
        run = []


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    width = max(len(row) for row in rows)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    filled = [x for x in range(width) if any(row[x].strip() for row in full)]
    return [[row[x] for x in filled] for row in full]


def _lines(table: list[list[str]]) -> str:
    return "".join(f"<p>{escaped(' '.join(row))}</p>" for row in table)


def _pictures(path: Path) -> Iterator[tuple[str, bytes]]:
    """The pictures of a workbook; what no picture program reads (EMF) is left."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.filename.startswith("xl/media/") and (picture := as_png(archive.read(info))):
                yield f"{Path(info.filename).stem}.png", picture
