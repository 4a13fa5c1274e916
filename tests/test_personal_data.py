"""Personal data in a text, and what only looks like it. All numbers are made up, or examples of their standards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.library.ingest.personal_data import find, without


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mail a.b+c@mail.example.com.", "Mail [e-mail]."),
        ("x@y.de;c@d.com", "[e-mail];[e-mail]"),
        ("Call +49 30 901820 now", "Call [phone] now"),
        ("Tel.: 030 1234567, Fax 0221/47110", "Tel.: [phone], Fax [phone]"),
        ("or (555) 123-4567", "or [phone]"),
        ("IBAN DE89 3704 0044 0532 0130 00 at the bank", "IBAN [IBAN] at the bank"),
        ("GB82WEST12345698765432", "[IBAN]"),
        ("card 4111 1111 1111 1111, 5500-0055-5555-5559", "card [card], [card]"),
        ("SSN 536-90-4399", "SSN [social security]"),
        ("AHV 756.9217.0769.85", "AHV [social security]"),
        ("RCCMNL83S18D969H", "[social security]"),
    ],
)
def test_it_is_found(text: str, left: str) -> None:
    assert without(text, find(text)) == left


@pytest.mark.parametrize(
    "text",
    [
        "DE89 3704 0044 0532 0130 01 has a wrong checksum",
        "order 4111111111111112 fails the Luhn test",
        "000-12-3456 and 666-12-3456 are no numbers that are given out",
        "part 0417-23 4455, 12 x 120 mm, 2024-07-01 12:30, 48.50 to 52.75",
        "torque 120 Nm at 1,500 rpm, serial 8841-2203-17",
        "user@host and @here",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert find(text) == []


@given(
    st.text(max_size=60), st.sampled_from(["a@b.example", "+49 30 901820", "4111 1111 1111 1111"]), st.text(max_size=60)
)
def test_findings_are_in_order_and_apart(before: str, data: str, after: str) -> None:
    text = f"{before} {data} {after}"
    found = find(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:]))
    left = without(text, found)
    assert len(left) == len(text) + sum(len(one.kind) + 2 - (one.end - one.start) for one in found)
