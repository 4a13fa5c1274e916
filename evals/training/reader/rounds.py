"""What each round of the training shows: questions with some windows that answer them and some that do not."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from evals.reader.examples import Example, UnitLabel, labels
from evals.reader.similar import WordIndex
from evals.training.reader import made
from evals.training.reader.model import LabelledWindow
from tools.library.encode.answers import PassageText
from tools.library.encode.answers.packing import Window, WindowPart, asked, windows

TOKENS = 2048
"""Of a step, padding included."""
ANSWERING, MOST = 2, 3
"""Windows of a question in a step: those that answer, and all."""
A_ROUND = {"tatqa": 400, "covidqa": 160, "pubmedqa": 60, "statements": 300, "made": 600}
"""Questions of a round; of the written ones all are shown."""
GONE, ELSEWHERE, UNTITLED = 0.2, 0.5, 0.1
"""Shares of the written questions without what answers them, with the most similar passages of other documents
beside their own, without title."""
STRANGERS = 3
"""The most similar passages of other documents, to draw from."""


class QuestionRounds:
    """`rows`: by name of the set."""

    def __init__(self, rows: dict[str, list[Example]], written: Sequence[Example]) -> None:
        self.rows = {name: [one for one in some if not one.answers or labels(one)] for name, some in rows.items()}
        self.written = [one for one in written if not one.answers or labels(one)]
        homes = {passage: one.document for one in written for passage in one.passages}
        self._passages, self._homes = list(homes), homes
        self._index = WordIndex([f"{p.title} {p.heading} {p.text}" for p in self._passages])

    def draw(self, number: int) -> list[Example]:
        """The examples of a round, the same for the same number."""
        rng = Random(number)
        found = [self._varied(one, rng) for one in self.written]
        for name, some in self.rows.items():
            chosen = rng.sample(some, k=min(len(some), A_ROUND[name]))
            found += [self._varied(one, rng) for one in chosen] if name == "statements" else chosen
        found += made.draw(A_ROUND["made"], rng)
        rng.shuffle(found)
        return found

    def batches(self, number: int) -> list[list[LabelledWindow]]:
        """The windows of a round in batches of at most TOKENS tokens; those of a question stay together."""
        rng = Random(number)
        groups = [labelled(one, rng, place) for place, one in enumerate(self.draw(number))]
        groups = [group for group in groups if group]
        groups.sort(key=lambda group: _longest(group) + rng.randint(0, 24))
        found: list[list[LabelledWindow]] = [[]]
        for group in groups:
            joined = found[-1] + group
            if found[-1] and len(joined) * _longest(joined) > TOKENS:
                found.append(group)
            else:
                found[-1] = joined
        rng.shuffle(found)
        return found

    def _varied(self, one: Example, rng: Random) -> Example:
        """A written question as it is asked in use: beside other documents, or without what answers it."""
        strangers = self._strangers(one, rng)
        if rng.random() < GONE:
            answering = {answer.passage for answer in one.answers}
            left = [p for number, p in enumerate(one.passages) if number not in answering]
            shown = left if rng.random() < 0.5 and left else []
            return replace(one, passages=tuple([*shown, *strangers]), answers=(), kind=f"{one.kind}:gone")
        if rng.random() < UNTITLED:
            return replace(one, passages=tuple(replace(p, title="") for p in one.passages))
        return replace(one, passages=(*one.passages, *strangers[:1])) if rng.random() < ELSEWHERE else one

    def _strangers(self, one: Example, rng: Random) -> list[PassageText]:
        scores = self._index.scores(one.question)
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        near = [self._passages[i] for i in order[:40] if self._homes[self._passages[i]] != one.document][:STRANGERS]
        rng.shuffle(near)
        return near


def _longest(group: Sequence[LabelledWindow]) -> int:
    return max(len(one.window.ids) for one in group)


def labelled(example: Example, rng: Random, question: int = 0, most: int = MOST) -> list[LabelledWindow]:
    """At most ANSWERING windows that answer and `most` in all, drawn by lot; none where what answers was cut off."""
    cut = windows(asked(example.question, example.before), example.passages)
    found = [LabelledWindow(window, question, _answers(window, labels(example))) for window in cut]
    right = [one for one in found if one.answers]
    if example.answers and not right:
        return []
    others = [one for one in found if not one.answers]
    right = rng.sample(right, k=min(ANSWERING, len(right)))
    return [*right, *rng.sample(others, k=min(most - len(right), len(others)))]


def _answers(window: Window, known: Sequence[UnitLabel]) -> dict[int, tuple[int, int] | None]:
    places = {part.unit: place for place, part in enumerate(window.parts)}
    return {
        places[label.unit]: tokens_of(window.parts[places[label.unit]], label.span)
        for label in known
        if label.passage == window.passage and label.unit in places
    }


def tokens_of(part: WindowPart, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """First and last token, in the window, of some characters of the unit; None where they were cut off."""
    if span is None:
        return None
    inside = [i for i, (start, end) in enumerate(part.offsets) if start < span[1] and span[0] < end]
    return (part.first + inside[0], part.first + inside[-1]) if inside else None
