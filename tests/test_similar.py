"""BM25 in memory, against the formula worked out by hand."""

import math

import pytest

from evals.reader.similar import K1, B, WordIndex


def test_by_hand() -> None:
    """Two texts of one and three words: mean 2. "pump" is in the first only: ln(1 + 1.5 / 1.5) = ln 2."""
    found = WordIndex(["pump", "red wheel nuts"]).scores("Which pump?")
    assert found == [pytest.approx(math.log(2) * (K1 + 1) / (1 + K1 * (1 - B + B / 2))), 0.0]


def test_a_rare_word_weighs_more() -> None:
    found = WordIndex(["pump valve", "pump seal", "pump seal"]).scores("pump valve seal")
    assert found[0] > found[1] == found[2] > 0


def test_no_texts_and_no_words() -> None:
    assert WordIndex([]).scores("pump") == []
    assert WordIndex(["pump"]).scores("") == [0.0]
