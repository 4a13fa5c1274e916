"""What can be computed from the numbers of a text, worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.validator.arithmetic import compute, durations, evaluate, is_reached, numbers_of, operands, scale_of
from tools.language import names
from tools.language.numbers import extract


def how(claim: str, evidence: str) -> str:
    """How the first number of the claim follows from those of the evidence; "" where it does not."""
    pool = list(operands(extract(evidence)))
    found = compute(extract(claim)[0], pool, pool)
    return found.how if found else ""


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("23.5 litres in all", "21 litres, plus 2.5 litres", "21 litres + 2.5 litres"),
        ("EUR 23,500 below", "EUR 84,500; later EUR 61,000", "EUR 84,500 − EUR 61,000"),
        ("1,922 in total", "31 tickets at 62 each", "31 × 62"),
        ("74 %", "148 of 200 votes", "148 of 200 in %"),
        ("4,500 hours", "6,000 OH, shortened to 75 %", "75 % of 6,000"),
        ("30 litres a minute", "at least 1,800 l/h", "at least 1,800 l/h"),
        ("1.1 °C warmer", "20.8 °C at first, 21.9 °C later", "21.9 °C − 20.8 °C"),
        ("108 square metres", "plots of 6 m x 18 m", "6 m × 18 m"),
        ("1 910 m²", "1 240 m², 410 m² and 260 m²", "1 240 m² + 410 m² + 260 m²"),
    ],
)
def test_computed(claim: str, evidence: str, expected: str) -> None:
    assert how(claim, evidence) == expected


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("24.5 litres in all", "21 litres, plus 2.5 litres"),
        ("EUR 22,500 below", "EUR 84,500; later EUR 61,000"),
        ("2,022 in total", "31 days at 62 a day"),
        ("79 %", "148 of 200 votes"),
        ("40 litres a minute", "at least 1,800 l/h"),
        ("5 bar", "12 mm and 7 mm"),
    ],
)
def test_not_computed(claim: str, evidence: str) -> None:
    assert how(claim, evidence) == ""


def test_the_chance_says_how_easily_other_numbers_would_be_reached() -> None:
    few = compute(extract("EUR 23,500")[0], list(operands(extract("EUR 84,500, EUR 61,000"))))
    many = compute(extract("5 days")[0], list(operands(extract("1 day, 2 days, 3 days, 4 days, 7 days, 9 days"))))
    assert few and many and few.chance == 0 and many.chance > 0.5


def test_between_dates_and_times() -> None:
    days = {one.text: one.value / 86400 for one in durations(names.dates("from 9 June 2021 to 14 June 2021"), [])}
    assert days["14 June 2021 − 9 June 2021"] in (5, 6)  # with or without the first day
    clocks = [one.value / 60 for one in durations([], extract("05:42 to 06:09"))]
    assert 27 in clocks


def test_a_date_that_follows_from_another() -> None:
    (end,) = names.dates("31 March 2027")
    there = names.dates("from 1 April 2024")
    assert is_reached(end, there, extract("an initial term of 3 years")) == "1 April 2024 + 3 years"
    assert is_reached(end, there, extract("an initial term of 2 years")) == ""


@pytest.mark.parametrize(
    ("text", "scale"), [("Segments, NOK million", 1e6), ("EUR thousands", 1e3), ("in millions", 1e6), ("mm", 1.0)]
)
def test_scales(text: str, scale: float) -> None:
    assert scale_of(text) == scale


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("48 * 12", 576),
        ("(62 - 41) / 41 * 100", pytest.approx(51.2195, abs=1e-3)),
        ("1,200 + 50", 1250),
        ("2 × 3 = 6", 6),
        ("1 / 0", None),
        ("__import__('os')", None),
        ("9 ** 9 ** 9", None),
        ("x + 1", None),
        ("", None),
    ],
)
def test_calculations_are_numbers_and_nothing_else(expression: str, value: float | None) -> None:
    assert evaluate(expression) == value


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_calculation_breaks_anything(expression: str) -> None:
    evaluate(expression)
    numbers_of(expression)


@given(st.integers(1, 99999), st.integers(1, 99999))
@settings(max_examples=50, deadline=None)
def test_a_sum_is_found(one: int, other: int) -> None:
    assert how(f"{one + other} kg", f"{one} kg and then {other} kg") != ""
