"""The decision: what a citation must have, and the calibrated part, its arithmetic by hand and the one that ships."""

import math
from dataclasses import replace

import numpy as np
import pytest

from agent.answer import Citation, Claim, Place
from agent.validator.decision import Calibration, calibration, crossed, judge, validate
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


TORQUE = Passage(id="p", source_id="0" * 64, text="Tighten to 48 N·m.", regions=())
PICTURE = Figure(id="f", source_id="0" * 64, image="0" * 64, regions=())


def objection(*citations: Citation, text: str = "Tighten to 48 N·m.") -> str:
    """What the first layer objects to, alone; "" where it lets the claim pass."""
    items = {key: TORQUE for key in (-1, 0, 1, 2)} | {3: PICTURE}
    claim = Claim.model_construct(text=text, citations=citations)
    (verdict,) = validate([claim], items, lambda key, spans: Place(key=key, title="", uri=""), layers=())
    assert verdict.status == ("unsupported" if verdict.layer == "structure" else "unchecked")
    return verdict.reason if verdict.layer == "structure" else ""


def test_a_claim_with_a_known_key_and_a_quote_passes() -> None:
    assert objection(Citation(key=2, quote="48 N·m")) == ""


def test_no_citation() -> None:
    assert objection() == "The claim cites no source."


def test_an_unknown_key_is_named_even_beside_a_good_one() -> None:
    reason = objection(Citation(key=1, quote="48 N·m"), Citation(key=7, quote="48 N·m"))
    assert reason == "There is no source [7] in this conversation."


@pytest.mark.parametrize("quote", ["", "  \n", "...", "| --- |", "“”"])
def test_a_quote_without_a_word_quotes_nothing(quote: str) -> None:
    assert objection(Citation(key=1, quote=quote)) == "The citation of source [1] quotes nothing."


def test_of_a_picture_nothing_need_be_quoted() -> None:
    assert objection(Citation(key=3, quote="")) == ""
    assert objection(Citation(key=3, quote="...")) == "The citation of source [3] quotes nothing."


@pytest.mark.parametrize("key", [0, -1, True, "1", 1.0, None])
def test_malformed_keys_that_slipped_past_pydantic(key: object) -> None:
    assert "is not a whole number" in objection(Citation.model_construct(key=key, quote="48 N·m"))


def test_an_empty_claim() -> None:
    assert objection(Citation(key=1, quote="48 N·m"), text=" ") == "The claim is empty."
