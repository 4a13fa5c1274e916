"""What the scores mean: questions as a search would find them, thresholds by hand."""

import numpy as np
import pytest

from evals.reader.examples import Example, GoldAnswer
from evals.training.reader.calibrate import LEAST, PASSAGES, Observation, as_in_use, fit, for_thresholds, sure_from
from tools.library.encode.answers import PassageText


def one(document: str, text: str, question: str) -> Example:
    return Example(question, (PassageText(document, "", text),), (GoldAnswer(0, 0, len(text)),), document, "written")


def test_each_question_with_its_document_and_without() -> None:
    some = [one(f"d{n}", f"The pump of line {n} is red.", f"What colour is the pump of line {n}?") for n in range(12)]
    ((there, gone),) = as_in_use(some, some[:1])
    assert len(there.passages) == len(gone.passages) == PASSAGES
    assert there.passages[there.answers[0].passage].title == "d0"
    assert gone.answers == () and all(passage.title != "d0" for passage in gone.passages)


def test_what_the_search_did_not_find_answers_nothing() -> None:
    some = [one(f"d{n}", f"The pump of line {n} is red.", "?") for n in range(PASSAGES)]
    lost = one("lost", "Nothing in common.", "Which pump is red?")
    ((there, _),) = as_in_use([*some, lost], [lost])
    assert there.answers == ()


def seen(rng: np.random.Generator, answerable: bool) -> Observation:
    """Ten units; the third answers, and has more of the model's score and of the words."""
    features = rng.normal(size=(10, 4)).astype(np.float32)
    answers = np.zeros(10, bool)
    if answerable:
        answers[2], features[2] = True, features[2] + np.array([4, 0, 2, 0], np.float32)
    return Observation(features, answers)


def test_one_in_twenty_of_the_answerable_is_below_the_threshold() -> None:
    rng = np.random.default_rng(0)
    some = [seen(rng, answerable) for answerable in [True, False] * 200]
    found = fit(some, [(0.9, True)] * 50)
    odds = [found.probability(float(found.log_odds(one.features).max())) for one in some if one.answers.any()]
    assert np.mean(np.array(odds) < found.answerable) == pytest.approx(0.05, abs=0.01)
    assert found.unit[1] > found.unit[3] > abs(found.unit[2]) and found.sure == 0.9


def test_the_lowest_probability_at_which_nine_of_ten_are_right() -> None:
    good = [(0.9, True)] * LEAST + [(0.8, True)] * 10
    assert sure_from([*good, *[(0.1, False)] * 20]) == 0.8
    assert sure_from([(0.9, False)] * 100) == 1.0
    assert sure_from([]) == 1.0


def test_about_a_third_of_the_documents_is_for_thresholds() -> None:
    assert np.mean([for_thresholds(f"document {n}") for n in range(1000)]) == pytest.approx(0.3, abs=0.05)
