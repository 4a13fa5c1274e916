from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.library.search import typed_tables


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234.50", "1234.50"),
        ("(12)", "-12"),
        ("$ (1,234)", "-1234"),
        ("7 %", "7"),
        ("12.5%", "12.5"),
        ("−3", "-3"),
        ("€ 3.20", "3.20"),
        ("1 234", "1234"),
        ("1.234,50", "1234.50"),
        ("3,5", "3.5"),
        ("42*", "42"),
        ("n/a", None),
        ("", None),
        ("BN-4471", None),
        ("12 N·m", None),
        ("1,23,4", None),
        ("3.1.2", None),
    ],
)
def test_a_cell_as_a_number(cell: str, value: str | None) -> None:
    assert typed_tables.number(cell) == (None if value is None else Decimal(value))


@given(st.text(max_size=20))
def test_any_cell_is_a_number_or_none(cell: str) -> None:
    value = typed_tables.number(cell)
    assert value is None or value.is_finite()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_number_written_with_commas_is_read_back(value: Decimal) -> None:
    assert typed_tables.number(f"{value:,.2f}") == value


def test_a_column_is_of_numbers_when_most_of_what_it_says_is() -> None:
    assert typed_tables.numbers(["1", "(2)", "—", "n/a"]) == [1, -2, None, None]
    assert typed_tables.numbers(["1", "two", "three"]) is None
    assert typed_tables.numbers(["007", "12"]) is None, "a leading zero makes it a name"
    assert typed_tables.numbers(["", "-"]) is None


@pytest.mark.parametrize(
    ("title", "name"),
    [("Price (EUR)", "price_eur"), ("2024", "t_2024"), ("Order", "order_"), ("Größe", "groe"), ("…", "")],
)
def test_names_that_sql_takes(title: str, name: str) -> None:
    assert typed_tables.slug(title) == name
