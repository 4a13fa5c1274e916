"""Numbers as a sheet shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.library.parse.xlsx_numbers import formatted


@pytest.mark.parametrize(
    ("form", "value", "shown"),
    [
        ("00000", 42, "00042"),
        ('"AR-"000', 42, "AR-042"),
        ('0.0 "Nm"', 24, "24.0 Nm"),
        ('#,##0.00 "€"', 1245, "1,245.00 €"),
        ("0.0%", 0.256, "25.6%"),
        ("General", 0.1 + 0.2, "0.3"),
        ("000-000", 123456, "123-456"),
        ("0;[Red]-0.0", -3, "-3.0"),
        ("#,##0;(#,##0)", -1234, "(1,234)"),
        ('0.0,,"M"', 3.5e6, "3.5M"),
        ("0.##", 2.5, "2.5"),
        ("0.00E+00", 12345.0, "12345"),
        ("(000) 000-0000", 5551234567, "(555) 123-4567"),
    ],
)
def test_a_number_has_the_form_of_its_cell(form: str, value: float, shown: str) -> None:
    assert formatted(value, form) == shown


@given(st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9), st.text('0#?.,;-% "\\_*[]$€ENm/@', max_size=12))
def test_any_format_shows_something_or_nothing(value: float, form: str) -> None:
    assert isinstance(formatted(value, form), str)


@given(st.integers(0, 10**9))
def test_zeros_in_front_change_no_number(value: int) -> None:
    assert int(formatted(value, "000000")) == value


@given(st.floats(-1e6, 1e6), st.sampled_from(['0.000 "Nm"', "#,##0.000", '"AR "0.000', "[$€-407] #,##0.000;-0.000"]))
def test_a_format_keeps_the_value(value: float, form: str) -> None:
    digits = "".join(char for char in formatted(value, form) if char in "-.0123456789")
    assert float(digits) == pytest.approx(value, abs=0.0005001)
