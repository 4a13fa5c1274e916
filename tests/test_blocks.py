"""How a text is laid out: what a line end bounds, and what it does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.language.blocks import units

TEXT = """1. Run the pump until the oil has reached at least 50 °C,
then press STOP.
2. Isolate the supply. Affix the tag.

Do not:
- smoke near the tank
(a) open the fuel valve

Supply voltage: 230 V
Maximum load: 12 A
3.1 Orvessa shall send a forecast.

| Size | Torque (N·m) |
|---|---|
| M10 | 48 |"""


def test_each_item_line_and_row_is_apart_and_wrapped_lines_are_joined() -> None:
    assert [(unit.kind, unit.text) for unit in units(TEXT)] == [
        ("item", "1. Run the pump until the oil has reached at least 50 °C, then press STOP."),
        ("item", "2. Isolate the supply."),
        ("item", "Affix the tag."),
        ("paragraph", "Do not:"),
        ("item", "- smoke near the tank"),
        ("item", "(a) open the fuel valve"),
        ("label", "Supply voltage: 230 V"),
        ("label", "Maximum load: 12 A"),
        ("item", "3.1 Orvessa shall send a forecast."),
        ("row", "Size: M10 | Torque (N·m): 48 N·m"),
    ]


def test_a_list_knows_its_head() -> None:
    found = units(TEXT)
    assert [found[unit.head].text for unit in found if unit.head >= 0] == ["Do not:", "Do not:"]


@pytest.mark.parametrize("text", ["", "\n\n", "a", "|", "| a |\n|---|", "-", "(a)"])
def test_little_text_breaks_nothing(text: str) -> None:
    assert len(units(text)) <= 1


@given(st.text(alphabet="aA1 .:;|-()\n", max_size=120))
@settings(max_examples=200, deadline=None)
def test_units_stand_where_they_say_in_order(text: str) -> None:
    found = units(text)
    assert all(0 <= unit.start <= unit.end <= len(text) for unit in found)
    assert all(one.end <= other.start for one, other in zip(found, found[1:], strict=False))
