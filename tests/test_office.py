"""DOCX and XLSX that the test itself writes."""

import datetime
import io
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse import parse
from tools.library.parse.parts import Parsed


def photo() -> io.BytesIO:
    out = io.BytesIO()
    Image.effect_noise((300, 200), 60).save(out, "PNG")
    out.seek(0)
    return out


def texts(parsed: Parsed) -> list[tuple[str, str]]:
    return [(text_of(block.words), block.heading) for block in parsed.blocks]


def test_docx_keeps_headings_pictures_captions_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Manual", 0)
    document.add_heading("Pump", 1)
    document.add_paragraph("The pump of Figure 1 moves oil.")
    document.add_picture(photo())
    document.add_paragraph("Figure 1 The pump", style="Caption")
    document.add_paragraph("one bolt", style="List Bullet")
    table = document.add_table(3, 2)
    for row, cells in enumerate([("Joint", "Nm"), ("Flange", "210"), ("", "48")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.save(tmp_path / "m.docx")
    parsed = parse(tmp_path / "m.docx", ocr=None)
    assert parsed.media_type.endswith("wordprocessingml.document") and parsed.rendition
    assert texts(parsed) == [
        ("Manual", "Manual"),
        ("Pump", "Manual > Pump"),
        ("The pump of Figure 1 moves oil.", "Manual > Pump"),
        ("Figure 1 The pump", "Manual > Pump"),
        ("• one bolt", "Manual > Pump"),
    ]
    (figure,) = parsed.figures
    assert (text_of(figure.caption), figure.mention) == ("Figure 1 The pump", "The pump of Figure 1 moves oil.")
    assert text_of(parsed.tables[0].words) == "| Joint | Nm |\n|---|---|\n| Flange | 210 |\n| | 48 |"


def test_docx_merged_cells_leave_columns_in_line(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Limits"
    for column, text in enumerate("abc"):
        table.cell(1, column).text = text
    table.cell(0, 2).text = "Unit"
    document.save(tmp_path / "m.docx")
    (found,) = parse(tmp_path / "m.docx").tables
    assert text_of(found.words) == "| Limits | | Unit |\n|---|---|---|\n| a | b | c |"


def test_docx_text_struck_out_is_not_read_and_inserted_text_is(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("The tank holds ")
    for tag, inner, text in (("w:del", "w:delText", "40"), ("w:ins", "w:t", "60")):
        change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(inner)
        words.text = text
        run.append(words)
        change.append(run)
        paragraph._p.append(change)
    paragraph.add_run(" litres.")
    document.save(tmp_path / "m.docx")
    assert texts(parse(tmp_path / "m.docx")) == [("The tank holds 60 litres.", "")]


def test_xlsx_shows_what_a_reader_sees(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Readings"
    for row in [["Readings of May"], ["Day", "Share", "Sum"], [datetime.datetime(2024, 5, 1), 0.253, 0.1 + 0.2]]:
        sheet.append(row)
    sheet["B3"].number_format = "0.0%"
    sheet["A6"], sheet["C6"], sheet["A7"], sheet["C7"] = "x", "y", 1, "=A7+1"
    sheet.add_image(SheetImage(photo()), "E2")
    book.create_sheet("Empty")
    book.save(tmp_path / "r.xlsx")
    parsed = parse(tmp_path / "r.xlsx", ocr=None)
    assert texts(parsed) == [("Readings", "Readings"), ("Readings of May", "Readings"), ("Empty", "Empty")]
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


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "pptx", "epub"])
def test_broken_files_are_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"torn.{suffix}"
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(UnreadableFile, match=rf"torn\.{suffix} is broken and cannot be opened as {suffix.upper()}"):
        parse(path)


def test_old_or_locked_office_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(UnreadableFile, match="office file of before 2007, or locked with a password. Save it as DOCX"):
        parse(tmp_path / "old.doc")
