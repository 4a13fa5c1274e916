"""The entailment model that ships: contrasts that a reader cannot get wrong, and its form."""

from collections.abc import Sequence

import numpy as np
import pytest

from agent.validator import entailment
from agent.validator.entailment import CLASSES, HERE, Reader

MANUAL = "Use a fuel mix of 20:1. The tank holds 4.5 litres. Never run the engine indoors."


@pytest.fixture(scope="module")
def reader() -> Reader:
    return entailment.reader()


def odds(reader: Reader, pairs: Sequence[tuple[str, str]]) -> list[float]:
    scores = reader.read(pairs)
    return [float(s[0] - np.logaddexp(s[1], s[2])) for s in scores]


@pytest.mark.parametrize(
    ("true", "false", "evidence"),
    [
        ("The tank holds 4.5 litres.", "The tank holds 9 litres.", MANUAL),
        ("Never run the engine indoors.", "The engine may be run indoors.", MANUAL),
        ("Anna Weber leads the firm.", "Paul Roth leads the firm.", "Anna Weber has led the firm since May 2022."),
        ("Revenue rose in 2023.", "Revenue fell in 2023.", "In 2023, revenue rose from 120 to 150 million euros."),
        ("The film has over 40 reviews.", "The film has fewer than 40 reviews.", "The film got 47 reviews."),
        ("The river lies in Spain.", "The river lies in Norway.", "The river rises in the mountains of Spain."),
    ],
)
def test_of_two_claims_the_true_one_scores_higher(reader: Reader, true: str, false: str, evidence: str) -> None:
    right, wrong = odds(reader, [(true, evidence), (false, evidence)])
    assert right > wrong


def test_log_probabilities_of_three_classes(reader: Reader) -> None:
    scores = reader.read([("The tank holds 4.5 litres.", MANUAL), ("Gold is heavy.", "Silver shines.")])
    assert scores.shape == (2, len(CLASSES))
    assert np.exp(scores).sum(axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_a_batch_scores_as_each_alone(reader: Reader) -> None:
    """Padding and order change nothing but the rounding of the int8 activations."""
    pairs = [("The tank holds 4.5 litres.", MANUAL), ("Short.", "Short."), ("Revenue fell.", "Revenue rose. " * 20)] * 7
    together = reader.read(pairs)
    alone = np.concatenate([reader.read([pair]) for pair in pairs[:3]])
    assert together[:3].argmax(axis=1).tolist() == alone.argmax(axis=1).tolist()
    assert np.abs(np.exp(together[:3]) - np.exp(alone)).max() < 0.15


def test_evidence_without_end_is_cut_not_refused(reader: Reader) -> None:
    assert np.isfinite(reader.read([("word " * 900, "word " * 9000), ("", "")])).all()


def test_it_is_small_enough_to_ship() -> None:
    assert (HERE / "model.onnx").stat().st_size < 35e6
