"""What the answer reader reads in one pass: question, title and heading, and as many units of one passage as fit.

Training packs with the same functions, so that the model is asked what it was taught.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tokenizers import Tokenizer

from tools.language.blocks import TextUnit, units
from tools.library.encode.minilm import minilm_folder

LIMIT = 176
"""Tokens of a window, all included; it was trained on windows of at most that many."""
QUESTION_LIMIT, LABEL_LIMIT = 48, 32
"""Tokens of the question (with what was asked before it), and of title and heading; what is beyond is cut."""
MARK = "¶"
"""Stands before each unit: one token of the model."""


@dataclass(frozen=True)
class PassageText:
    """What is read of one item, and the title and headings that it stands under."""

    title: str
    heading: str
    text: str


@dataclass(frozen=True)
class WindowPart:
    """One unit in a window: `unit` is its place among the passage's units, `first` and `last` (exclusive) its tokens,
    `offsets` the characters of the unit's text that each token is."""

    unit: int
    first: int
    last: int
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Window:
    """`ids` and `types` as the model gets them; the token before each part is its mark."""

    passage: int
    ids: tuple[int, ...]
    types: tuple[int, ...]
    parts: tuple[WindowPart, ...]


@lru_cache(maxsize=1)
def tokenizer() -> Tokenizer:
    """MiniLM's, which neither pads nor cuts."""
    found = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def asked(question: str, before: str = "") -> str:
    """The question as it is read: after the one that it follows up, where it does."""
    return f"{before} {MARK} {question}" if before else question


def windows(question: str, passages: Sequence[PassageText]) -> list[Window]:
    """In order of reading. A unit that is longer than a window is cut at its end."""
    words = tokenizer()
    heads = [_label(passage) for passage in passages]
    read = [units(passage.text) for passage in passages]
    texts = [question, MARK, *heads, *(unit.text for some in read for unit in some)]
    encoded = words.encode_batch(texts, add_special_tokens=False)
    start = _start(words, encoded[0].ids[:QUESTION_LIMIT])
    mark, at = encoded[1].ids[0], 2 + len(heads)
    found: list[Window] = []
    for number, some in enumerate(read):
        tokens = [(one.ids, one.offsets) for one in encoded[at : at + len(some)]]
        label = encoded[2 + number].ids[:LABEL_LIMIT]
        found += _packed(number, start, label, tokens, mark)
        at += len(some)
    return found


def units_of(passages: Sequence[PassageText]) -> list[tuple[TextUnit, ...]]:
    """The units of each passage, as the windows number them."""
    return [units(passage.text) for passage in passages]


def _label(passage: PassageText) -> str:
    return " > ".join(" ".join(part.split()) for part in (passage.title, passage.heading) if part.strip())


def _start(words: Tokenizer, question: Sequence[int]) -> list[int]:
    return [_special(words, "[CLS]"), *question, _special(words, "[SEP]")]


def _special(words: Tokenizer, name: str) -> int:
    found = words.token_to_id(name)
    assert found is not None
    return found


def _packed(
    passage: int,
    start: Sequence[int],
    label: Sequence[int],
    tokens: Sequence[tuple[Sequence[int], Sequence[tuple[int, int]]]],
    mark: int,
) -> Iterator[Window]:
    """The units of one passage, in as few windows as they need."""
    end = start[-1]
    room = LIMIT - len(start) - len(label) - 1
    ids: list[int] = []
    parts: list[WindowPart] = []
    for number, (unit, offsets) in enumerate(tokens):
        size = min(len(unit), room - 1)
        if parts and len(ids) + 1 + size > room:
            yield _window(passage, start, label, ids, parts, end)
            ids, parts = [], []
        first = len(start) + len(label) + len(ids) + 1
        parts.append(WindowPart(number, first, first + size, tuple(offsets[:size])))
        ids += [mark, *unit[:size]]
    if parts:
        yield _window(passage, start, label, ids, parts, end)


def _window(
    passage: int, start: Sequence[int], label: Sequence[int], ids: Sequence[int], parts: Sequence[WindowPart], end: int
) -> Window:
    second = len(label) + len(ids) + 1
    return Window(passage, (*start, *label, *ids, end), (*[0] * len(start), *[1] * second), tuple(parts))
