"""Intervals and tests, against what a textbook or a sheet of paper gives."""

import math

import numpy as np
import pytest

from evals.metrics.statistics import auc, bootstrap, bootstrap_of, mcnemar, p_text, sign_flip


def test_the_mean_is_the_mean_and_lies_within() -> None:
    found = bootstrap([0, 0, 1, 1, 1, 1, 1, 1])
    assert found.mean == 0.75 and found.low < 0.75 < found.high
    assert bootstrap([0, 0, 1, 1, 1, 1, 1, 1]) == found, "the seed is fixed"


def test_a_half_of_a_hundred_is_as_sure_as_the_textbook_says() -> None:
    """1.96 * sqrt(.25 / 100) = 0.098 to either side."""
    found = bootstrap([0, 1] * 50)
    assert found.low == pytest.approx(0.402, abs=0.02) and found.high == pytest.approx(0.598, abs=0.02)


def test_cases_of_one_document_are_no_independent_draws() -> None:
    """Ten documents of ten cases that all go one way: the width is that of ten draws, sqrt(10) times as wide."""
    values = [float(document % 2) for document in range(10) for _ in range(10)]
    names = [str(document) for document in range(10) for _ in range(10)]
    together, alone = bootstrap(values, names), bootstrap(values)
    assert together.mean == alone.mean == 0.5
    assert (together.high - together.low) / (alone.high - alone.low) == pytest.approx(10**0.5, rel=0.15)


def test_too_few_documents_are_not_resampled() -> None:
    values = [0.0, 1.0, 0.0, 1.0]
    assert bootstrap(values, ["a", "a", "b", "b"]) == bootstrap(values)


def test_all_alike_have_no_width_and_nothing_has_no_mean() -> None:
    assert bootstrap([1, 1, 1]) == (1, 1, 1)
    with pytest.raises(ValueError):
        bootstrap([])


def test_documents_are_drawn_whole() -> None:
    """Two documents, all right or all wrong: the mean of a draw is 0, 1/2 or 1, however many rows there are."""
    right = np.array([1.0] * 50 + [0.0] * 50)
    low, high = bootstrap_of(lambda chosen: float(right[chosen].mean()), ["a"] * 50 + ["b"] * 50)
    assert (low, high) == (0.0, 1.0)


SCORE = np.array([0.9, 0.8, 0.7, 0.4, 0.3])
TRUE = np.array([True, False, True, True, False])


def test_auc_is_the_share_of_pairs_in_order() -> None:
    # (0.9, 0.8) (0.9, 0.3) (0.7, 0.3) (0.4, 0.3) in order; (0.7, 0.8) (0.4, 0.8) not: 4 of 6
    assert auc(SCORE, TRUE) == pytest.approx(4 / 6)
    assert auc(np.zeros(5), TRUE) == 0.5  # ties count half
    assert math.isnan(auc(SCORE, np.ones(5, bool)))


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [
        (0, 0, 1.0),
        (5, 0, 2 / 32),
        (6, 0, 2 / 64),
        (1, 7, 2 * (1 + 8) / 256),
        (3, 3, 1.0),  # twice the tail is more than 1
    ],
)
def test_mcnemar_is_a_fair_coin(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p)
    assert mcnemar(lost, gained) == pytest.approx(p)


def test_flipping_every_sign_of_few_is_exact() -> None:
    """Of the 8 ways to sign 1, 2, 3 two reach a sum of 6 or -6."""
    assert sign_flip([1, 2, 3]) == 2 / 8
    assert sign_flip([1, -2, 3]) == 6 / 8  # |sum| >= 2: all but ±(1 + 2 - 3)
    assert sign_flip([0.1, 0.2, -0.3]) == 1.0
    assert sign_flip([0, 0]) == 1.0


def test_flipping_many_signs_agrees_with_the_coin() -> None:
    """Twenty equal steps, fifteen of them up: the sign test gives 2 * P(coin <= 5 of 20) = 0.0414."""
    assert sign_flip([1.0] * 15 + [-1.0] * 5) == pytest.approx(mcnemar(15, 5), abs=0.01)
    assert sign_flip([1.0] * 15 + [-1.0] * 5) == sign_flip([1.0] * 15 + [-1.0] * 5), "the seed is fixed"


def test_a_small_chance_is_not_zero() -> None:
    assert [p_text(p) for p in (1.0, 0.0625, 0.0005, 0.00001)] == ["1.000", "0.062", "0.001", "< 0.001"]
