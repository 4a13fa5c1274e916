"""Numbers of an answer against those of a right one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.cases import Case
from evals.metrics import METRICS, numbers
from tests.traces import said, trace

MATCH = METRICS["number match"].score


def case(answer: str) -> Case:
    return Case(id="1", question="?", answer=answer)


@pytest.mark.parametrize(
    ("text", "gold", "same"),
    [
        ("It was 18.3 percent.", "18.29%", 1),  # within 1 %
        ("It was 18.6 percent.", "18.29%", 0),
        ("In 2019.", "2018", 0),
        ("4087 people", "4,087", 1),
        ("7.004", "7", 1),
        ("from -5 to 5", "-5", 1),
        ("5", "-5", 0),
        ("about 109 °C, above 105", "105 °C", 1),
        ("90 and 42", "90%, 42%, 39%", 0),
        ("90, 42 and 39", "90%, 42%, 39%", 1),
        ("part BN-2207", "2207", 1),
        ("nothing", "7", 0),
    ],
)
def test_numbers_match_to_their_decimals(text: str, gold: str, same: float) -> None:
    assert numbers.match(text, gold) == same


@given(st.text())
def test_whatever_is_said_its_numbers_can_be_counted_with(text: str) -> None:
    assert all(math.isfinite(float(number)) for number in numbers.numbers(text))
    assert numbers.match(text, text) == 1.0


def test_only_answers_that_are_numbers_are_asked_for_numbers() -> None:
    answer = trace(said("7 of them"))
    assert MATCH(case("7"), answer).value == 1
    assert MATCH(case("the seventh of 7 wheels"), answer) is None
    assert MATCH(case(""), answer) is None
    for joined in ("11/01/2019", "09:44", "01983 873655", "0-375", "10 - 12"):
        assert MATCH(case(joined), answer) is None, "a date, a time, a telephone number, a range"
