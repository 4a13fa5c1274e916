"""What was said against what answers: shares of questions, and whether a quote stands where the answer does."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate

from evals.reader.examples import Example
from tools.language.blocks import units

SHARED = 0.5
"""Of the letters of the shorter of the two, quote and answering unit, how many both must have."""


@dataclass(frozen=True)
class ReaderOutcome:
    """One question: does anything answer it, and of what was said, in order, whether it does. Nothing said: refused."""

    answerable: bool
    said: tuple[bool, ...]


@dataclass(frozen=True)
class ReaderScores:
    """Shares, 0 to 1; None where there is no such question. Of the answerable questions: what answers was said first,
    was said at all, nothing was said. Of the others: nothing was said."""

    first: float | None
    among_said: float | None
    refused_wrong: float | None
    refused_right: float | None
    answerable: int
    unanswerable: int

    def as_json(self) -> dict[str, float | int | None]:
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def scores(outcomes: Sequence[ReaderOutcome]) -> ReaderScores:
    some = [one for one in outcomes if one.answerable]
    none = [one for one in outcomes if not one.answerable]
    return ReaderScores(
        first=_share([bool(one.said) and one.said[0] for one in some]),
        among_said=_share([any(one.said) for one in some]),
        refused_wrong=_share([not one.said for one in some]),
        refused_right=_share([not one.said for one in none]),
        answerable=len(some),
        unanswerable=len(none),
    )


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None


class AnswerPlaces:
    """Where the units that answer stand in an example's passages, counted in letters and digits: blanks, marks and the
    bars of tables may differ between a source and what was read of it."""

    def __init__(self, example: Example) -> None:
        texts = [letters(passage.text) for passage in example.passages]
        self._starts = [0, *accumulate(len(text) for text in texts)]
        self._text = "".join(texts)
        self._gold = sorted(set(self._ranges(example)))

    def _ranges(self, example: Example) -> Iterator[tuple[int, int]]:
        for answer in example.answers:
            text = example.passages[answer.passage].text
            for unit in units(text):
                if unit.start < answer.end and answer.start < unit.end:
                    first = self._starts[answer.passage] + len(letters(text[: unit.start]))
                    yield first, first + len(letters(text[unit.start : unit.end]))

    def has(self, quote: str, passage: int | None = None) -> bool:
        """Whether the quote, of that passage or of any, is what answers."""
        wanted = letters(quote)
        start, end = (0, len(self._text)) if passage is None else self._starts[passage : passage + 2]
        at = self._text.find(wanted, start, end) if wanted else -1
        while at >= 0:
            if any(_overlap(at, at + len(wanted), *gold) for gold in self._gold):
                return True
            at = self._text.find(wanted, at + 1, end)
        return False


def _overlap(start: int, end: int, first: int, last: int) -> bool:
    return min(end, last) - max(start, first) >= SHARED * min(end - start, last - first)


def letters(text: str) -> str:
    """Letters and digits alone, in small letters."""
    return "".join(char for char in text.casefold() if char.isalnum())
