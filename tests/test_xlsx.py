"""XLSX that the test itself writes."""

import datetime
import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.drawing.image import Image as SheetImage

from tests.drawn import headed, photo
from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse import parse


def test_xlsx_shows_what_a_reader_sees(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Readings"
    for row in [["Readings of May"], ["Day", "Share", "Sum"], [datetime.datetime(2024, 5, 1), 0.253, 0.1 + 0.2]]:
        sheet.append(row)
    sheet["B3"].number_format = "0.0%"
    sheet["A6"], sheet["C6"], sheet["A7"], sheet["C7"] = "x", "y", 1, "=A7+1"
    sheet.add_image(SheetImage(io.BytesIO(photo())), "E2")
    book.create_sheet("Empty")
    book.save(tmp_path / "r.xlsx")
    parsed = parse(tmp_path / "r.xlsx", ocr=None)
    assert headed(parsed) == [("Readings", "Readings"), ("Readings of May", "Readings"), ("Empty", "Empty")]
    assert [text_of(table.words) for table in parsed.tables] == [
        "| Day | Share | Sum |\n|---|---|---|\n| 2024-05-01 | 25.3% | 0.3 |",
        "| x | y |\n|---|---|\n| 1 | =A7+1 |",
    ]
    assert {table.heading for table in parsed.tables} == {"Readings"}
    assert len(parsed.figures) == 1


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "e.xlsx")
    with pytest.raises(UnreadableFile, match=r"e\.xlsx has only empty sheets"):
        parse(tmp_path / "e.xlsx")


def test_merged_and_piped_cells_keep_their_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [("Model", "Speed", "Note"), ("A", "low", "cat | wc"), (None, "high", "ls"), ("B", "low", "")]:
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "a.xlsx")
    (table,) = parse(tmp_path / "a.xlsx", ocr=None).tables
    assert text_of(table.words).split("\n")[2:] == ["| A | low | cat \\| wc |", "| A | high | ls |", "| B | low | |"]
