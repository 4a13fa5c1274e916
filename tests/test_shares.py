"""Shares and multiples in words."""

import pytest

from tools.language.shares import shares


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("half of the fee", 0.5),
        ("two thirds of them", 2 / 3),
        ("about three quarters", 0.75),
        ("twice as long", 2),
        ("it quadruples the time", 4),
        ("three times as much", 3),
        ("one in ten", 0.1),
        ("three quarters of an hour", 2700),  # seconds
        ("half an hour", 1800),
    ],
)
def test_read(text: str, value: float) -> None:
    assert [one.low for one in shares(text)] == [pytest.approx(value)]


def test_nothing_is_read_where_nothing_is_said() -> None:
    assert shares("The pump runs at night.") == []
