import pytest
from pydantic import ValidationError

from agent.answer import Answer, Citation, Claim, Verdict


def verdict(text: str, *keys: int) -> Verdict:
    claim = Claim(text=text, citations=tuple(Citation(key=key, quote="q") for key in keys))
    return Verdict(claim=claim, status="supported", reason="", decided="place")


def answer(**fields) -> Answer:
    return Answer(question="?", status="answered", answered_by="x", thread="t", seconds=0.1, **fields)


def test_text_names_each_key_once_and_every_gap() -> None:
    said = answer(verdicts=(verdict("One.", 3, 3, 5), verdict("Two.", 1)), gaps=("Not found: the colour.",))
    assert said.text == "One. [3] [5]\nTwo. [1]\nNot found: the colour."
    assert [claim.text for claim in said.claims] == ["One.", "Two."]


def test_a_short_form_stands_before_its_text() -> None:
    long = verdict("The plug gets 48 N·m.", 3)
    short = long.model_copy(update={"claim": long.claim.model_copy(update={"short": "48 N·m"})})
    assert answer(verdicts=(short,)).text == "48 N·m — The plug gets 48 N·m. [3]"


def test_what_was_dropped_is_not_in_the_text() -> None:
    assert "Wrong" not in answer(verdicts=(verdict("Right.", 1),), dropped=(verdict("Wrong.", 2),)).text


def test_it_survives_json() -> None:
    said = answer(verdicts=(verdict("One.", 3),))
    assert Answer.model_validate_json(said.model_dump_json()) == said


@pytest.mark.parametrize("key", [0, -1])
def test_keys_count_from_one(key: int) -> None:
    with pytest.raises(ValidationError):
        Citation(key=key, quote="q")
