"""The figures of the validator's benchmark, against sums done by hand."""

import numpy as np
import pytest

from evals.validator.scores import best_threshold, judge

SCORE = np.array([0.9, 0.8, 0.7, 0.4, 0.3])
TRUE = np.array([True, False, True, True, False])


def test_judge() -> None:
    found = judge(SCORE, TRUE, 0.5, lower=0.35, pairs=[[0, 1], [2, 4]])
    assert found.false_accepts == 1 / 2  # 0.8
    assert found.false_rejects == pytest.approx(1 / 3)  # 0.4
    assert found.balanced == pytest.approx(1 - (1 / 2 + 1 / 3) / 2)
    assert found.undecided == pytest.approx(1 / 5)  # 0.4
    assert found.both == 1 / 2  # 0.9 against 0.8: both accepted; 0.7 against 0.3: both right


def test_false_accepts_where_a_tenth_is_rejected() -> None:
    score = np.concatenate([np.arange(1, 11) / 10, [0.15, 0.25, 0.05]])
    true = np.array([True] * 10 + [False] * 3)
    assert judge(score, true, 0.5).accepts_at_10 == pytest.approx(1 / 3)  # threshold 0.2: only 0.25 gets through


def test_best_threshold_splits_what_can_be_split() -> None:
    assert best_threshold([(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))]) == 0.8
