"""Tables whose columns are lined up, without a grid: every expectation is what the test itself drew."""

import pymupdf
import pytest

from tests.drawn import PROSE, cells_at, reopened
from tools.library.evidence import text_of
from tools.library.parse.layout.aligned_tables import Cell, rows_of
from tools.library.parse.pages import read_pages
from tools.library.parse.pdf import parse_document


@pytest.fixture
def page() -> pymupdf.Page:
    return pymupdf.open().new_page()


def test_a_financial_statement(page: pymupdf.Page) -> None:
    page.insert_textbox((72, 60, 500, 100), PROSE * 2, fontsize=9)
    cells_at(page, 130, (390, "Three Months Ended"), right=False)
    cells_at(page, 142, (72, "(in millions)"), (420, "2023"), (500, "2022"))
    page.draw_line((370, 133), (500, 133))
    page.draw_line((370, 145), (420, 145))
    cells_at(page, 156, (72, "Revenue"), (420, "1,250"), (500, "(980)"))
    page.insert_text((375, 156), "$", fontsize=9)
    page.insert_text((455, 156), "$", fontsize=9)
    cells_at(page, 168, (72, "Costs of goods"))
    cells_at(page, 180, (82, "Domestic"), (420, "-"), (500, "12.5%"))
    cells_at(page, 192, (72, "Total"), (420, "730"), (500, "641"))
    found = parse_document(reopened(page.parent), "t", None)
    (table,) = found.tables
    assert text_of(table.words) == (
        "| (in millions) | Three Months Ended 2023 | Three Months Ended 2022 |\n|---|---|---|\n"
        "| Revenue | $ 1,250 | $ (980) |\n| Costs of goods | | |\n| Domestic | - | 12.5% |\n| Total | 730 | 641 |"
    )
    value = next(word for word in table.words if word.text == "730")
    assert value.box[2] == pytest.approx(420, abs=1)
    assert [text_of(block.words)[:7] for block in found.blocks] == ["The oil"]


def test_two_tables_one_below_the_other_are_two(page: pymupdf.Page) -> None:
    for top in (100, 180):
        cells_at(page, top, (72, f"Part {top}"), (300, "Sold"), (400, "Made"))
        for number in range(3):
            cells_at(page, top + 12 * (number + 1), (72, f"Kind {number}"), (300, f"{number}.5"), (400, f"1{number}1"))
    tables = parse_document(reopened(page.parent), "t", None).tables
    assert [text_of(table.words).split("\n")[0] for table in tables] == [
        "| Part 100 | Sold | Made |",
        "| Part 180 | Sold | Made |",
    ]


def test_a_title_in_bold_above_is_the_caption(page: pymupdf.Page) -> None:
    page.insert_textbox((72, 200, 500, 300), PROSE * 4, fontsize=9)
    page.insert_text((72, 90), "Sales by region", fontsize=9.5, fontname="hebo")
    cells_at(page, 104, (72, "Region"), (300, "May"), (400, "June"))
    for number in range(3):
        cells_at(page, 116 + 12 * number, (72, f"Region {number}"), (300, f"{number}.5"), (400, f"1{number}1"))
    assert text_of(parse_document(reopened(page.parent), "t", None).tables[0].caption) == "Sales by region"


def test_a_table_of_contents_is_none(page: pymupdf.Page) -> None:
    page.draw_line((72, 90), (500, 90))
    for number, title in enumerate(["Safety", "Setting up", "Running", "Care", "Faults"]):
        cells_at(page, 104 + 14 * number, (72, title), (500, str(3 + 4 * number)))
    assert parse_document(reopened(page.parent), "t", None).tables == ()


def test_the_numbers_below_a_chart_are_none(page: pymupdf.Page) -> None:
    for row in range(4):
        page.draw_rect((150, 100 + 20 * row, 200 + 37 * row, 112 + 20 * row), fill=(0.2, 0.4, 0.8), color=None)
        cells_at(
            page, 110 + 20 * row, (100, f"Kind {row}"), (190 + 37 * row, f"{10 + row}"), (300 + 20 * row, f"{20 - row}")
        )
    cells_at(page, 190, (150, "0"), (200, "10"), (250, "20"), (300, "30"), (350, "40"))
    assert parse_document(reopened(page.parent), "t", None).tables == ()


def test_two_columns_of_prose_are_none(page: pymupdf.Page) -> None:
    page.draw_line((72, 60), (523, 60))
    page.insert_textbox((72, 80, 285, 400), (PROSE + " In 2023 there were 12. ") * 6, fontsize=9)
    page.insert_textbox((310, 80, 523, 400), (PROSE + " In 2022 there were 9. ") * 6, fontsize=9)
    assert parse_document(reopened(page.parent), "t", None).tables == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234.5", True), ("(12)", True), ("$ 5", True), ("$ -", True), ("-3.1%", True), ("n/a", True), ("42ab", True)]
    + [("2023 report", False), ("Level 1", False), ("B-12", False), ("022-2499-4200", False), ("12 of 14", False)],
)
def test_what_is_a_value(page: pymupdf.Page, text: str, value: bool) -> None:
    page.insert_text((72, 100), text, fontsize=9)
    (content,) = read_pages(reopened(page.parent), None, [])
    words = tuple(word for row in rows_of(content.lines) for cell in row.cells for word in cell.words)
    assert Cell(words).value is value
