"""Which unit of some passages answers, by the reader and by simpler rankers: first place, span, answerable."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.console import bar, number, percent
from evals.console import table as new_table
from evals.metrics.statistics import auc
from evals.reader.examples import Example, labels
from evals.reader.similar import WordIndex
from tools.language.blocks import units
from tools.language.scripts import words
from tools.library import encode
from tools.library.encode.answers import answer_reader


@dataclass(frozen=True)
class Ranking:
    """`scores`: one a unit, in order of reading, more is better; `spans`: what each unit would say in short;
    `answerable`: more where anything answers."""

    scores: Sequence[float]
    spans: Sequence[str]
    answerable: float


Ranker = Callable[[Example], Ranking]


def by_reader(example: Example) -> Ranking:
    found = answer_reader().read(example.question, example.passages, example.before)
    spans = [one.unit.text[one.span[0] : one.span[1]] for one in found.units]
    return Ranking([one.score for one in found.units], spans, found.answerable)


def by_words(example: Example) -> Ranking:
    """BM25 among the units."""
    texts = _texts(example)
    found = WordIndex([f"{head} {text}" for head, text in texts]).scores(example.question)
    return Ranking(found, [text for _, text in texts], max(found, default=0.0))


def by_meaning(example: Example) -> Ranking:
    """Cosine of MiniLM's sentence vectors."""
    encoder = _minilm()
    texts = _texts(example)
    cut = [next(iter(encode.windows(text, encoder)), "") for text in (example.question, *(text for _, text in texts))]
    vectors = encoder.texts(cut)
    found = (vectors[1:] @ vectors[0]).tolist()
    return Ranking(found, [text for _, text in texts], max(found, default=0.0))


@lru_cache(maxsize=1)
def _minilm() -> encode.Encoder:
    return encode.load("minilm")


def _texts(example: Example) -> list[tuple[str, str]]:
    """(heading, text) of each unit."""
    return [(passage.heading, unit.text) for passage in example.passages for unit in units(passage.text)]


RANKERS: dict[str, Ranker] = {"reader": by_reader, "MiniLM": by_meaning, "BM25": by_words}


@dataclass(frozen=True)
class RankerScores:
    """`first` (share), `span` (mean F1 of words), `answerable` (area under the ROC curve); NaN where there is none."""

    first: float
    span: float
    answerable: float


def measure(examples: Sequence[Example], rank: Ranker) -> RankerScores:
    """Examples whose answer touches no unit, such as a table's header, are left out."""
    known = [(one, _gold(one)) for one in examples]
    known = [(one, gold) for one, gold in known if gold or not one.answers]
    found = [rank(one) for one, _ in known]
    first, spans = [], []
    for (example, gold), ranking in zip(known, found, strict=True):
        if gold:
            best = int(np.argmax(ranking.scores))
            first.append(best in gold)
            if short := [_answer(example, n) for n, answer in enumerate(example.answers) if answer.short]:
                spans.append(max(f1(ranking.spans[best], text) for text in short))
    true = np.array([bool(gold) for _, gold in known])
    odds = np.array([one.answerable for one in found])
    return RankerScores(_mean(first), _mean(spans), auc(odds, true) if 0 < true.sum() < len(true) else float("nan"))


def _gold(example: Example) -> set[int]:
    starts = np.cumsum([0, *(len(units(passage.text)) for passage in example.passages)])
    return {int(starts[label.passage]) + label.unit for label in labels(example)}


def _answer(example: Example, number: int) -> str:
    answer = example.answers[number]
    return example.passages[answer.passage].text[answer.start : answer.end]


def f1(said: str, wanted: str) -> float:
    """Harmonic mean of precision and recall of words, 0 to 1 (Rajpurkar et al., SQuAD, 2016)."""
    one, other = Counter(words(said)), Counter(words(wanted))
    shared = (one & other).total()
    return 2 * shared / (one.total() + other.total()) if shared else 0.0


def _mean(found: Sequence[float]) -> float:
    return float(np.mean(found)) if found else float("nan")


def table(files: Mapping[Path, Sequence[Example]], console: Console) -> Table:
    heads = [f"{name}: {what}" for name in RANKERS for what in ("first", "span", "AUC")]
    shown = new_table(
        "the unit that answers first (%), F1 of its span (%), AUC of answerable", "file", "questions", *heads
    )
    for path, some in files.items():
        cells = []
        with bar(console, path.name) as on_progress:
            for place, (name, rank) in enumerate(RANKERS.items()):
                on_progress(place, len(RANKERS), name)
                one = measure(some, rank)
                cells += [percent(one.first), percent(one.span), number(one.answerable, 3)]
        shown.add_row(path.name.split(".")[0], str(len(some)), *cells)
    return shown
