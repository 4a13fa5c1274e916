"""Small words that decide how far a statement goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.validator.qualifiers import differ


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
