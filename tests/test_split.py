"""Claims taken apart where they join statements, and left whole where they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.validator.split import segments, split


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
def test_split(claim: str, parts: list[str]) -> None:
    assert split(claim) == parts


@given(st.text(min_size=1, max_size=300))
def test_nothing_is_lost(claim: str) -> None:
    parts = split(claim)
    assert parts
    joined = " ".join(parts)
    letters = [char for char in claim if char.isdecimal()]
    assert all(joined.count(char) >= letters.count(char) for char in letters)


def test_segments_are_cut_at_every_joint_and_have_two_words_at_least() -> None:
    claim = "Use a fuel mix of 20:1 and run it indoors, slowly, because the neighbours sleep."
    assert segments(claim) == ["Use a fuel mix of 20:1", "run it indoors", "slowly   the neighbours sleep."]
    assert segments("Yes") == ["Yes"]
