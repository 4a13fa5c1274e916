"""Claims from different sources that give different values for one thing, and those that only look so."""

import pytest

from agent.answer import Citation, Claim
from agent.validator.conflicts import conflicts


def claim(text: str, *citations: tuple[int, str]) -> Claim:
    return Claim(text=text, citations=tuple(Citation(key=key, quote=quote) for key, quote in citations))


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Tighten the head bolts to 48 N·m.", "The torque of the head bolts is 52 N·m.",
         "Source [1] says 48 N·m; source [2] says 52 N·m."),
        ("Change the oil every 250 h.", "Change the oil every 500 hours.",
         "Source [1] says 250 h; source [2] says 500 hours."),
        ("Tighten the head bolts to 48 N·m.", "Tighten the head bolts to 0.048 kN·m.", ""),
        ("Tighten the M10 bolts to 48 N·m.", "Tighten the M12 bolts to 85 N·m.", ""),
        ("Front tyre pressure: 2.2 bar", "Rear tyre pressure: 2.4 bar", ""),
        ("The oil capacity is 1.1 l.", "The oil capacity with filter is 1.3 l.", ""),
        ("The pressure is at most 8 bar.", "The pressure is at least 5 bar.", ""),
        ("The pressure is 5 to 8 bar.", "The pressure is 6 bar.", ""),
        ("The cable is 2 m.", "The cable weighs 2 kg.", ""),
    ],
)  # fmt: skip
def test_conflicts(one: str, other: str, reason: str) -> None:
    found = conflicts([claim(one, (1, one)), claim(other, (2, other))])
    assert [conflict.reason for conflict in found] == ([reason] if reason else [])


def test_claims_from_one_source_do_not_conflict() -> None:
    assert conflicts([claim("The pressure is 5 bar.", (1, "x")), claim("The pressure is 8 bar.", (1, "y"))]) == ()
