"""DOCX that the test itself writes."""

import io
from pathlib import Path

import docx
from docx.oxml import OxmlElement

from tests.drawn import headed, photo
from tools.library.evidence import text_of
from tools.library.parse import parse


def test_docx_keeps_headings_pictures_captions_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Manual", 0)
    document.add_heading("Pump", 1)
    document.add_paragraph("The pump of Figure 1 moves oil.")
    document.add_picture(io.BytesIO(photo()))
    document.add_paragraph("Figure 1 The pump", style="Caption")
    document.add_paragraph("one bolt", style="List Bullet")
    table = document.add_table(3, 2)
    for row, cells in enumerate([("Joint", "Nm"), ("Flange", "210"), ("", "48")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.save(tmp_path / "m.docx")
    parsed = parse(tmp_path / "m.docx", ocr=None)
    assert parsed.media_type.endswith("wordprocessingml.document") and parsed.rendition
    assert headed(parsed) == [
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
    assert headed(parse(tmp_path / "m.docx")) == [("The tank holds 60 litres.", "")]
