"""Sentences of a document, and the statements that a claim joins."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.language.sentences import STOP, cut, segments, sentences, statements


def test_sentences_keep_their_offsets() -> None:
    text = "It reads 82 °C. Check the oil at 2.5 bar. See Fig. 3 for details.\nThen start it."
    assert [text[s.start : s.end] for s in sentences(text)] == [
        "It reads 82 °C.",
        "Check the oil at 2.5 bar.",
        "See Fig. 3 for details.",
        "Then start it.",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Wear gloves. Keep out.", 2),
        ("See Fig. 3, max. 8 bar, min. 2 bar, approx. 4 bar, e.g. No. 5 of J. Smith.", 1),
        ("Is it on? Yes! Then wait.", 3),
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str, count: int) -> None:
    assert len(re.findall(rf"{STOP}(?=\s|$)", text)) == count


def test_cut_at_full_stops_and_line_ends() -> None:
    assert cut('He said "Stop." Then\n\nhe left.') == ['He said "Stop.', "Then", "he left."]


@pytest.mark.parametrize(
    ("claim", "parts"),
    [
        ("The tank holds 4.5 litres.", ["The tank holds 4.5 litres."]),
        ("Wear gloves. Keep children away from it.", ["Wear gloves.", "Keep children away from it."]),
        (
            "The lamp is hot and is switched off by the timer.",
            ["The lamp is hot", "The lamp is switched off by the timer."],
        ),
        (
            "The plant employs 340 people, and it was built in 1990.",
            ["The plant employs 340 people", "it was built in 1990."],
        ),
        ("The engine runs on oil; the pump needs no care.", ["The engine runs on oil", "the pump needs no care."]),
        ("Oil and fuel are mixed in the tank.", ["Oil and fuel are mixed in the tank."]),
        ("Turn the red and black knobs.", ["Turn the red and black knobs."]),
        ("See e.g. No. 5 of the list.", ["See e.g. No. 5 of the list."]),
    ],
)
def test_statements(claim: str, parts: list[str]) -> None:
    assert statements(claim) == parts


@given(st.text(min_size=1, max_size=300))
def test_no_statement_is_lost(claim: str) -> None:
    parts = statements(claim)
    assert parts
    joined = " ".join(parts)
    letters = [char for char in claim if char.isdecimal()]
    assert all(joined.count(char) >= letters.count(char) for char in letters)


def test_segments_are_cut_at_every_joint_and_have_two_words_at_least() -> None:
    claim = "Use a fuel mix of 20:1 and run it indoors, slowly, because the neighbours sleep."
    assert segments(claim) == ["Use a fuel mix of 20:1", "run it indoors", "slowly   the neighbours sleep."]
    assert segments("Yes") == ["Yes"]
