"""agent/llm/context: tokens counted before they are sent, and our count held against the server's."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.llm.context import Meter, fence_of, line, tokens


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("oil", 1),
        ("The gearbox holds oil.", 5),
        ("lubrication", 2),  # 8 letters, then 3
        ("12345", 5),  # Gemma, Llama 2 and Qwen take each digit alone
        (" 42", 3),  # the blank before a number is a token of its own
        ("油位", 2),
        ("a\n\n\nb", 3),
    ],
)
def test_tokens_by_hand(text: str, count: int) -> None:
    assert tokens(text) == count


def test_a_count_that_is_far_off_is_logged_and_makes_the_next_prompt_shorter(caplog: pytest.LogCaptureFixture) -> None:
    meter = Meter()
    with caplog.at_level(logging.WARNING, "exhibit.model"):
        meter.observe(1000, 1100)
        assert caplog.text == "" and meter.factor == pytest.approx(1.155)
        meter.observe(1000, 1300)
    assert "counted as 1000 tokens was 1300 (+30 %)" in caplog.text
    assert meter.factor == pytest.approx(1.365)
    meter.observe(1000, 700)
    assert meter.factor == 1.0  # fewer than counted: never taken as leave to write more than was counted
    meter.observe(1000, None)
    assert meter.factor == 1.0


@given(st.text(), st.integers(0, 50))
def test_a_line_is_one_line_and_says_what_is_missing(text: str, most: int) -> None:
    found = line(text, most)
    assert len(found.splitlines()) <= 1
    assert found == " ".join(text.split()) or found.endswith("characters left out for space)")


@given(st.lists(st.text() | st.integers(1, 9).map(lambda n: f"<<<text {n}>>>")))
def test_a_fence_stands_in_none_of_the_texts(texts: list[str]) -> None:
    assert not any(fence_of(texts) in text for text in texts)
