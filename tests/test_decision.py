"""The decision: what a citation must have, and the calibrated part, its arithmetic by hand and the one that ships."""

import math
from dataclasses import replace

import numpy as np
import pytest

from agent.answer import Citation, Claim, Place
from agent.validator.decision import Calibration, calibration, crossed, validate
from agent.validator.measure import NAMES, Measures
from tools.library.evidence import Figure, Passage

ZERO = Measures(*[0.0] * len(NAMES))
K = crossed(ZERO.row[None]).shape[1]


def flat(**weights: float) -> Calibration:
    every = np.zeros(K)
    for name, value in weights.items():
        every[NAMES.index(name)] = value
    return Calibration(np.zeros(K), np.ones(K), every, bias=-1.0, supported=0.7, unsupported=0.2)


def test_the_logistic_function_by_hand() -> None:
    found = flat(read=2.0).probabilities(replace(ZERO, read=1.5).row[None])[0]
    assert found == pytest.approx(1 / (1 + math.exp(-(2.0 * 1.5 - 1.0))))


@pytest.mark.parametrize(("p", "status"), [(0.7, "supported"), (0.69, "unconfirmed"), (0.19, "unsupported")])
def test_between_the_thresholds_it_is_unconfirmed(p: float, status: str) -> None:
    assert flat().status(p) == status


def test_the_measure_that_adds_most_in_the_verdicts_direction_decides() -> None:
    both = flat(read=1.0, nowhere=-1.0)
    assert both.decided(replace(ZERO, read=3.0, nowhere=1.0), 0.9) == "reading"
    assert both.decided(replace(ZERO, read=3.0, nowhere=1.0), 0.1) == "numbers"


def test_the_calibration_that_ships_fits_the_measures() -> None:
    found = calibration()
    assert len(found.mean) == len(found.scale) == len(found.weights) == K
    assert 0 < found.unsupported <= found.supported < 1


TORQUE = Passage(id="p", source_id="0" * 64, text="Tighten to 48 N·m.", regions=())
PICTURE = Figure(id="f", source_id="0" * 64, image="0" * 64, regions=())


def objection(*citations: Citation, text: str = "Tighten to 48 N·m.") -> str:
    """What is wrong with the structure; "" where nothing is."""
    items = {key: TORQUE for key in (-1, 0, 1, 2)} | {3: PICTURE}
    claim = Claim.model_construct(text=text, citations=citations)
    (verdict,) = validate([claim], items, lambda key, spans: Place(key=key, title="", uri=""), decide=False)
    return verdict.reason if verdict.status == "unsupported" else ""


def test_a_claim_with_a_known_key_and_a_quote_passes() -> None:
    assert objection(Citation(key=2, quote="48 N·m")) == ""


def test_no_citation() -> None:
    assert objection() == "The claim cites no source."


def test_an_unknown_key_is_named_even_beside_a_good_one() -> None:
    reason = objection(Citation(key=1, quote="48 N·m"), Citation(key=7, quote="48 N·m"))
    assert reason == "There is no source [7] in this conversation."


@pytest.mark.parametrize("quote", ["", "  \n", "...", "| --- |", "“”"])
def test_a_quote_without_a_word_is_no_reason_to_refuse(quote: str) -> None:
    assert objection(Citation(key=1, quote=quote)) == objection(Citation(key=3, quote=quote)) == ""


def test_a_quote_that_is_no_text_is_one() -> None:
    reason = objection(Citation.model_construct(key=1, quote=None))
    assert reason == "The citation of source [1] quotes nothing."


@pytest.mark.parametrize("key", [0, -1, True, "1", 1.0, None])
def test_malformed_keys_that_slipped_past_pydantic(key: object) -> None:
    assert "is not a whole number" in objection(Citation.model_construct(key=key, quote="48 N·m"))


def test_an_empty_claim() -> None:
    assert objection(Citation(key=1, quote="48 N·m"), text=" ") == "The claim is empty."
