"""Shares of questions, and quotes found in letters and digits alone."""

import pytest

from evals.reader.examples import Example, GoldAnswer
from evals.reader.scores import AnswerPlaces, ReaderOutcome, letters, scores
from tools.library.encode.answers import PassageText

FIRST = "| Size | Torque |\n|---|---|\n| M8 | 22 |\n| M10 | 48 |"
SECOND = "It is filled at the back. Close the lid afterwards."


def places(quote: str, passage: int) -> AnswerPlaces:
    texts = (FIRST, SECOND)
    at = texts[passage].index(quote)
    passages = tuple(PassageText("", "", text) for text in texts)
    return AnswerPlaces(Example("?", passages, (GoldAnswer(passage, at, at + len(quote)),), "d", "k"))


def test_shares_by_hand() -> None:
    """Four answerable: right first, right second, only wrong, refused; of two others one is refused."""
    seen = [(True, [True]), (True, [False, True]), (True, [False]), (True, []), (False, []), (False, [False])]
    found = scores([ReaderOutcome(answerable, tuple(said)) for answerable, said in seen])
    assert (found.first, found.among_said, found.refused_wrong, found.refused_right) == (0.25, 0.5, 0.25, 0.5)
    assert found.as_json()["answerable"] == 4


def test_without_questions_of_a_kind_there_is_no_share() -> None:
    found = scores([ReaderOutcome(True, (True,))])
    assert found.first == 1.0 and found.refused_right is None
    assert found.as_json()["refused_right"] is None


@pytest.mark.parametrize("quote", ["M10 | 48", "| M10 | 48 |", "M10\n48"])
def test_a_row_is_found_with_or_without_its_bars(quote: str) -> None:
    assert places("48", 0).has(quote)
    assert not places("22", 0).has(quote)


def test_a_part_of_what_answers_is_enough_and_a_neighbour_is_not() -> None:
    there = places("at the back", 1)
    assert there.has("filled at the back") and there.has("it is  FILLED at the back!")
    assert not there.has("Close the lid afterwards.") and not there.has("") and not there.has("elsewhere")


def test_a_whole_passage_is_no_quote_of_one_sentence_but_holds_it() -> None:
    assert places("at the back", 1).has(SECOND)  # half of the shorter one is shared


def test_of_one_passage_only() -> None:
    there = places("at the back", 1)
    assert there.has("It is filled at the back.", 1) and not there.has("It is filled at the back.", 0)


def test_letters() -> None:
    assert letters("M10 | 48 N·m") == "m1048nm"
