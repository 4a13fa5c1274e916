"""Numbers and names of a claim against those of its sources, with expectations worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.validator.numbers import check

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
    assert [fact.text for fact in result.facts if fact.holds] == ["1.5 l", "10W-40"]
    assert [(fact.text, fact.found) for fact in result.contradicted] == [("300 h", "250 h")]


@given(st.integers(1, 9999), st.sampled_from(["mm", "N·m", "bar", "kg", "h", "rpm", "%", "°C"]))
@settings(max_examples=100, deadline=None)
def test_a_number_tells_itself_and_no_other(value: int, measure: str) -> None:
    assert check(f"Set it to {value} {measure}.", f"Set it to {value} {measure}.").ok
    assert not check(f"Set it to {value} {measure}.", f"Set it to {value + 1} {measure}.").ok


@given(st.text(max_size=120), st.text(max_size=120))
@settings(max_examples=100, deadline=None)
def test_nothing_raises_on_any_text(claim: str, evidence: str) -> None:
    check(claim, evidence)
    check(evidence, evidence)


PIECES = st.sampled_from(
    "5 8,000 1.5 1/0 3/4 ½ ± - to between and N · m kg / ³ ² ° C % $ € x M8 E 07 : 30 pm March 2023 ( ) max.".split()
)


@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n", "|"])), max_size=14))
@settings(max_examples=150, deadline=None)
def test_nothing_raises_on_scrambled_measures(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + sep for piece, sep in pieces)
    check(text, "".join(piece + sep for piece, sep in reversed(pieces)))
