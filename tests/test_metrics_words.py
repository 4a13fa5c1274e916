"""Metrics that compare words, against values worked out on paper."""

import math

import pytest

from evals.cases import Case
from evals.metrics import METRICS, words
from tests.traces import BROKEN, said, trace


def case(answer: str = "", **given) -> Case:
    return Case(id="1", question="?", answer=answer, **given)


@pytest.mark.parametrize(
    ("text", "gold", "same"),
    [("The Drain-Plug.", "drainplug", 1), ("48 N·m", "48 N·m", 1), ("48", "48 N·m", 0), ("", "x", 0)],
)
def test_exact_match_in_plain_form(text: str, gold: str, same: float) -> None:
    assert words.exact_match(text, gold) == same


@pytest.mark.parametrize(
    ("text", "gold", "f1"),
    [
        ("the oil plug", "oil filter", 0.5),  # 1 of 2 said, 1 of 2 right
        ("oil oil oil", "oil", 0.5),  # P 1/3, R 1
        ("a b c d", "b c", 0.8),  # "a" is an article: P 2/3, R 1
        ("", "oil", 0),
    ],
)
def test_token_f1(text: str, gold: str, f1: float) -> None:
    assert words.token_f1(text, gold) == pytest.approx(f1)


def test_bleu_is_the_mean_precision_times_the_brevity_penalty() -> None:
    assert words.bleu("one two three four", "one two three four") == pytest.approx(1)
    short = words.bleu("one two three four", "one two three four five")
    assert short == pytest.approx(math.exp(1 - 5 / 4))
    assert words.bleu("", "one two") == 0


def test_rouge_l_is_the_f1_of_the_longest_common_run() -> None:
    """police the gunman: 2 words in order of 4 and 4 → 0.5 (Lin's own example, with F1)."""
    assert words.rouge_l("police kill the gunman", "police killed the gunman") == 1, "the stemmer joins kill and killed"
    assert words.rouge_l("the gunman police kill", "police kill the gunman") == 0.5


@pytest.mark.parametrize(
    ("given", "text", "value"),
    [
        ({"must_contain": ("BN-2207", "2 l")}, "Oil filter bn-2207,  2\u202fl", 1),
        ({"must_contain": ("BN-2207", "3 l")}, "Oil filter BN-2207, 2 l", 0),
        ({"answer": "Eating out"}, "People spent more on eating out.", 1),
        ({"answer": "eat"}, "People spent more on eating out.", 0),
        ({"answer": "18.29%"}, "It was 18.29 percent", 1),
        ({"answer": "11/01/2019"}, "DATE: 11/01/2019", 1),
        ({"answer": "11/01/2019"}, "On 2019, 11 of 01", 0),
        ({"answer": "x", "answers": ("red", "crimson")}, "It is crimson.", 1),
        ({"answer": "Elements of objects tend to be perceptually grouped together as one"}, "Grouped.", None),
        ({}, "Anything.", None),
    ],
)
def test_what_is_said_contains_the_answer(given: dict, text: str, value: float | None) -> None:
    assert words.contains(case(**given), trace(said(text))).value == value


PEOPLE = ("red",) * 2 + ("crimson",) * 8


@pytest.mark.parametrize(
    ("text", "accuracy"),
    [
        ("crimson", 1.0),
        ("Red.", 0.6),  # two of ten: leaving one of the two out 1/3, twice; the other eight ways 2/3: (2/3 + 16/3) / 10
        ("blue", 0.0),
    ],
)
def test_vqa_accuracy_leaves_each_person_out_once(text: str, accuracy: float) -> None:
    assert words.vqa_accuracy(case(answers=PEOPLE), trace(said(text))).value == pytest.approx(accuracy)
    assert words.vqa_accuracy(case(answers=PEOPLE[:9]), trace(said(text))) is None


@pytest.mark.parametrize("name", ["exact match", "token F1", "BLEU", "ROUGE-L", "contains"])
def test_no_reference_is_not_scored_and_an_unanswerable_case_is_not_asked(name: str) -> None:
    score = METRICS[name].score
    assert score(case(), trace(said("x"))).value is None
    assert score(case("x"), BROKEN).reason == "the model wrote nonsense"
    assert score(case("x", answerable=False), trace()) is None
    assert score(case("x"), trace()).value == 0
