"""Invented documents and questions: what is marked answers, marks never show, the near miss is there."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.reader.examples import labels
from evals.training.reader import made
from evals.training.reader.made import KINDS, SHORT, WHOLE, draw, unmarked
from tools.language.blocks import units


@pytest.mark.parametrize(("maker", "weight"), KINDS, ids=lambda one: getattr(one, "__name__", ""))
@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_every_kind_marks_what_answers(maker, weight, seed: int) -> None:
    found = maker(Random(seed))
    text, answers = unmarked(found.text)
    assert weight > 0 and found.question.strip() and "{" not in found.question
    assert answers and all(text[one.start : one.end].strip() for one in answers)
    assert not {SHORT, WHOLE} & set(text)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_answers_stand_in_units(seed: int) -> None:
    for one in draw(5, Random(seed)):
        assert bool(one.answers) == bool(labels(one))
        assert not any({SHORT, WHOLE} & set(passage.text) for passage in one.passages)


def test_marks_by_hand() -> None:
    text, (short, whole) = unmarked(f"It is {SHORT}48 bar{SHORT}. {WHOLE}Stop.{WHOLE}")
    assert text == "It is 48 bar. Stop."
    assert (short.start, short.end, short.short) == (6, 12, True)
    assert (whole.start, whole.end, whole.short) == (14, 19, False)


def test_what_answers_can_be_taken_out() -> None:
    passage = made.PassageText("", "", "Close it. It is 48 bar. Open it.")
    _, answers = unmarked(f"Close it. It is {SHORT}48 bar{SHORT}. Open it.")
    gone = made._without(passage, answers)
    assert [unit.text for unit in units(gone.text)] == ["Close it.", "Open it."]


def test_all_kinds_some_unanswerable_some_follow_ups_and_the_same_for_the_same_seed() -> None:
    found = draw(300, Random(1))
    assert {one.kind for one in found} == {f"made:{maker.__name__.strip('_')}" for maker, _ in KINDS}
    assert 0.1 < sum(not one.answers for one in found) / len(found) < 0.35
    assert all(one.before for one in found if one.kind == "made:follow_up")
    assert found == draw(300, Random(1)) != draw(300, Random(2))
