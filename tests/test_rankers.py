"""Rankers measured beside each other: shares and F1 by hand, with rankers that are known to be right or wrong."""

import math

import pytest

from evals.reader.examples import Example, GoldAnswer
from evals.reader.rankers import RANKERS, Ranking, f1, measure
from tools.library.encode.answers import PassageText

TEXT = "It weighs 12 kg. The pump is red."
WEIGHT = Example("How heavy?", (PassageText("", "", TEXT),), (GoldAnswer(0, 10, 15, True),), "d", "k")
COLOUR = Example("What colour is the pump?", (PassageText("", "", TEXT),), (GoldAnswer(0, 29, 32, True),), "d", "k")
NONE = Example("Who?", (PassageText("", "", TEXT),), (), "d", "k")


def test_f1_by_hand() -> None:
    """One of two words said, and it is all that is wanted: 2 * (1/2 * 1) / (1/2 + 1) = 2/3."""
    assert f1("12 kg", "12 kg") == 1
    assert f1("red pump", "Red") == pytest.approx(2 / 3)
    assert f1("red", "green") == f1("", "red") == 0


def test_a_ranker_that_always_takes_the_first_unit() -> None:
    """Right in one of two; its span "12 kg" is all right there and all wrong here; no question is told from another."""
    found = measure([WEIGHT, COLOUR, NONE], lambda one: Ranking([1.0, 0.0], ["12 kg", "red"], 0.5))
    assert (found.first, found.span, found.answerable) == (0.5, 0.5, 0.5)


def test_answerable_needs_both_kinds_and_a_header_cell_is_left_out() -> None:
    assert math.isnan(measure([WEIGHT], lambda one: Ranking([1.0, 0.0], ["", ""], 1.0)).answerable)
    table = "| Size |\n|---|\n| M8 |"
    header = Example("?", (PassageText("", "", table),), (GoldAnswer(0, 2, 6, True),), "d", "k")
    assert math.isnan(measure([header], lambda one: Ranking([1.0], [""], 1.0)).first)


@pytest.mark.parametrize("name", RANKERS)
def test_each_ranker_scores_every_unit(name: str) -> None:
    found = RANKERS[name](COLOUR)
    assert len(found.scores) == len(found.spans) == 2
    assert found.scores[1] > found.scores[0] and math.isfinite(found.answerable)
