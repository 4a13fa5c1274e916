"""Tables with a grid: every expectation is what the test itself drew."""

from pathlib import Path

import pymupdf
import pytest

from tests.drawn import Pdf, near, texts
from tools.library.evidence import text_of


@pytest.fixture
def pdf(tmp_path: Path) -> Pdf:
    return Pdf(tmp_path / "made.pdf")


def ruled(page: pymupdf.Page, rows: list[list[str]], left: float = 100, top: float = 100) -> None:
    width, height = 120, 24
    for number in range(len(rows) + 1):
        page.draw_line((left, top + height * number), (left + width * len(rows[0]), top + height * number))
    for number in range(len(rows[0]) + 1):
        page.draw_line((left + width * number, top), (left + width * number, top + height * len(rows)))
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            page.insert_text((left + width * x + 5, top + height * y + 16), text, fontsize=10)


def test_ruled_table_is_that_markdown(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((100, 90), "Table 6-2 Tightening torques", fontsize=9)
    ruled(page, [["Joint", "Size", "Torque"], ["Motor flange", "M16", "210"], ["Oil plug", "", "48"]])
    parsed = pdf.parsed()
    (table,) = parsed.tables
    assert text_of(table.words) == (
        "| Joint | Size | Torque |\n|---|---|---|\n| Motor flange | M16 | 210 |\n| Oil plug | | 48 |"
    )
    assert text_of(table.caption) == "Table 6-2 Tightening torques"
    assert near(table.region.boxes[0], (100, 100, 460, 172), by=1)
    value = next(word for word in table.words if word.text == "210")
    assert near(value.box, (345, 131, 345 + pymupdf.get_text_length("210", fontsize=10), 145), by=4)
    assert texts(parsed) == ["Table 6-2 Tightening torques"]
    assert parsed.figures == ()


def test_merged_header_cell_stands_in_its_first_column(pdf: Pdf) -> None:
    page = pdf.page()
    for y in (100, 124, 148, 172):
        page.draw_line((100, y), (340, y))
    for x, top in ((100, 100), (220, 124), (340, 100)):
        page.draw_line((x, top), (x, 172))
    for point, text in (
        ((105, 116), "Limits"),
        ((105, 140), "low"),
        ((225, 140), "high"),
        ((105, 164), "2"),
        ((225, 164), "8"),
    ):
        page.insert_text(point, text, fontsize=10)
    (table,) = pdf.parsed().tables
    assert text_of(table.words) == "| Limits | |\n|---|---|\n| low | high |\n| 2 | 8 |"


def test_rows_without_rules_between_them_are_kept_apart(pdf: Pdf) -> None:
    page = pdf.page()
    ruled(page, [["Method", "Score"]])
    page.draw_rect((100, 124, 340, 190))
    page.draw_line((220, 124), (220, 190))
    for number, (name, score) in enumerate([("plain", "61"), ("chain", "66"), ("tree", "73")]):
        page.insert_text((105, 140 + 18 * number), name, fontsize=10)
        page.insert_text((225, 140 + 18 * number), score, fontsize=10)
    (table,) = pdf.parsed().tables
    assert text_of(table.words) == "| Method | Score |\n|---|---|\n| plain | 61 |\n| chain | 66 |\n| tree | 73 |"
