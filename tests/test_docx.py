"""DOCX that the test itself writes."""

import io
from pathlib import Path

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

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


def test_headers_and_footers_are_read_once(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("The crane lifts 3 t.")
    document.add_section()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Crane sheet K-17"
    section.footer.paragraphs[0].text = "State: May 2026"
    document.save(tmp_path / "m.docx")
    assert [text for text, _ in headed(parse(tmp_path / "m.docx", ocr=None))] == [
        "Crane sheet K-17",
        "The crane lifts 3 t.",
        "State: May 2026",
    ]


BOX = """<w:r {ns} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>
<mc:Choice><w:txbxContent><w:p><w:r><w:t>Keep dry</w:t></w:r></w:p></w:txbxContent></mc:Choice>
<mc:Fallback><w:txbxContent><w:p><w:r><w:t>Keep dry</w:t></w:r></w:p></w:txbxContent></mc:Fallback>
</mc:AlternateContent></w:r>"""


def test_a_text_box_is_read_once_in_the_text_a_cell_and_a_header(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(0, 1).text, table.cell(1, 0).text = "Part", "Note", "Lamp"
    header = document.sections[0].header.paragraphs[0]
    for paragraph in (document.add_paragraph("Text."), table.cell(1, 1).paragraphs[0], header):
        paragraph._p.append(parse_xml(BOX.format(ns=nsdecls("w"))))
    document.save(tmp_path / "m.docx")
    parsed = parse(tmp_path / "m.docx", ocr=None)
    assert text_of(parsed.tables[0].words) == "| Part | Note |\n|---|---|\n| Lamp | Keep dry |"
    assert [text for text, _ in headed(parsed)] == ["Keep dry", "Text.", "Keep dry"]


def test_cells_merged_downwards_are_said_in_each_row(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for row, cells in enumerate([("Line", "Bar"), ("North", "3"), ("", "5")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    document.save(tmp_path / "m.docx")
    (found,) = parse(tmp_path / "m.docx", ocr=None).tables
    assert text_of(found.words) == "| Line | Bar |\n|---|---|\n| North | 3 |\n| North | 5 |"


def test_moved_text_stands_where_it_was_moved_to(tmp_path: Path) -> None:
    document = docx.Document()
    for tag, text in (("moveFrom", "Drain first."), ("", "Open the lid."), ("moveTo", "Drain first.")):
        run = f"<w:r><w:t>{text}</w:t></w:r>"
        inner = f'<w:{tag} w:id="1" w:author="a">{run}</w:{tag}>' if tag else run
        document.element.body.insert(-1, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))
    document.save(tmp_path / "m.docx")
    assert [text for text, _ in headed(parse(tmp_path / "m.docx", ocr=None))] == ["Open the lid.", "Drain first."]


def test_a_docx_without_a_title_is_named_by_its_first_heading_or_its_file(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = ""
    document.add_paragraph("Gearbox, edition 3")
    document.save(tmp_path / "plain.docx")
    document.add_heading("Care of  the gearbox", 1)
    document.save(tmp_path / "headed.docx")
    document.core_properties.title = "Gearbox manual"
    document.save(tmp_path / "titled.docx")
    titles = [parse(tmp_path / f"{name}.docx", ocr=None).title for name in ("plain", "headed", "titled")]
    assert titles == ["plain", "Care of the gearbox", "Gearbox manual"]
