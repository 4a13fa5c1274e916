"""Layer 1 of the validator: citations that are there, exist and quote something."""

import pytest

from agent.answer import Citation, Claim
from agent.validator.structure import check

KNOWN = {1, 2, 3}


def claim(*citations: Citation, text: str = "Tighten to 48 N·m.") -> Claim:
    return Claim(text=text, citations=citations)


def test_a_claim_with_a_known_key_and_a_quote_passes() -> None:
    assert check(claim(Citation(key=2, quote="48 N·m")), KNOWN) is None


def test_no_citation() -> None:
    assert check(claim(), KNOWN) == "The claim cites no source."


def test_an_unknown_key_is_named_even_beside_a_good_one() -> None:
    reason = check(claim(Citation(key=1, quote="48 N·m"), Citation(key=7, quote="48 N·m")), KNOWN)
    assert reason == "There is no source [7] in this conversation."


@pytest.mark.parametrize("quote", ["", "  \n", "...", "| --- |", "“”"])
def test_a_quote_without_a_word_quotes_nothing(quote: str) -> None:
    assert check(claim(Citation(key=1, quote=quote)), KNOWN) == "The citation of source [1] quotes nothing."


@pytest.mark.parametrize("key", [0, -1, True, "1", 1.0, None])
def test_malformed_keys_that_slipped_past_pydantic(key: object) -> None:
    citation = Citation.model_construct(key=key, quote="48 N·m")
    reason = check(claim().model_copy(update={"citations": (citation,)}), KNOWN | {0, -1})
    assert reason is not None and "is not a whole number" in reason


def test_an_empty_claim() -> None:
    assert check(claim(Citation(key=1, quote="48 N·m"), text=" "), KNOWN) == "The claim is empty."
