"""The answer reader that ships: units scored, spans, whether anything answers; arithmetic by hand."""

import json
import time

import numpy as np
import pytest

from tools.language.blocks import units
from tools.library.encode.answers import (
    HERE,
    AnswerCalibration,
    AnswerReader,
    PassageText,
    answer_reader,
    best_span,
    span,
    unit_score,
)
from tools.library.encode.answers.packing import WindowPart

TORQUE = PassageText(
    "AX-200 service manual",
    "Tightening torques",
    "Tighten in two passes.\n\n| Joint | Torque |\n|---|---|\n| Drain plug | 48 N·m |\n| Wheel nuts | 110 N·m |",
)
LEAVE = PassageText(
    "Handbook", "Leave", "Staff may carry over up to 5 days of leave. The canteen is on the first floor."
)


def test_the_unit_that_answers_is_first_and_its_span_is_the_answer() -> None:
    found = answer_reader().read("What torque do the wheel nuts need?", [LEAVE, TORQUE])
    best = max(found.units, key=lambda one: one.score)
    assert best.passage == 1 and best.unit.text.startswith("Joint: Wheel nuts")
    assert best.unit.text[best.span[0] : best.span[1]] == "110 N·m"
    assert [one.unit for one in found.units] == [*units(LEAVE.text), *units(TORQUE.text)]


def test_what_nothing_answers_is_less_answerable() -> None:
    reader = answer_reader()
    there = reader.read("How many days of leave can be carried over?", [LEAVE]).answerable
    gone = reader.read("What is the capital of Portugal?", [LEAVE]).answerable
    assert 0 <= gone < reader.calibration.answerable <= there <= 1


def test_nothing_to_read_answers_nothing() -> None:
    found = answer_reader().read("What?", [])
    assert found.units == () and found.answerable == 0.0
    assert answer_reader().read("What?", [PassageText("Title", "", "")]).units == ()


def test_by_passage_has_the_best_of_each() -> None:
    reader = answer_reader()
    question, passages = "How many days of leave can be carried over?", [TORQUE, LEAVE, PassageText("", "", "")]
    found, read = reader.by_passage(question, passages), reader.read(question, passages)
    for number in (0, 1):
        assert found[number] == pytest.approx(max(u.score for u in read.units if u.passage == number), abs=0.05)
    assert found[1] > found[0] and np.isneginf(found[2])
    assert read.answerable == pytest.approx(reader.calibration.probability(float(found.max())), abs=0.01)
    assert reader.by_passage(question, []).shape == (0,)


def test_a_question_is_read_alike_alone_and_beside_others() -> None:
    """int8 activations are scaled over the batch: some hundredths may differ, not more."""
    reader, question = answer_reader(), "How many days of leave can be carried over?"
    alone = reader.read(question, [LEAVE]).units
    beside = [one for one in reader.read(question, [LEAVE, TORQUE, TORQUE]).units if one.passage == 0]
    assert [one.score for one in alone] == pytest.approx([one.score for one in beside], abs=0.5)


def test_a_units_score_by_hand() -> None:
    """At the mark 2; in the unit the mean of 1 and 3: 4."""
    rows = np.zeros((4, 5), np.float32)
    rows[1, 2], rows[2, 3], rows[3, 3] = 2, 1, 3
    part = WindowPart(0, 2, 4, ((0, 3), (4, 7)))
    assert unit_score(part, rows) == 4
    assert span(part, rows) == ((0, 3), pytest.approx(0.25))


def test_the_likeliest_span_by_hand() -> None:
    """Starts 1/2, 1/4, 1/4; ends 1/4, 1/4, 1/2: from the first to the last, 1/4."""
    start, end = np.log(np.array([2, 1, 1], np.float32)), np.log(np.array([1, 1, 2], np.float32))
    assert best_span(start, end) == (0, 2, pytest.approx(0.25))


def test_a_span_never_ends_before_it_starts() -> None:
    start, end = np.array([0, 9], np.float32), np.array([9, 0], np.float32)
    first, last, _ = best_span(start, end)
    assert first <= last


def test_log_odds_and_probability_by_hand() -> None:
    """1 + 2 * 1 + 0.5 * (-2) + 3 * 0.5 + 1 * 1 = 4.5; -9 + 2 * 4.5 = 0: one half."""
    one = AnswerCalibration((1, 2, 0.5, 3, 1), (-9, 2), 0.4, 0.9)
    assert one.log_odds(np.array([[1, -2, 0.5, 1]], np.float32)).tolist() == [4.5]
    assert one.probability(4.5) == 0.5


def test_what_ships_is_whole() -> None:
    assert (HERE / "model.onnx").stat().st_size < 30e6
    calibration = AnswerCalibration(**json.loads((HERE / "calibration.json").read_text("utf-8")))
    assert 0 < calibration.answerable < 1 and 0 < calibration.sure <= 1
    begun = time.process_time()
    AnswerReader()
    assert time.process_time() - begun < 2
