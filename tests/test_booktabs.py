"""Tables of words between level rules: every expectation is what the test itself drew."""

import pymupdf

from tests.drawn import cells_at, reopened
from tools.library.evidence import text_of
from tools.library.parse.pdf import parse_document


def test_words_between_three_rules() -> None:
    page = pymupdf.open().new_page()
    page.insert_text((100, 90), "Table 3: Questions asked", fontsize=9)
    for y in (100, 116, 166):
        page.draw_line((100, y), (460, y))
    cells_at(page, 112, (104, "Set"), (160, "Question"), (320, "Asked before it"), right=False)
    cells_at(page, 128, (104, "One"), (160, "Where was the bridge of"), (320, "Which bridge is it?"), right=False)
    cells_at(page, 140, (160, "Sant'Angelo built?"), right=False)
    cells_at(page, 160, (104, "Two"), (160, "Who made it?"), (320, "Who makes such things?"), right=False)
    (table,) = parse_document(reopened(page.parent), "t", None).tables
    assert text_of(table.words) == (
        "| Set | Question | Asked before it |\n|---|---|---|\n"
        "| One | Where was the bridge of Sant'Angelo built? | Which bridge is it? |\n"
        "| Two | Who made it? | Who makes such things? |"
    )
    assert text_of(table.caption) == "Table 3: Questions asked"
