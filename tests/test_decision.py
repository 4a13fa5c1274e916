"""The calibrated decision: its arithmetic by hand, and the one that ships."""

import math
from dataclasses import replace

import numpy as np
import pytest

from agent.validator.decision import Calibration, calibration, crossed, judge
from agent.validator.measure import NAMES, Measures

ZERO = Measures(*[0.0] * len(NAMES))
K = crossed(ZERO.row[None]).shape[1]


def flat(**weights: float) -> Calibration:
    every = np.zeros(K)
    for name, value in weights.items():
        every[NAMES.index(name)] = value
    return Calibration(np.zeros(K), np.ones(K), every, bias=-1.0, supported=0.7, unsupported=0.2)


def test_the_logistic_function_by_hand() -> None:
    found = flat(whole=2.0).probability(replace(ZERO, whole=1.5))
    assert found == pytest.approx(1 / (1 + math.exp(-(2.0 * 1.5 - 1.0))))


@pytest.mark.parametrize(
    ("whole", "contradicted", "status"),
    [(1.0, 0.0, "supported"), (0.5, 0.0, "unchecked"), (-1.0, -1.0, "unsupported"), (-1.0, 1.0, "contradicted")],
)
def test_between_the_thresholds_it_is_unchecked(whole: float, contradicted: float, status: str) -> None:
    # logits 2x - 1: .73, .5, .05
    assert flat(whole=2.0).status(replace(ZERO, whole=whole, contradicted=contradicted)) == status


def test_long_evidence_has_weights_of_its_own() -> None:
    row = crossed(replace(ZERO, whole=3.0, long_evidence=1.0).row[None])[0]
    assert row[NAMES.index("whole")] == 3.0
    assert list(row[len(NAMES) :]) == [3.0, 0.0, 0.0, 0.0]


def test_what_ships_tells_true_from_false() -> None:
    text = "The plant in Lyon employs 340 people. Anna Weber has led the firm since May 2022."
    true = judge("The Lyon plant has 340 employees.", [text])
    false = judge("The Lyon plant has 900 employees.", [text])
    assert true.probability > calibration().supported > calibration().unsupported > false.probability
    assert false.status == "contradicted"
    assert judge("The harbour freezes in winter.", [text]).status == "unsupported"
