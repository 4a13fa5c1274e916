"""Codes, dates and proper names: found, and told apart from numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.language.names import codes, dates, has_code, has_name, proper_names, rival_code, spells
from tools.language.numbers import extract


def test_codes_are_no_numbers() -> None:
    text = "Error E07: use 10W-40 and M8 x 25 screws on the AR-240 (part 6205-2RS, section 3.2.1, IP67, 4WD)."
    found = [code.text for code in codes(text)]
    assert found == ["E07", "10W-40", "M8 x 25", "AR-240", "6205-2RS", "3.2.1", "IP67", "4WD"]
    assert extract(text) == []
    assert codes("48Nm 10bar 5V 25 m3 100W 2nd 5pm 12-volt 5x") == []


@pytest.mark.parametrize(
    "text",
    [
        "14 March 2023",
        "March 14, 2023",
        "2023-03-14",
        "14.03.2023",
        "03/14/2023",
        "14th of March 2023",
        "Mar. 14 2023",
        "14 March\n2023",
    ],
)
def test_one_day_in_many_forms(text: str) -> None:
    (date,) = dates(text)
    assert date.says(dates("14 March 2023")[0]) and dates("14 March 2023")[0].says(date)
    assert date.says(dates("March 2023")[0]) and not dates("March 2023")[0].says(date)
    assert not date.says(dates("15 March 2023")[0]) and not date.says(dates("14 March 2024")[0])


@pytest.mark.parametrize(
    ("code", "text", "there"),
    [
        ("M8", "an M8 x 25 screw", True),
        ("M8", "M80 and AM8", False),
        ("AR-240", "the AR 240", True),
        ("ar240", "the AR-240", True),
        ("3.2.1", "section 3.2.1.4", False),
        ("https://a.b/c", "see HTTPS://a.b/c", True),
    ],
)
def test_a_code_stands_as_a_whole(code: str, text: str, there: bool) -> None:
    assert has_code(code, text) is there


def test_a_rival_is_of_the_same_make() -> None:
    assert rival_code("E07", "Error E08, not F07") == "E08"
    assert rival_code("E07", "Error F07") is None


def test_a_word_that_only_starts_a_sentence_is_no_name() -> None:
    text = "Press Start. Anna Weber of Acme Corp. wrote it. Gloves are worn by NASA."
    assert [name.text for name in proper_names(text)] == ["Start", "Anna Weber", "Acme Corp", "NASA"]


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("J. Smith", "John Smith", True),
        ("John Smith", "J. Smith", True),
        ("John Smith", "Smith", False),
        ("Germany", "the German firm", True),
        ("PTO", "the power take-off", True),
        ("Rome", "Romeo", False),
    ],
)
def test_a_name_may_be_shortened(name: str, text: str, there: bool) -> None:
    assert has_name(name, text) is there


def test_an_acronym_is_spelled_out() -> None:
    assert spells("the power take-off", "PTO") and not spells("the power switch", "PTO")


@given(st.text(max_size=120))
@settings(max_examples=100, deadline=None)
def test_nothing_raises_on_any_text(text: str) -> None:
    assert all(text[name.start : name.end] == name.text for name in (*codes(text), *proper_names(text)))
    dates(text)
