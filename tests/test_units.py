"""Units: what they amount to in base units, worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.language.units import unit, unit_stems


@pytest.mark.parametrize(
    ("written", "factor", "offset"),
    [
        ("mm", 0.001, 0),
        ("kN", 1000, 0),
        ("bar", 100_000, 0),
        ("°C", 1, 273.15),
        ("°F", 5 / 9, 459.67 * 5 / 9),
        ("km/h", 1 / 3.6, 0),
        ("litres per minute", 0.001 / 60, 0),
        ("mm²", 1e-6, 0),
        ("square metres", 1, 0),
        ("N·m", 1, 0),
        ("", 1, 0),
    ],
)
def test_factor_and_offset(written: str, factor: float, offset: float) -> None:
    found = unit(written)
    assert found and (found.factor, found.offset) == (pytest.approx(factor), pytest.approx(offset))


def test_case_counts_in_symbols_and_not_in_words() -> None:
    milli, mega, word = unit("mW"), unit("MW"), unit("Megawatts")
    assert milli and mega and word and mega.factor == word.factor == pytest.approx(1e9 * milli.factor)


def test_torque_and_energy_are_told_apart() -> None:
    torque, energy = unit("N·m"), unit("J")
    assert torque and energy and torque.dimension != energy.dimension


def test_what_is_no_unit() -> None:
    assert unit("rhubarb") is None


def test_the_words_of_units() -> None:
    assert {"bar", "litr", "minut"} <= unit_stems()


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_nothing_raises_on_any_text(text: str) -> None:
    unit(text)
