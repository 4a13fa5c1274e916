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
    """Log-odds that anything answers = bias + unit * (best unit's score) + window * (best window's score)."""

    bias: float
    unit: float
    window: float
    answerable: float
    """The probability below which nothing answers; see README.md for how it was fitted."""
    sure: float
    """The span score from which nine spans of ten are right."""

    def log_odds(self, unit: float, window: float) -> float:
        """That anything answers; -inf where nothing was read."""
        return self.bias + self.unit * unit + self.window * window

    def probability(self, unit: float, window: float) -> float:
        return float(1 / (1 + np.exp(-self.log_odds(unit, window))))


class AnswerReader:
    """The model, loaded. About 30 MB in memory; reading is thread-safe."""

    def __init__(self, folder: Path = HERE, calibration: AnswerCalibration | None = None) -> None:
        """`calibration`: that beside the model, where none is given."""
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(folder / "model.onnx", options, ["CPUExecutionProvider"])
        self.calibration = calibration or AnswerCalibration(
            **json.loads((folder / "calibration.json").read_text("utf-8"))
        )

    def read(self, question: str, passages: Sequence[PassageText], before: str = "") -> ReadAnswer:
        """Every unit of every passage, scored. `before`: the question that this one follows up."""
        cut = windows(asked(question, before), passages)
        if not cut:
            return ReadAnswer((), 0.0)
        texts, logits = units_of(passages), self._logits(cut)
        found = tuple(
            scored(window.passage, texts[window.passage][part.unit], part, rows)
            for window, rows in zip(cut, logits, strict=True)
            for part in window.parts
        )
        unit, window = max(one.score for one in found), max(float(rows[0, AT_CLS]) for rows in logits)
        return ReadAnswer(found, self.calibration.probability(unit, window))

    def by_passage(self, question: str, passages: Sequence[PassageText], before: str = "") -> Logits:
        """float32[passages, 2]: the best unit's and the best window's log-odds of each; -inf where there is no word."""
        cut = windows(asked(question, before), passages)
        found = np.full((len(passages), 2), -np.inf, np.float32)
        for window, rows in zip(cut, self._logits(cut), strict=True):
            best = max(unit_score(part, rows) for part in window.parts)
            found[window.passage] = np.maximum(found[window.passage], (best, float(rows[0, AT_CLS])))
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


def unit_score(part: WindowPart, rows: Logits) -> float:
    """Log-odds that the unit answers, from the logits float32[tokens, 5] of its window."""
    own = rows[part.first : part.last, IN_UNIT]
    return float(rows[part.first - 1, AT_MARK]) + (float(own.mean()) if len(own) else 0.0)


def scored(passage: int, unit: TextUnit, part: WindowPart, rows: Logits) -> ScoredUnit:
    own = rows[part.first : part.last]
    if not len(own):
        return ScoredUnit(passage, unit, unit_score(part, rows), (0, 0), 0.0)
    first, last, sure = best_span(own[:, START], own[:, END])
    span = (part.offsets[first][0], part.offsets[last][1])
    return ScoredUnit(passage, unit, unit_score(part, rows), span, sure)


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
