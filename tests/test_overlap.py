"""The share of a question's words, by hand."""

import math

import pytest

from tools.library.encode.answers import PassageText
from tools.library.encode.answers.overlap import overlap


def test_by_hand() -> None:
    """Three units. "valve" is in one of them: ln(1 + 3/2); "pump" in none: ln 4, and in one title."""
    valve, pump = math.log(2.5), math.log(4)
    found = overlap(
        "Where is the pump valve?", [PassageText("Pump", "", "A valve. Red."), PassageText("", "", "Green.")]
    )
    assert found.shape == (3, 2)
    assert found[:, 0].tolist() == pytest.approx([valve / (valve + pump), 0, 0])
    assert found[:, 1].tolist() == pytest.approx([1, 1, 0])


def test_nothing_asked_or_nothing_there() -> None:
    assert overlap("the", [PassageText("", "", "Red.")]).tolist() == [[0, 0]]
    assert overlap("pump", []).shape == (0, 2)
