"""Tables as words whose separators make Markdown; tables that go on over the page."""

from hypothesis import given
from hypothesis import strategies as st

from tools.library.evidence import Region, Word, text_of
from tools.library.parse.layout.table_words import continued, with_separators
from tools.library.parse.parts import TablePart

LEFT, RIGHT = 50.0, 500.0


def words(text: str, page: int = 1) -> tuple[Word, ...]:
    return tuple(Word(word, page, (0.0, 0.0, 10.0, 10.0)) for word in text.split())


def table(page: int, top: float, *rows: tuple[str, ...], caption: str = "", left: float = LEFT) -> TablePart:
    made = with_separators([[words(cell, page) for cell in row] for row in rows])
    return TablePart(made, Region(page=page, boxes=((left, top, RIGHT, top + 100),)), words(caption, page))


def test_cells_and_rows_are_markdown() -> None:
    made = with_separators([[words("Oil plug"), ()], [(), words("48")]])
    assert text_of(made) == "| Oil plug | |\n|---|---|\n| | 48 |"


CELL = st.lists(st.text("abc12", min_size=1, max_size=4), max_size=3).map(" ".join)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=5)))
def test_every_cell_comes_back(rows: list[list[str]]) -> None:
    if any(cell for row in rows for cell in row):
        header, rule, *body = text_of(with_separators([[words(cell) for cell in row] for row in rows])).split("\n")
        assert rule == "|" + "---|" * len(rows[0])
        assert [[cell.strip() for cell in line[1:-1].split("|")] for line in (header, *body)] == rows


def test_the_first_row_on_the_next_page_keeps_its_columns() -> None:
    first = table(1, 600, ("Joint", "Nm"), ("Flange", "210"))
    _, second = continued([first, table(2, 50, ("Plug", "48"), ("Cap", "20"))])
    assert text_of(second.words) == "| Joint | Nm |\n|---|---|\n| Plug | 48 |\n| Cap | 20 |"


def test_a_table_on_the_next_page_gets_the_header_and_caption() -> None:
    first = table(1, 600, ("Joint", "Nm"), ("Flange", "210"), caption="Table 1")
    _, second = continued([first, table(2, 50, ("Plug", "48"), ("Cap", "20"))])
    assert text_of(second.words).startswith("| Joint | Nm |\n|---|---|\n|")
    assert text_of(second.caption) == "Table 1"
    assert [word.page for word in second.words if word.text] == [1, 1, 2, 2, 2, 2]


def test_a_header_that_is_printed_again_is_there_once() -> None:
    first = table(1, 600, ("Joint", "Nm"), ("Flange", "210"))
    _, second = continued([first, table(2, 50, ("Joint", "Nm"), ("Plug", "48"))])
    assert text_of(second.words) == "| Joint | Nm |\n|---|---|\n| Plug | 48 |"


def test_another_table_does_not_go_on() -> None:
    first = table(1, 600, ("Joint", "Nm"), ("Flange", "210"))
    others = (
        table(3, 50, ("Plug", "48"), ("Cap", "20")),  # not the next page
        table(2, 50, ("Plug", "48"), ("Cap", "20"), caption="Table 2"),
        table(2, 50, ("Plug", "48", "x"), ("Cap", "20", "y")),
        table(2, 50, ("Plug", "48"), ("Cap", "20"), left=LEFT + 10),
    )
    for other in others:
        assert continued([first, other]) == [first, other]
