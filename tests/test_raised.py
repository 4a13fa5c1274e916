"""Raised and lowered letters."""

import pytest

from tools.language.raised import lowered, raised


@pytest.mark.parametrize(("text", "wanted"), [("6", "⁶"), ("-3", "⁻³"), ("th", "th"), ("[2]", "[²]"), ("", "")])
def test_digits_and_signs_are_raised_words_are_not(text: str, wanted: str) -> None:
    assert raised(text) == wanted


def test_digits_are_lowered() -> None:
    assert (lowered("2"), lowered("max")) == ("₂", "max")


def test_an_exponent_is_no_digit_of_a_number() -> None:
    assert not raised("6").isdecimal()
