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

from evals.metrics.statistics import auc
from evals.reader import examples
from evals.reader.examples import Example, labels
from evals.reader.rankers import f1
from evals.reader.similar import WordIndex
from evals.training.entailment.written_pairs import OURS
from evals.training.reader import made
from evals.validator import sets
from tools.library.encode.answers import HERE, AnswerCalibration, AnswerReader, PassageText, features
from tools.library.encode.answers.packing import Window, asked, windows

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
MADE, SEED = 100, 1_000_000
ROWS = {"tatqa": 40, "covidqa": 25}
"""For spans: invented questions of a seed that training does not reach, and so many development rows."""
NEUTRAL = AnswerCalibration((0.0, 1.0, 0.0, 0.0, 0.0), (0.0, 1.0), 0.5, 0.5)
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Observation:
    """Of one question: features float32[units, 4] and which units answer, bool[units]."""

    features: Floats
    answers: NDArray[np.bool_]


class CachedReader(AnswerReader):
    """Reads each window once: with and without its own document a question has most passages in common."""

    def __init__(self, folder: Path, calibration: AnswerCalibration) -> None:
        super().__init__(folder, calibration)
        self._known: dict[tuple[int, ...], Floats] = {}

    def _logits(self, cut: Sequence[Window]) -> list[Floats]:
        new = list({window.ids: window for window in cut if window.ids not in self._known}.values())
        self._known.update(zip((window.ids for window in new), super()._logits(new), strict=True))
        return [self._known[window.ids] for window in cut]

    def observe(self, one: Example) -> Observation:
        cut = windows(asked(one.question, one.before), one.passages)
        answers = {(label.passage, label.unit) for label in labels(one)}
        found = [(window.passage, part.unit) in answers for window in cut for part in window.parts]
        seen = features(asked(one.question, one.before), one.passages, cut, self._logits(cut))
        return Observation(seen, np.array(found, bool))


def for_thresholds(document: str) -> bool:
    """The part of the development rows (30 % of their documents) that thresholds may be chosen on."""
    return sets.hashed(document) % 10 < 3


def as_in_use(found: Sequence[Example], asked: Sequence[Example]) -> list[tuple[Example, Example]]:
    """Each question of `asked` with the passages that share most words with it among all of `found`: with its own
    document among them, and without. Where the search did not find what answers, nothing answers."""
    homes = {passage: one.document for one in found for passage in one.passages}
    passages = list(homes)
    index = WordIndex([f"{p.title} {p.heading} {p.text}" for p in passages])
    made = []
    for one in asked:
        scores = index.scores(one.question)
        near = [passages[i] for i in sorted(range(len(passages)), key=lambda i: -scores[i])]
        others = [passage for passage in near if homes[passage] != one.document]
        made.append((_shown(one, near[:PASSAGES]), _shown(one, others[:PASSAGES])))
    return made


def _shown(one: Example, passages: Sequence[PassageText]) -> Example:
    places = {passage: number for number, passage in enumerate(passages)}
    there = [(places.get(one.passages[answer.passage]), answer) for answer in one.answers]
    answers = tuple(replace(answer, passage=place) for place, answer in there if place is not None)
    return replace(one, passages=tuple(passages), answers=answers)


def fit(seen: Sequence[Observation], spans: Sequence[tuple[float, bool]]) -> AnswerCalibration:
    """`spans`: of each span its probability and whether it is right."""
    model = LogisticRegression(C=10).fit(
        np.vstack([one.features for one in seen]), np.concatenate([one.answers for one in seen])
    )
    unit = (float(model.intercept_[0]), *map(float, model.coef_[0]))
    best = np.array([AnswerCalibration(unit, (0, 1), 0, 0).log_odds(one.features).max() for one in seen])
    true = np.array([one.answers.any() for one in seen])
    whole = LogisticRegression(class_weight="balanced", C=10).fit(best[:, None], true)
    least = float(np.quantile(whole.predict_proba(best[:, None])[true, 1], WRONGLY_REFUSED))
    answer = (round(float(whole.intercept_[0]), 4), round(float(whole.coef_[0][0]), 4))
    return AnswerCalibration(tuple(round(w, 4) for w in unit), answer, round(least, 4), round(sure_from(spans), 4))


def told_apart(found: AnswerCalibration, seen: Sequence[Observation]) -> str:
    """How good it is on what it was fitted on: a sentence for the card."""
    scores = [found.log_odds(one.features) for one in seen]
    true = np.array([one.answers.any() for one in seen])
    odds = np.array([found.probability(float(one.max())) for one in scores])
    first = np.mean([one.answers[score.argmax()] for one, score in zip(seen, scores, strict=True) if one.answers.any()])
    refused = np.mean(odds[~true] < found.answerable)
    words = np.mean([one.answers[one.features[:, 2].argmax()] for one in seen if one.answers.any()])
    return (
        f"first {first:.2f} (by words alone {words:.2f}), AUC of answerable {auc(odds, true):.3f}, "
        f"{refused:.2f} of the others refused"
    )


def sure_from(spans: Sequence[tuple[float, bool]]) -> float:
    """The lowest probability at or above which SPANS_RIGHT of the spans are right; 1 where there is none."""
    scores, right = np.array([score for score, _ in spans]), np.array([ok for _, ok in spans], float)
    good = []
    for threshold in np.unique(scores):
        above = right[scores >= threshold]
        if len(above) >= LEAST and above.mean() >= SPANS_RIGHT:
            good.append(float(threshold))
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


def _rows(path: Path) -> list[Example]:
    return [one for one in examples.rows(path) if one.answers and for_thresholds(one.document)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--written", type=Path, action="append", default=[])
    parser.add_argument("--rows", type=Path, required=True, help="folder of dev_<set>.jsonl.gz; a part is fitted on")
    parser.add_argument("--model", type=Path, default=HERE, help="folder of model.onnx; gets calibration.json")
    parser.add_argument("--limit", type=int, help="only about so many questions, evenly drawn")
    given = parser.parse_args()
    reader = CachedReader(given.model, NEUTRAL)
    folders = [held(folder) for folder in [*given.written, OURS]]
    asked = [one for _, kept in folders for one in kept]
    step = -(-len(asked) // given.limit) if given.limit else 1
    written = as_in_use([one for found, _ in folders for one in found], asked[::step])
    rows = [one for name, most in ROWS.items() for one in _rows(given.rows / f"dev_{name}.jsonl.gz")[:most]]
    invented = [one for one in made.draw(MADE, Random(SEED)) if one.answers]
    seen = [reader.observe(one) for pair in written for one in pair]
    print(f"{len(seen)} questions read", flush=True)
    spans = spans_of(reader, [*rows, *invented])
    found = fit(seen, spans)
    (given.model / "calibration.json").write_text(json.dumps(asdict(found), indent=2) + "\n", "utf-8")
    print(f"{found}, on {len(seen)} questions and {len(spans)} spans: {told_apart(found, seen)}")


if __name__ == "__main__":
    main()
