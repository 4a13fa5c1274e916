"""Layer 3 of the validator: numbers, units, bounds, codes, dates and names, with expectations worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.validator.facts import check
from tools.language.names import codes, dates
from tools.language.numbers import extract
from tools.language.units import unit


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


def test_codes_are_no_numbers() -> None:
    text = "Error E07: use 10W-40 and M8 x 25 screws on the AR-240 (part 6205-2RS, section 3.2.1, IP67, 4WD)."
    found = [code.text for code in codes(text)]
    assert found == ["E07", "10W-40", "M8 x 25", "AR-240", "6205-2RS", "3.2.1", "IP67", "4WD"]
    assert extract(text) == []
    assert codes("48Nm 10bar 5V 25 m3 100W 2nd 5pm 12-volt 5x") == []


@pytest.mark.parametrize(
    "text",
    [
        "14 March 2023",
        "March 14, 2023",
        "2023-03-14",
        "14.03.2023",
        "03/14/2023",
        "14th of March 2023",
        "Mar. 14 2023",
        "14 March\n2023",
    ],
)
def test_one_day_in_many_forms(text: str) -> None:
    (date,) = dates(text)
    assert date.says(dates("14 March 2023")[0]) and dates("14 March 2023")[0].says(date)
    assert date.says(dates("March 2023")[0]) and not dates("March 2023")[0].says(date)
    assert not date.says(dates("15 March 2023")[0]) and not date.says(dates("14 March 2024")[0])


SUPPORTED = [
    ("Tighten the bolts to 48 N·m.", "Tighten the bolts to 48 N·m."),
    ("Tighten the bolts to 48 Nm.", "Tighten the bolts to 48 N·m."),
    ("The force is 1.2 kN.", "The force is 1200 N."),
    ("Store it at 77 °F.", "Store it at 25 °C."),
    ("The pressure is 120 psi.", "The pressure is 8.27 bar."),  # 8.27 bar = 119.946 psi
    ("The engine idles at 900 rpm.", "The engine idles at 900 min⁻¹."),
    ("Service it after 23,400 h.", "Service it after 23 400 h."),
    ("The gap is at least 45 mm.", "The gap is at least 45 mm."),
    ("The gap is at least 40 mm.", "The gap is at least 45 mm."),
    ("The gap is more than 40 mm.", "The gap is at least 45 mm."),
    ("It holds at most 10 l.", "It holds up to 10 l."),
    ("It holds at most 12 l.", "It holds up to 10 l."),
    ("The maximum pressure: 8 bar.", "Do not exceed 8 bar."),
    ("The limit is 8 bar.", "not more than 8 bar"),
    ("Set 5 to 8 bar.", "Set 5–8 bar."),
    ("Set between 5 and 8 bar.", "minimum 5 bar, maximum 8 bar"),
    ("Set 5 to 8 bar.", "Set 6 bar."),
    ("about 23 million people", "23,412,345 people"),
    ("more than 23 million people", "23,412,345 people"),
    ("nearly 48 % of them", "47.6 % of them"),
    ("It takes about 5 l.", "It takes 4.9 l."),
    ("It weighs 12.5 kg.", "It weighs about 12.5 kg."),
    ("The mix is 30:1.", "a mix of 30:1"),
    ("It starts at 2:30 pm.", "It starts at 14:30."),
    ("It was made on 2023-03-14.", "It was made on March 14, 2023."),
    ("It was made in 2023.", "It was made on March 14, 2023."),
    ("E07 means low oil.", "E07: low oil"),
    ("The AR-240 needs it.", "the AR 240 needs it"),
    ("Use an M8 screw.", "Use an M8 x 25 screw."),
    ("It has three wheels.", "It has 3 wheels."),
    ("It was written by J. Smith.", "It was written by John Smith."),
    ("It was written by John Smith.", "J. Smith wrote it."),
    ("It was written by Smith.", "It was written by John Smith."),
    ("Switch the PTO off.", "Switch the power take-off off."),
    ("The ratio (PTO shaft) is as told in [2].", "the PTO shaft"),
    ("1. Remove the cover.", "Remove the cover."),
]


@pytest.mark.parametrize(("claim", "evidence"), SUPPORTED)
def test_supported(claim: str, evidence: str) -> None:
    found = check(claim, evidence)
    assert found.ok, found


REFUSED = [
    ("Tighten the bolts to 48 bar.", "Tighten the bolts to 48 N·m.", "48 N·m"),  # the unit
    ("Tighten the bolts to 48 J.", "Tighten the bolts to 48 N·m.", "48 N·m"),
    ("Tighten the bolts to 48 kN·m.", "Tighten the bolts to 48 N·m.", "48 N·m"),
    ("Tighten the bolts to 84 N·m.", "Tighten the bolts to 48 N·m.", "48 N·m"),  # swapped digits
    ("Tighten the bolts to 4.8 N·m.", "Tighten the bolts to 48 N·m.", "48 N·m"),
    ("The pressure is 8 bar.", "The pressure must be not more than 8 bar.", "not more than 8 bar"),  # bound dropped
    ("The gap must be 45 mm.", "The gap must be at least 45 mm.", "at least 45 mm"),
    ("The gap is at most 45 mm.", "The gap is at least 45 mm.", "at least 45 mm"),  # bound turned round
    ("The gap is at least 50 mm.", "The gap is at least 45 mm.", "at least 45 mm"),
    ("The gap is more than 45 mm.", "The gap is at least 45 mm.", "at least 45 mm"),
    ("Torque the bolts to at least 48 N·m.", "Torque the bolts to 48 N·m.", "48 N·m"),  # bound added
    ("Torque the bolts to at least 40 N·m.", "Torque the bolts to 48 N·m.", "48 N·m"),
    ("Set the pressure to 5 bar.", "Set the pressure to 5 to 8 bar.", "5 to 8 bar"),  # range dropped
    ("Set the pressure to 5 to 9 bar.", "Set the pressure to 5 to 8 bar.", "5 to 8 bar"),
    ("There are 23 million people.", "There are 23,412,345 people.", "23,412,345"),  # rounded, and not marked so
    ("There are about 24 million people.", "There are 23,412,345 people.", "23,412,345"),  # wrongly rounded
    ("There are more than 24 million people.", "There are 23,412,345 people.", "23,412,345"),
    ("The ratio is 30:1.", "The ratio is 20:1.", "20:1"),
    ("The ratio is 1:30.", "The ratio is 30:1.", ""),
    ("Keep it at 5 °C.", "Keep it at −5 °C.", "-5 °C"),
    ("Error E07 means low oil.", "Error E08 means low oil.", "E08"),
    ("Use an M8 screw.", "Use an M80 screw.", "M80"),
    ("Use an M8 x 25 screw.", "Use an M8 x 30 screw.", "M8 x 30"),
    ("Use 10W-40 oil.", "Use 5W-30 oil.", "5W-30"),
    ("It was made on 14 March 2023.", "It was made on 14 May 2023.", "14 May 2023"),
    ("It has four wheels.", "It has three wheels.", "three"),
    ("It was written by Jane Smith.", "It was written by John Smith.", ""),
    ("It was written by John Smith.", "It was written by Smith.", ""),
    ("Connect it by Bluetooth.", "Connect it by cable.", ""),
    ("It lasts 250 h.", "It lasts long.", ""),
]


@pytest.mark.parametrize(("claim", "evidence", "found"), REFUSED)
def test_refused(claim: str, evidence: str, found: str) -> None:
    result = check(claim, evidence)
    assert not result.ok
    assert ([fact.found for fact in result.contradicted] or [""]) == [found]


def test_a_claim_says_which_of_its_facts_hold() -> None:
    result = check("Fill in 1.5 l of 10W-40 oil every 300 h.", "Fill in 1.5 l of 10W-40 oil every 250 h.")
    assert [fact.text for fact in result.supported] == ["1.5 l", "10W-40"]
    assert [(fact.text, fact.found) for fact in result.contradicted] == [("300 h", "250 h")]


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_nothing_raises_on_any_text(text: str) -> None:
    extract(text), codes(text), dates(text), unit(text)
    check(text, text)


PIECES = st.sampled_from(
    "5 8,000 1.5 1/0 3/4 ½ ± - to between and N · m kg / ³ ² ° C % $ € x M8 E 07 : 30 pm March 2023 ( ) max.".split()
)


@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n", "|"])), max_size=14))
@settings(max_examples=300, deadline=None)
def test_nothing_raises_on_scrambled_measures(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + sep for piece, sep in pieces)
    assert all(0 <= q.start < q.end <= len(text) and q.low <= q.high for q in extract(text))
    check(text, "".join(piece + sep for piece, sep in reversed(pieces)))


@given(st.integers(1, 9999), st.sampled_from(["mm", "N·m", "bar", "kg", "h", "rpm", "%", "°C"]))
@settings(max_examples=100, deadline=None)
def test_a_number_tells_itself_and_no_other(value: int, measure: str) -> None:
    assert check(f"Set it to {value} {measure}.", f"Set it to {value} {measure}.").ok
    assert not check(f"Set it to {value} {measure}.", f"Set it to {value + 1} {measure}.").ok
