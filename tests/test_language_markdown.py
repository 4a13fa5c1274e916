"""Markdown tables: cells, rows under their headers, and back."""

from hypothesis import given
from hypothesis import strategies as st

from tools.language.markdown import cells, rows, table

TEXT = "Table 3\n| Size | Torque |\n|---|:---:|\n| M10 | 48 |\n| M12 | 85 |\nRemarks | none\n\nAfter | it\n"


def test_rows_stand_under_their_header_and_know_their_place() -> None:
    found = rows(TEXT)
    assert [row.cells for row in found] == [("M10", "48"), ("M12", "85"), ("Remarks", "none")]
    assert {row.header for row in found} == {("Size", "Torque")}
    assert TEXT[found[0].start : found[0].end] == "| M10 | 48 |\n"


def test_a_line_ends_a_table() -> None:
    assert [row.cells[0] for row in rows("| A |\n|---|\n| 1 |\nText\n| 2 |\n")] == ["1"]
    assert rows("no | table\n") == rows("heading\n---\n") == rows("") == []


def test_cells() -> None:
    assert cells("| a |  b  c | |") == ("a", "b c", "")
    assert cells(r"a \| b | c<br>d") == ("a | b", "c d")


def test_written_and_read_again() -> None:
    text = table(["A", "B"], [["1", "x|y"], ["2", ""]])
    assert text == "| A | B |\n| --- | --- |\n| 1 | x¦y |\n| 2 |  |"
    assert [row.cells for row in rows(text)] == [("1", "x¦y"), ("2", "")]


@given(st.text(alphabet="|-: a\\\n<br>", max_size=80))
def test_any_text_has_rows_in_order_within_it(text: str) -> None:
    places = [place for row in rows(text) for place in (row.start, row.end)]
    assert places == sorted(places) and all(0 <= place <= len(text) for place in places)
