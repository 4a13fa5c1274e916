"""agent/llm/room: tokens, and what of the evidence goes into a prompt."""

import logging

import pytest

from agent.llm.context import Meter, cut, pack, tokens
from agent.llm.protocol import Brief, Shown

FENCE = "<<<text 1>>>"


def shown(key: int, text: str = "word " * 40, **more) -> Shown:
    return Shown(key=key, kind="passage", title="M", page=key, heading="", text=text, **more)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("oil", 1),
        ("The gearbox holds oil.", 5),
        ("lubrication", 2),  # 8 letters, then 3
        ("12345", 2),  # Llama 3 takes three digits at a time
        (" 42", 2),  # the blank before a number is a token of its own
        ("油位", 2),
        ("a\n\n\nb", 3),
    ],
)
def test_tokens_by_hand(text: str, count: int) -> None:
    assert tokens(text) == count


def test_a_count_that_is_far_off_is_logged_and_makes_the_next_prompt_shorter(caplog: pytest.LogCaptureFixture) -> None:
    meter = Meter()
    with caplog.at_level(logging.WARNING, "exhibit.ollama"):
        meter.observe(1000, 1100)
        assert caplog.text == "" and meter.factor == pytest.approx(1.155)
        meter.observe(1000, 1300)
    assert "counted as 1000 tokens was 1300 (+30 %)" in caplog.text
    assert meter.factor == pytest.approx(1.365)
    meter.observe(1000, 700)
    assert meter.factor == 1.0  # fewer than counted: never taken as leave to write more than was counted
    meter.observe(1000, None)
    assert meter.factor == 1.0


def test_what_is_neither_new_nor_cited_is_only_named() -> None:
    old = {"fresh": False}
    evidence = (shown(1, "first", **old), shown(2, "second", **old, cited=True), shown(3, "third"))
    packed = pack(Brief(question="q", evidence=evidence), 1000, FENCE)
    assert packed.keys == {2, 3}
    assert "first" not in packed.text and "second" in packed.text and "third" in packed.text
    assert packed.text.endswith("[1] left out for space")


def test_no_piece_takes_more_than_half() -> None:
    packed = pack(Brief(question="q", evidence=(shown(1, "long " * 5000), shown(2))), 600, FENCE)
    assert packed.keys == {1, 2} and "characters left out for space)" in packed.text
    assert tokens(packed.text) <= 600


def test_cut_says_how_much_is_missing() -> None:
    assert cut("one two three four", 2) == "one\n... (15 characters left out for space)"
    assert cut("short", 5) == "short"
