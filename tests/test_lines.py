"""Words to lines, paragraphs and headings: every expectation is where the test itself drew it."""

from pathlib import Path

import pytest

from tests.drawn import Pdf, block_with, prose, texts
from tools.library.evidence import Word, text_of
from tools.library.parse.layout.lines import Line, Paragraph, is_caption, words_of


@pytest.fixture
def pdf(tmp_path: Path) -> Pdf:
    return Pdf(tmp_path / "made.pdf")


def test_paragraphs_are_parted_by_space(pdf: Pdf) -> None:
    page = pdf.page()
    for number, text in enumerate(["First line", "goes on here.", "", "Second paragraph", "ends here."]):
        page.insert_text((72, 100 + 14 * number), text, fontsize=11)
    assert texts(pdf.parsed()) == ["First line goes on here.", "Second paragraph ends here."]


def test_hyphen_at_a_line_end_joins(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((72, 100), "Check the lubri-", fontsize=11)
    page.insert_text((72, 114), "cation of the AR-", fontsize=11)
    page.insert_text((72, 128), "240, the pre-", fontsize=11)
    page.insert_text((72, 142), "and the main filter.", fontsize=11)
    assert texts(pdf.parsed()) == ["Check the lubrication of the AR-240, the pre- and the main filter."]


def test_soft_hyphen_at_a_line_end_goes() -> None:
    upper, lower = (
        Line((Word(text, 1, box),), box, 10.0)
        for text, box in (("main\u00ad", (0.0, 0.0, 30.0, 12.0)), ("tenance", (0.0, 12.0, 40.0, 24.0)))
    )
    assert text_of(words_of(Paragraph((upper, lower)))) == "maintenance"


def test_two_columns_are_read_one_after_the_other(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((72, 80), "A title that runs across both of the columns of this page", fontsize=18)
    prose(page, (72, 100, 280, 400))
    for number, line in enumerate(
        [
            "Right column begins with this line",
            "and holds these other lines of",
            "text that fill it to its edge.",
        ]
    ):
        page.insert_text((315, 112 + 14 * number), line, fontsize=10)
    text = "\n".join(texts(pdf.parsed()))
    assert text.startswith("A title")
    assert "Right column begins with this line and holds these other lines of text that fill it" in text
    assert text.index("empty of air. The") < text.index("Right column")


def test_heading_path_follows_size_and_number(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((72, 80), "4 Maintenance", fontsize=18)
    page.insert_text((72, 120), "4.1 Cleaning", fontsize=14)
    prose(page, (72, 130, 500, 230))
    page.insert_text((72, 260), "4.2 Lubrication", fontsize=14)
    prose(page, (72, 270, 500, 370))
    page.insert_text((72, 400), "5 Faults", fontsize=18)
    page.insert_text((72, 430), "Nothing known.", fontsize=10)
    parsed = pdf.parsed()
    assert [block.heading for block in parsed.blocks if text_of(block.words).startswith("The oil")] == [
        "4 Maintenance > 4.1 Cleaning",
        "4 Maintenance > 4.2 Lubrication",
    ]
    assert block_with(parsed, "Nothing known").heading == "5 Faults"
    assert block_with(parsed, "4.2 Lub").heading == "4 Maintenance > 4.2 Lubrication"


def test_running_header_and_page_numbers_are_left_out(pdf: Pdf) -> None:
    for number in range(1, 5):
        page = pdf.page()
        page.insert_text((72, 30), f"Manual AR-240, page {number} of 4", fontsize=8)
        page.insert_text((290, 820), str(number), fontsize=8)
        page.insert_text((72, 300), f"Step {number} is unlike the others.", fontsize=10)
    assert texts(pdf.parsed()) == [f"Step {number} is unlike the others." for number in range(1, 5)]


def test_a_hyphen_stays_where_the_document_says_that_it_is_the_words_own(pdf: Pdf) -> None:
    page = pdf.page()
    for number, text in enumerate(
        ["A long-term plan and a short term", "is needed. The long-", "term plan and the pres-", "sure are read."]
    ):
        page.insert_text((72, 100 + 14 * number), text, fontsize=11)
    assert "The long-term plan and the pressure are read." in texts(pdf.parsed())[0]


def test_running_heads_of_two_pages_and_of_odd_and_even_ones_are_left_out(pdf: Pdf) -> None:
    for number in range(4):
        page = pdf.page()
        page.insert_text((72, 30), ("Harbour works manual", "Chapter on cranes")[number % 2], fontsize=9)
        page.insert_text((72, 820), f"Edition B page {number + 1}", fontsize=9)
        page.insert_text((72, 200), f"Body text of page {'abcd'[number]} stands here.", fontsize=11)
    assert texts(pdf.parsed()) == [f"Body text of page {letter} stands here." for letter in "abcd"]


def test_steps_at_the_top_of_two_pages_are_no_running_heads(pdf: Pdf) -> None:
    for name in ("Cold start", "Warm start"):
        pdf.page().insert_text((72, 40), name, fontsize=11)
    assert texts(pdf.parsed()) == ["Cold start", "Warm start"]


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("Bild 4 Pumpe", True),
        ("Map 2. The yard", True),
        ("Figure IV. Crane", True),
        ("Figure 4 exploded view of the hook", True),
        ("Figure 4 shows the hook.", False),
        ("Figure 4, which is old, shows the hook", False),
    ],
)
def test_what_is_a_caption(text: str, caption: bool) -> None:
    assert is_caption(text) == caption


def test_three_columns_are_read_one_after_the_other(pdf: Pdf) -> None:
    page = pdf.page()
    names = ("alpha", "beta", "gamma")
    for column, name in enumerate(names):
        text = " ".join([f"The {name} line is checked while the yard is closed to all."] * 12)
        page.insert_textbox((50 + 170 * column, 80, 200 + 170 * column, 500), text, fontsize=9)
    whole = " ".join(texts(pdf.parsed()))
    places = [whole.index(name) for name in names] + [whole.rindex(name) for name in names]
    assert places[0] < places[3] < places[1] < places[4] < places[2] < places[5]
