"""Whether a claim is in the source's own words, and goes as far."""

import pytest
from agent.validator.wording import check, differ
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("claim", "source", "found"),
    [
        ("All leaks are found at once.", "Most leaks are found at once.", "of more"),
        ("The leaks are found at once.", "Most leaks are found at once.", "some only"),
        ("The board rejected the offer.", "The board almost rejected the offer.", "some only"),
        ("The guard must be removed by staff.", "The guard may be removed by staff.", "firmly"),
        ("Operators must wear gloves.", "Operators should wear gloves.", "firmly"),
        ("The firm closed its plant.", "The firm intends to close its plant.", "firmly"),
        ("The contractor replaced the bearings.", "The contractor plans to replace the bearings.", "firmly"),
        ("The separator is on the cover.", "The separator is fitted under the cover.", "place"),
        ("Samples are kept at 4 °C after the analysis.", "Samples are kept at 4 °C before analysis.", "place"),
        ("It leads from the filter.", "It leads from the tank to the filter.", ""),
        ("The maintenance plan names 500 hours.", "Every 500 hours, says the maintenance plan.", ""),
        ("The report of May names it.", "The report of May names it.", ""),
        ("Some leaks are found at once.", "Some leaks are found at once.", ""),
        ("The alarm can be muted.", "It is possible to mute the alarm.", ""),
        ("It is under the cover.", "It is fitted under the cover.", ""),
        ("Gloves are worn.", "Wear gloves.", ""),
    ],
)
def test_differ(claim: str, source: str, found: str) -> None:
    said = differ(claim, source, source)
    assert found in said and bool(found) == bool(said)


def test_who_only_hopes_stands_in_the_sentence_and_not_in_the_clause() -> None:
    assert differ(
        "The merger lowers costs.", "the merger will lower costs", "Analysts hope that the merger will lower costs."
    )


@given(st.text(max_size=200))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert differ(text, text, text) == ""


def test_coverage_by_hand() -> None:
    found = check("The red tank holds oil.", "The tank holds oil.")  # tank, hold, oil of four words
    assert (found.coverage, found.doubt, found.is_own) == (0.75, "", False)


@pytest.mark.parametrize(
    ("claim", "scope", "context", "doubt"),
    [
        ("The tank holds oil.", "The tank holds oil.", "", ""),
        ("The tank holds oil.", "The tank does not hold oil.", "", "negations"),
        ("Smoke near the tank.", "smoke near the tank", "Do not:", "negations"),
        ("Set it to 8 bar.", "Set it to not more than 8 bar.", "", ""),  # a bound denies nothing
        ("Close the fuel valve.", "Open the fuel valve.", "", "opposite"),
        ("The pump is unlocked.", "The pump is locked.", "", "opposite"),
        ("Press the choke.", "If the engine is cold, press the choke.", "", "condition"),
        ("Wait, the engine runs.", "Wait while the engine runs.", "", "circumstances"),
        ("It failed because of rust.", "Rust; it failed.", "", "cause"),
        ("The pump feeds the tank.", "The tank feeds the pump.", "", "order"),
        ("The head bolts take 48 N·m.", "The head and the main bolts take 48 N·m and 85 N·m.", "", "several"),
    ],
)
def test_what_is_turned_or_altered(claim: str, scope: str, context: str, doubt: str) -> None:
    found = check(claim, scope, context)
    assert doubt in found.doubt and bool(doubt) == bool(found.doubt)


def test_headers_may_stand_anywhere() -> None:
    scope = "Joint: Plug | Torque: 48 N·m"
    assert check("The torque of the plug joint: 48 N·m", scope, headers=["Joint", "Torque"]).doubt == ""
    assert "order" in check("The torque of the plug joint: 48 N·m", scope).doubt
