"""Quantities of running text: values, units, bounds and ranges, worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.language.markdown import rows
from tools.language.numbers import extract, read_row, with_unit


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1.2 kN", 1200, 1200),
        ("1,200 N", 1200, 1200),
        ("1 200 N", 1200, 1200),
        ("48 N·m", 48, 48),
        ("48Nm", 48, 48),
        ("48 N m", 48, 48),
        ("0.048 kN·m", 48, 48),
        ("25 °C", 298.15, 298.15),
        ("77 °F", 298.15, 298.15),
        ("−5 °C", 268.15, 268.15),
        ("1,5 bar", 150_000, 150_000),
        ("1.5 l", 0.0015, 0.0015),
        ("60 mm²", 6e-5, 6e-5),
        ("60 mm2", 6e-5, 6e-5),
        ("3 m³/min", 0.05, 0.05),
        ("3000 litres per minute", 0.05, 0.05),
        ("7.2 kg/m³", 7.2, 7.2),
        ("36 km/h", 10, 10),
        ("3000 rpm", 50, 50),
        ("3000 min⁻¹", 50, 50),
        ("3000 1/min", 50, 50),
        ("250 h", 900_000, 900_000),
        ("1 1/2 inch", 0.0381, 0.0381),
        ('3/4" pipe', 0.01905, 0.01905),
        ("½ in.", 0.0127, 0.0127),
        ("5 to 8 bar", 500_000, 800_000),
        ("5–8 bar", 500_000, 800_000),
        ("5 bar to 8 bar", 500_000, 800_000),
        ("between 5 and 8 bar", 500_000, 800_000),
        ("−20…+40 °C", 253.15, 313.15),
        ("23 million", 23e6, 23e6),
        ("23,412,345", 23_412_345, 23_412_345),
        ("€1,200", 1200, 1200),
        ("$5 billion", 5e9, 5e9),
        ("three hours", 10_800, 10_800),
        ("85 dB(A)", 85, 85),
        ("1.0\nmm", 0.001, 0.001),
        ("30:1", 30, 30),
        ("14:30", 870, 870),
        ("2:30 pm", 870, 870),
        ("12:05 am", 5, 5),
    ],
)
def test_one_quantity(text: str, low: float, high: float) -> None:
    (found,) = extract(text)
    assert found.low == pytest.approx(low) and found.high == pytest.approx(high)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("8 bar", "exact"),
        ("at least 8 bar", "at least"),
        ("not less than 8 bar", "at least"),
        ("min. 8 bar", "at least"),
        ("8 bar or more", "at least"),
        ("≥ 8 bar", "at least"),
        ("8 bar min.", "at least"),
        ("not more than 8 bar", "at most"),
        ("up to 8 bar", "at most"),
        ("maximum 8 bar", "at most"),
        ("The maximum working pressure is 8 bar", "at most"),
        ("must not exceed 8 bar", "at most"),
        ("must not exceed a pressure of 8 bar", "at most"),
        ("8 bar must not be exceeded", "at most"),
        ("8 bar max.", "at most"),
        ("≤ 8 bar", "at most"),
        ("more than 8 bar", "more than"),
        ("if the pressure exceeds 8 bar", "more than"),
        ("less than 8 bar", "less than"),
        ("below 8 bar", "less than"),
        ("The maximum is reached. Then set 8 bar", "exact"),
        ("Max: 9 | Now: 8 bar", "exact"),
    ],
)
def test_bounds(text: str, bound: str) -> None:
    assert extract(text)[-1].bound == bound


def test_a_unit_is_shared_in_lists_and_stands_before_a_number_in_tables() -> None:
    assert [q.low for q in extract("5, 8 and 10 bar")] == [5e5, 8e5, 1e6]
    assert [q.low for q in extract("25 x 40 mm")] == pytest.approx([0.025, 0.040])
    assert [q.dimension for q in extract("Torque (N·m): 48")] == [extract("48 N·m")[0].dimension]
    plain, tolerance = extract("5 ± 0.5 bar")
    assert plain.low == 5e5 and tolerance.low == 5e4 and plain.dimension != tolerance.dimension


def test_torque_is_no_energy_and_speed_no_frequency() -> None:
    dimensions = {
        extract(text)[0].dimension for text in ("48 N·m", "48 J", "48 rpm", "48 Hz", "48 N", "48 bar", "48 %")
    }
    assert len(dimensions) == 7


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_nothing_raises_on_any_text(text: str) -> None:
    extract(text), with_unit(text, text)


PIECES = st.sampled_from(
    "5 8,000 1.5 1/0 3/4 ½ ± - to between and N · m kg / ³ ² ° C % $ € x M8 E 07 : 30 pm March 2023 ( ) max.".split()
)


@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n", "|"])), max_size=14))
@settings(max_examples=300, deadline=None)
def test_nothing_raises_on_scrambled_measures(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + sep for piece, sep in pieces)
    assert all(0 <= q.start < q.end <= len(text) and q.low <= q.high for q in extract(text))


@pytest.mark.parametrize(
    ("cell", "header", "read"),
    [
        ("48", "Torque (N·m)", "48 N·m"),
        ("48", "Torque, N·m", "48 N·m"),
        ("48", "Torque in N·m", "48 N·m"),
        ("5 to 8 at 20", "[bar]", "5 to 8 at 20 bar"),
        ("48 N·m", "Torque (bar)", "48 N·m"),
        ("high", "Torque (N·m)", "high"),
        ("48", "Number", "48"),
    ],
)
def test_a_cell_has_the_unit_of_its_header(cell: str, header: str, read: str) -> None:
    assert with_unit(cell, header) == read


def test_a_row_is_read_with_its_headers() -> None:
    (row,) = rows("| | Size | Torque (N·m) |\n|---|---|---|\n| a | M10 | 48 |")
    assert read_row(row) == "a | Size: M10 | Torque (N·m): 48 N·m"
