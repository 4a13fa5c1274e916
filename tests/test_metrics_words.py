"""Metrics that compare words, against values worked out on paper."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.cases import Case
from evals.metrics import METRICS, bleu, contains, exact_match, number_match, rouge_l, token_f1, vqa_accuracy
from tests.told import BROKEN, said, trace


def case(answer: str = "", **given) -> Case:
    return Case(id="1", question="?", answer=answer, **given)


@pytest.mark.parametrize(
    ("text", "gold", "same"),
    [("The Drain-Plug.", "drainplug", 1), ("48 N·m", "48 N·m", 1), ("48", "48 N·m", 0), ("", "x", 0)],
)
def test_exact_match_in_plain_form(text: str, gold: str, same: float) -> None:
    assert exact_match.compare(text, gold) == same


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
    assert token_f1.compare(text, gold) == pytest.approx(f1)


def test_bleu_is_the_mean_precision_times_the_brevity_penalty() -> None:
    assert bleu.compare("one two three four", "one two three four") == pytest.approx(1)
    short = bleu.compare("one two three four", "one two three four five")
    assert short == pytest.approx(math.exp(1 - 5 / 4))
    assert bleu.compare("", "one two") == 0


def test_rouge_l_is_the_f1_of_the_longest_common_run() -> None:
    """police the gunman: 2 words in order of 4 and 4 → 0.5 (Lin's own example, with F1)."""
    assert rouge_l.compare("police kill the gunman", "police killed the gunman") == 1, (
        "the stemmer joins kill and killed"
    )
    assert rouge_l.compare("the gunman police kill", "police kill the gunman") == 0.5


@pytest.mark.parametrize(
    ("text", "gold", "same"),
    [
        ("It was 18.3 percent.", "18.29%", 1),  # within 1 %
        ("It was 18.6 percent.", "18.29%", 0),
        ("In 2019.", "2018", 0),
        ("4087 people", "4,087", 1),
        ("7.004", "7", 1),
        ("from -5 to 5", "-5", 1),
        ("5", "-5", 0),
        ("about 109 °C, above 105", "105 °C", 1),
        ("90 and 42", "90%, 42%, 39%", 0),
        ("90, 42 and 39", "90%, 42%, 39%", 1),
        ("part BN-2207", "2207", 1),
        ("nothing", "7", 0),
    ],
)
def test_numbers_match_to_their_decimals(text: str, gold: str, same: float) -> None:
    assert number_match.compare(text, gold) == same


@given(st.text())
def test_whatever_is_said_its_numbers_can_be_counted_with(text: str) -> None:
    assert all(math.isfinite(float(number)) for number in number_match.numbers(text))
    assert number_match.compare(text, text) == 1.0


def test_only_answers_that_are_numbers_are_asked_for_numbers() -> None:
    told = trace(said("7 of them"))
    assert number_match.score(case("7"), told).value == 1
    assert number_match.score(case("the seventh of 7 wheels"), told) is None
    assert number_match.score(case(""), told) is None
    for joined in ("11/01/2019", "09:44", "01983 873655", "0-375", "10 - 12"):
        assert number_match.score(case(joined), told) is None, "a date, a time, a telephone number, a range"


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
    assert contains.score(case(**given), trace(said(text))).value == value


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
    assert vqa_accuracy.score(case(answers=PEOPLE), trace(said(text))).value == pytest.approx(accuracy)
    assert vqa_accuracy.score(case(answers=PEOPLE[:9]), trace(said(text))) is None


@pytest.mark.parametrize("name", ["exact match", "token F1", "BLEU", "ROUGE-L", "contains"])
def test_no_reference_is_not_scored_and_an_unanswerable_case_is_not_asked(name: str) -> None:
    score = METRICS[name].score
    assert score(case(), trace(said("x"))).value is None
    assert score(case("x"), BROKEN).reason == "the model wrote nonsense"
    assert score(case("x", answerable=False), trace()) is None
    assert score(case("x"), trace()).value == 0
