"""HTML made plainer."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.library.parse.markup import simplify


def simple(text: str) -> BeautifulSoup:
    soup = BeautifulSoup(text, "html.parser")
    simplify(soup)
    return soup


def grid(soup: BeautifulSoup) -> list[list[str]]:
    return [[cell.get_text() for cell in row.find_all(["td", "th"])] for row in soup.find_all("tr")]


def test_a_cell_merged_downwards_stands_in_each_of_its_rows() -> None:
    rows = "<tr><td rowspan=2>A</td><td>low</td><td>20</td></tr><tr><td>high</td><td>40</td></tr>"
    assert grid(simple(f"<table>{rows}</table>")) == [["A", "low", "20"], ["A", "high", "40"]]


def test_a_cell_merged_in_the_middle_keeps_the_columns() -> None:
    rows = "<tr><td>P1</td><td rowspan=2>bar</td><td>3</td></tr><tr><td>P2</td><td>5</td></tr>"
    assert grid(simple(f"<table>{rows}</table>")) == [["P1", "bar", "3"], ["P2", "bar", "5"]]


def test_a_cell_merged_across_is_followed_by_empty_ones() -> None:
    rows = "<tr><th>Model</th><th colspan=2>Flow</th></tr><tr><td>A</td><td>1</td><td>2</td></tr>"
    assert grid(simple(f"<table>{rows}</table>")) == [["Model", "Flow", ""], ["A", "1", "2"]]


CELL = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(max_examples=50)
@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=5))
def test_any_spans_end(rows: list[list[tuple[int, int]]]) -> None:
    body = "".join(
        "<tr>" + "".join(f"<td rowspan={down} colspan={across}>x</td>" for down, across in row) + "</tr>"
        for row in rows
    )
    soup = simple(f"<table>{body}</table>")
    assert not soup.find_all(attrs={"rowspan": True}) and len(grid(soup)) == len(rows)


@pytest.mark.parametrize(
    ("formula", "line"),
    [
        ("<mfrac><mn>3</mn><mn>4</mn></mfrac>", "3/4"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<msup><mn>10</mn><mn>3</mn></msup>", "10³"),
        ("<msub><mi>v</mi><mn>0</mn></msub>", "v₀"),
        ("<msqrt><mi>x</mi></msqrt>", "√(x)"),
    ],
)
def test_formulas_are_written_on_one_line(formula: str, line: str) -> None:
    assert simple(f"<p><math>{formula}</math></p>").get_text() == line


def test_raised_letters() -> None:
    assert simple("<p>10<sup>6</sup> cycles, 1<sup>st</sup>, H<sub>2</sub>O</p>").get_text() == "10⁶ cycles, 1st, H₂O"


def test_a_table_for_layout_gives_up_its_table() -> None:
    inner = "<table><tr><th>Name</th><th>Value</th></tr><tr><td>A</td><td>7 bar</td></tr></table>"
    soup = simple(f"<table><tr><td>Menu</td><td>{inner}</td></tr></table>")
    assert len(soup.find_all("table")) == 1 and grid(soup) == [["Name", "Value"], ["A", "7 bar"]]


def test_a_small_table_in_a_cell_is_its_text() -> None:
    inner = "<table><tr><td>inner</td><td>77 kPa</td></tr></table>"
    rows = f"<tr><th>Name</th><th>Value</th></tr><tr><td>A</td><td>{inner}</td></tr><tr><td>B</td><td>5 bar</td></tr>"
    assert grid(simple(f"<table>{rows}</table>")) == [["Name", "Value"], ["A", "inner 77 kPa"], ["B", "5 bar"]]


def test_a_plate_of_a_book_is_its_picture() -> None:
    soup = simple('<svg><image xlink:href="a.png"/></svg>')
    assert [tag["src"] for tag in soup.find_all("img")] == ["a.png"] and not soup.find("svg")


@st.composite
def tilings(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    """The rows of a table of merged cells without gaps, and its grid: a cell says its name in the first column of each
    of its rows."""
    width, height = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    wanted: list[list[str | None]] = [[None] * width for _ in range(height)]
    body = ""
    for row in range(height):
        body += "<tr>"
        for column in range(width):
            if wanted[row][column] is None:
                free = next((n for n in range(column, width) if wanted[row][n] is not None), width) - column
                across, down = draw(st.integers(1, free)), draw(st.integers(1, height - row))
                for y in range(row, row + down):
                    wanted[y][column : column + across] = [f"c{row}{column}", *[""] * (across - 1)]
                body += f"<td rowspan={down} colspan={across}>c{row}{column}</td>"
        body += "</tr>"
    return body, [[cell or "" for cell in row] for row in wanted]


@settings(max_examples=100)
@given(tilings())
def test_merged_cells_leave_every_row_as_wide_as_the_table(made: tuple[str, list[list[str]]]) -> None:
    body, wanted = made
    assert grid(simple(f"<table>{body}</table>")) == wanted
