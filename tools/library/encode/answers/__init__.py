"""The answer reader: which sentence, row or line of some passages answers a question, and which words of it do.

A small model of ours, int8, on the CPU. Trained in evals/training/reader; README.md says on what, and how good it is.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from tools.language.blocks import TextUnit
from tools.library.encode.answers.overlap import overlap
from tools.library.encode.answers.packing import PassageText, Window, WindowPart, asked, units_of, windows

__all__ = ["HERE", "AnswerCalibration", "AnswerReader", "PassageText", "ReadAnswer", "ScoredUnit", "answer_reader"]

HERE = Path(__file__).parent
START, END, AT_MARK, IN_UNIT, AT_CLS = range(5)
"""What the model gives for each token, in this order: span starts and ends here; the unit answers, read at its mark and
as the mean of its tokens; the window answers, read at its first token."""
MOST_SPAN = 40
"""Tokens of the longest span that is looked for."""
BATCH = 8
Logits = NDArray[np.float32]


@dataclass(frozen=True)
class ScoredUnit:
    """`score`: log-odds that the unit answers. `span`: characters of `unit.text`, the most likely short answer in it;
    `span_score`: its probability (0 to 1), given that the unit answers. `passage` counts from 0."""

    passage: int
    unit: TextUnit
    score: float
    span: tuple[int, int]
    span_score: float


@dataclass(frozen=True)
class ReadAnswer:
    """`units` in order of reading; `answerable`: probability (0 to 1) that any of them answers."""

    units: tuple[ScoredUnit, ...]
    answerable: float


@dataclass(frozen=True)
class AnswerCalibration:
    """What the model's numbers mean, fitted on questions that it was not trained on (README.md)."""

    unit: tuple[float, ...]
    """Log-odds that a unit answers: these weights times (1, the model's score of the unit, of its window, share of the
    question's words in the unit, in its passage)."""
    answer: tuple[float, float]
    """Log-odds that anything answers: these weights times (1, the best unit's log-odds)."""
    answerable: float
    """The probability below which nothing answers."""
    sure: float
    """The span score from which nine spans of ten are right."""

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32[units], of features float32[units, 4]."""
        return np.asarray(self.unit[0] + features @ np.array(self.unit[1:], np.float32), np.float32)

    def probability(self, best: float) -> float:
        return float(1 / (1 + np.exp(-(self.answer[0] + self.answer[1] * best))))


class AnswerReader:
    """The model, loaded. About 30 MB in memory; reading is thread-safe."""

    def __init__(self, folder: Path = HERE, calibration: AnswerCalibration | None = None) -> None:
        """`calibration`: that beside the model, where none is given."""
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # threads that wait in a loop take a third of the time of whatever else runs
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(folder / "model.onnx", options, ["CPUExecutionProvider"])
        self.calibration = calibration or AnswerCalibration(
            **json.loads((folder / "calibration.json").read_text("utf-8"))
        )

    def read(self, question: str, passages: Sequence[PassageText], before: str = "") -> ReadAnswer:
        """Every unit of every passage, scored. `before`: the question that this one follows up."""
        cut = windows(asked(question, before), passages)
        if not cut:
            return ReadAnswer((), 0.0)
        logits = self._logits(cut)
        scores = self.calibration.log_odds(features(asked(question, before), passages, cut, logits))
        texts, parts = units_of(passages), _parts(cut, logits)
        found = tuple(
            ScoredUnit(window.passage, texts[window.passage][part.unit], float(score), *span(part, rows))
            for (window, part, rows), score in zip(parts, scores, strict=True)
        )
        return ReadAnswer(found, self.calibration.probability(float(scores.max())))

    def by_passage(self, question: str, passages: Sequence[PassageText], before: str = "") -> NDArray[np.float32]:
        """float32[passages]: the best unit's log-odds of each; -inf where there is no word."""
        cut = windows(asked(question, before), passages)
        found = np.full(len(passages), -np.inf, np.float32)
        logits = self._logits(cut)
        scores = self.calibration.log_odds(features(asked(question, before), passages, cut, logits))
        owner = [window.passage for window in cut for _ in window.parts]
        np.maximum.at(found, np.asarray(owner, np.intp), scores)
        return found

    def _logits(self, cut: Sequence[Window]) -> list[Logits]:
        """float32[tokens, 5] of each window."""
        order = sorted(range(len(cut)), key=lambda i: len(cut[i].ids))
        found: dict[int, Logits] = {}
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            for i, rows in zip(part, self._run([cut[i] for i in part]), strict=True):
                found[i] = rows[: len(cut[i].ids)]
        return [found[i] for i in range(len(cut))]

    def _run(self, cut: Sequence[Window]) -> Logits:
        longest = max(len(window.ids) for window in cut)
        size = [len(window.ids) for window in cut]
        inputs = {
            "input_ids": np.array([[*window.ids, *[0] * (longest - len(window.ids))] for window in cut], np.int64),
            "attention_mask": np.array([[1] * n + [0] * (longest - n) for n in size], np.int64),
            "token_type_ids": np.array([[*w.types, *[0] * (longest - len(w.types))] for w in cut], np.int64),
        }
        logits = np.asarray(self._session.run(None, inputs)[0], np.float32)
        if not np.isfinite(logits).all():
            raise ValueError("The answer reader returned numbers that are not finite.")
        return logits


def features(
    question: str, passages: Sequence[PassageText], cut: Sequence[Window], logits: Sequence[Logits]
) -> NDArray[np.float32]:
    """float32[units, 4], in order of reading: what AnswerCalibration.unit weighs."""
    read = [(unit_score(part, rows), float(rows[0, AT_CLS])) for _, part, rows in _parts(cut, logits)]
    return np.hstack([np.array(read, np.float32).reshape(-1, 2), overlap(question, passages)])


def _parts(cut: Sequence[Window], logits: Sequence[Logits]) -> list[tuple[Window, WindowPart, Logits]]:
    """Each unit with its window and the window's logits, in order of reading."""
    return [(window, part, rows) for window, rows in zip(cut, logits, strict=True) for part in window.parts]


def unit_score(part: WindowPart, rows: Logits) -> float:
    """The model's log-odds that the unit answers, from the logits float32[tokens, 5] of its window."""
    own = rows[part.first : part.last, IN_UNIT]
    return float(rows[part.first - 1, AT_MARK]) + (float(own.mean()) if len(own) else 0.0)


def span(part: WindowPart, rows: Logits) -> tuple[tuple[int, int], float]:
    """Characters of the unit's text that are its likeliest short answer, and how likely that is, 0 to 1."""
    own = rows[part.first : part.last]
    if not len(own):
        return (0, 0), 0.0
    first, last, sure = best_span(own[:, START], own[:, END])
    return (part.offsets[first][0], part.offsets[last][1]), sure


def best_span(start: Logits, end: Logits) -> tuple[int, int, float]:
    """First and last token of the likeliest span, and its probability: float32[n] each, logits."""
    both = _log_softmax(start)[:, None] + _log_softmax(end)[None]
    size = len(start)
    allowed = np.triu(np.ones((size, size), bool)) & ~np.triu(np.ones((size, size), bool), MOST_SPAN)
    both = np.where(allowed, both, -np.inf)
    first, last = np.unravel_index(int(both.argmax()), both.shape)
    return int(first), int(last), float(np.exp(both[first, last]))


def _log_softmax(logits: Logits) -> Logits:
    return np.asarray(logits - np.logaddexp.reduce(logits), np.float32)


@lru_cache(maxsize=1)
def answer_reader() -> AnswerReader:
    """The one that ships, loaded at first use."""
    return AnswerReader()
