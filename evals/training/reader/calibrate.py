"""What the reader's scores mean: python -m evals.training.reader.calibrate --written DIR --rows DIR.

Fits calibration.json beside model.onnx: the probability that anything answers, the threshold below which nothing does,
and from which probability a span is right. On questions that were not trained on, asked as in use: of the eight
passages that a search finds among all documents, with their own document and without it.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evals.reader import examples
from evals.reader.examples import Example, labels
from evals.reader.rankers import f1
from evals.reader.similar import WordIndex
from evals.training.entailment.written_pairs import OURS
from evals.training.reader import made
from evals.validator import sets
from tools.library.encode.answers import HERE, AnswerCalibration, AnswerReader

PASSAGES = 8
"""That a question is read with in use."""
WRONGLY_REFUSED = 0.05
"""Share of the answerable questions that may be refused."""
SPANS_RIGHT = 0.9
"""Share of the spans at or above the threshold that are to be right."""
RIGHT_FROM = 0.8
"""F1 of its words from which a span counts as right: an article more or less is no error."""
LEAST = 30
"""Spans above a threshold, for it to be believed."""
MADE, SEED = 300, 1_000_000
ROWS = ("tatqa", "covidqa")
NEUTRAL = AnswerCalibration(0.0, 1.0, 0.0, 0.5, 0.5)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Observation:
    """The best unit's score, the best window's, and whether anything answers."""

    unit: float
    window: float
    answerable: bool


def for_thresholds(document: str) -> bool:
    """The part of the development rows (30 % of their documents) that thresholds may be chosen on."""
    return sets.hashed(document) % 10 < 3


def as_in_use(found: Sequence[Example], asked: Sequence[Example]) -> list[Example]:
    """Each question of `asked` with the passages that share most words with it among all of `found`, once with its own
    document among them and once without. Where the search did not find what answers, nothing answers."""
    homes = {passage: one.document for one in found for passage in one.passages}
    passages = list(homes)
    index = WordIndex([f"{p.title} {p.heading} {p.text}" for p in passages])
    made = []
    for one in asked:
        scores = index.scores(one.question)
        order = sorted(range(len(passages)), key=lambda i: -scores[i])
        for document in ("", one.document):
            shown = tuple(passages[i] for i in order if homes[passages[i]] != document)[:PASSAGES]
            places = {passage: number for number, passage in enumerate(shown)}
            there = [(places.get(one.passages[a.passage]), a) for a in one.answers]
            answers = tuple(replace(answer, passage=place) for place, answer in there if place is not None)
            made.append(replace(one, passages=shown, answers=answers))
    return made


def observe(reader: AnswerReader, some: Sequence[Example]) -> list[Observation]:
    found = [reader.by_passage(one.question, one.passages, one.before).max(axis=0) for one in some]
    return [Observation(*map(float, best), bool(one.answers)) for best, one in zip(found, some, strict=True)]


def fit(seen: Sequence[Observation], spans: Sequence[tuple[float, bool]]) -> AnswerCalibration:
    """`spans`: of each span its probability and whether it is right."""
    scores = np.array([[one.unit, one.window] for one in seen])
    true = np.array([one.answerable for one in seen])
    model = LogisticRegression(class_weight="balanced").fit(scores, true)
    (unit, window), bias = model.coef_[0], model.intercept_[0]
    odds = model.predict_proba(scores)[:, 1]
    least = float(np.quantile(odds[true], WRONGLY_REFUSED))
    numbers = (round(float(one), 4) for one in (bias, unit, window, least, sure_from(spans)))
    return AnswerCalibration(*numbers)


def sure_from(spans: Sequence[tuple[float, bool]]) -> float:
    """The lowest probability at or above which SPANS_RIGHT of the spans are right; 1 where there is none."""
    ordered = sorted(spans, reverse=True)
    right = np.cumsum([ok for _, ok in ordered]) / np.arange(1, len(ordered) + 1)
    good = [score for (score, _), share in list(zip(ordered, right, strict=True))[LEAST:] if share >= SPANS_RIGHT]
    return min(good, default=1.0)


def spans_of(reader: AnswerReader, some: Sequence[Example]) -> list[tuple[float, bool]]:
    """Of the best unit of each question, where it answers and the short answer is known."""
    found = []
    for one in some:
        known = {(label.passage, label.unit): label.span for label in labels(one)}
        units = reader.read(one.question, one.passages, one.before).units
        best = max(range(len(units)), key=lambda i: units[i].score)
        before = sum(1 for unit in units[:best] if unit.passage == units[best].passage)
        if span := known.get((units[best].passage, before)):
            text, said = units[best].unit.text, units[best].span
            found.append((units[best].span_score, f1(text[said[0] : said[1]], text[span[0] : span[1]]) >= RIGHT_FROM))
    return found


def held(folder: Path) -> tuple[list[Example], list[Example]]:
    """All questions of a folder, and those that were kept from training to be fitted on."""
    found = examples.written(folder)
    kept = sets.is_held_back if folder.resolve() == OURS.resolve() else sets.is_calibration
    return found, [one for one in found if kept(one.document) and one.answers]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--written", type=Path, action="append", default=[])
    parser.add_argument("--rows", type=Path, required=True, help="folder of dev_<set>.jsonl.gz; a part is fitted on")
    parser.add_argument("--model", type=Path, default=HERE, help="folder of model.onnx; gets calibration.json")
    given = parser.parse_args()
    reader = AnswerReader(given.model, NEUTRAL)
    folders = [held(folder) for folder in [*given.written, OURS]]
    written = as_in_use([one for found, _ in folders for one in found], [one for _, kept in folders for one in kept])
    rows = [one for name in ROWS for one in examples.rows(given.rows / f"dev_{name}.jsonl.gz")]
    rows = [one for one in rows if one.answers and for_thresholds(one.document)]
    invented = [one for one in made.draw(MADE, Random(SEED)) if one.answers]
    seen = observe(reader, written)
    spans = spans_of(reader, [*rows, *invented])
    found = fit(seen, spans)
    (given.model / "calibration.json").write_text(json.dumps(asdict(found), indent=2) + "\n", "utf-8")
    print(f"{found}, on {len(seen)} questions and {len(spans)} spans")


if __name__ == "__main__":
    main()
