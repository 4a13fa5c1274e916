"""The losses of the reader, worked out by hand on a few tokens."""

import math

import pytest
import torch

from evals.training.reader.model import LabelledWindow, collate, listwise, loss, span_loss, unit_scores
from tools.library.encode.answers import AT_MARK, END, IN_UNIT, START
from tools.library.encode.answers.packing import Window, WindowPart

PARTS = (WindowPart(0, 2, 4, ((0, 1), (1, 2))), WindowPart(1, 5, 6, ((0, 1),)))
WINDOW = Window(0, (101, 5, 6, 7, 5, 8, 102), (0, 1, 1, 1, 1, 1, 1), PARTS)


def test_padding_is_masked() -> None:
    short = Window(0, (101, 102), (0, 1), ())
    found = collate([WINDOW, short], "cpu")
    assert found["input_ids"][1].tolist() == [101, 102, 0, 0, 0, 0, 0]
    assert found["attention_mask"].sum(1).tolist() == [7, 2]
    assert found["token_type_ids"][0].tolist() == list(WINDOW.types)


def test_a_units_score_is_its_mark_and_the_mean_of_its_tokens() -> None:
    logits = torch.zeros(1, 7, 5)
    logits[0, 1, AT_MARK], logits[0, 2, IN_UNIT], logits[0, 4, AT_MARK] = 1.0, 4.0, -1.0
    scores, true, question = unit_scores(logits, [LabelledWindow(WINDOW, 3, {1: None})])
    assert scores.tolist() == [3.0, -1.0] and true.tolist() == [0.0, 1.0] and question.tolist() == [3, 3]


def test_listwise_by_hand() -> None:
    """Question 0: the right unit has e^0 of e^0 + e^0 + e^0 (itself, another, none): ln 3. Question 1, which nothing
    answers: none has half: ln 2."""
    scores, true = torch.zeros(3), torch.tensor([1.0, 0.0, 0.0])
    found = listwise(scores, true, torch.tensor([0, 0, 1]))
    assert float(found) == pytest.approx((math.log(3) + math.log(2)) / 2)


def test_a_span_is_found_among_the_tokens_of_its_unit() -> None:
    """Two tokens, all logits 0: ln 2 for the start and for the end; what stands elsewhere does not count."""
    logits = torch.zeros(1, 7, 5)
    logits[0, 5, START] = 9.0
    assert float(span_loss(logits, [LabelledWindow(WINDOW, 0, {0: (2, 3)})])) == pytest.approx(math.log(2))
    logits[0, 2, START], logits[0, 3, END] = 30.0, 30.0
    assert float(span_loss(logits, [LabelledWindow(WINDOW, 0, {0: (2, 3)})])) == pytest.approx(0, abs=1e-6)
    assert float(span_loss(logits, [LabelledWindow(WINDOW, 0, {0: None})])) == 0


def test_what_is_right_costs_less() -> None:
    right, wrong = torch.zeros(1, 7, 5), torch.zeros(1, 7, 5)
    right[0, 1, AT_MARK], wrong[0, 4, AT_MARK] = 3.0, 3.0
    batch = [LabelledWindow(WINDOW, 0, {0: None})]
    assert float(loss(right, batch)) < float(loss(wrong, batch))
