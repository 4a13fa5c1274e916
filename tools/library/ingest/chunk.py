"""Blocks into passages of 256 to 512 tokens, cut at sentences, 50 tokens shared, each knowing its regions."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tools.language.sentences import sentences
from tools.library.evidence import Word, text_of
from tools.library.parse.parts import Block

SMALLEST, LARGEST, OVERLAP = 256, 512, 50
LEAST_PAGE = 40  # tokens of a page that is a passage of its own where the next page begins with a heading: slides
Count = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True)
class Chunk:
    """The words of a passage to be; `heading` is that of its first block."""

    words: tuple[Word, ...]
    heading: str


@dataclass(frozen=True)
class _Sentence:
    words: tuple[Word, ...]
    heading: str
    tokens: int
    opens: bool
    """Whether it is the first of a section, a good place to cut before."""
    leaf: bool = False
    """Whether it is the first of a page that begins with a heading, as slides do."""


def chunk(blocks: Sequence[Block], count: Count) -> list[Chunk]:
    """`count` counts tokens as the text encoder's own tokenizer does.

    A chunk is smaller than 256 tokens only where the source ends, or before a page that begins with a heading (then
    nothing is shared); a sentence over 512 is cut at words.
    """
    todo = list(_sentences(blocks, count))
    chunks: list[list[_Sentence]] = []
    current: list[_Sentence] = []
    for sentence in todo:
        size = sum(s.tokens for s in current)
        if sentence.leaf and size >= LEAST_PAGE:
            chunks.append(current)
            current = []
        elif current and (size + sentence.tokens > LARGEST or (sentence.opens and size >= SMALLEST)):
            chunks.append(current)
            current = _tail(current, LARGEST - sentence.tokens)
        current.append(sentence)
    if current:
        chunks.append(current)
    return [Chunk(tuple(w for s in c for w in s.words), _own(c).heading) for c in _join_last(chunks)]


def _own(chunk: Sequence[_Sentence]) -> _Sentence:
    """The sentence whose heading speaks for the chunk: the one that holds the middle, past any overlap."""
    return chunk[len(chunk) // 2]


def _join_last(chunks: list[list[_Sentence]]) -> list[list[_Sentence]]:
    """A last chunk under 256 tokens joins the one before where both fit; the shared part is not doubled."""
    if len(chunks) < 2 or chunks[-1][0].leaf or sum(s.tokens for s in chunks[-1]) >= SMALLEST:
        return chunks
    before = {id(s) for s in chunks[-2]}
    joined = chunks[-2] + [s for s in chunks[-1] if id(s) not in before]
    return [*chunks[:-2], joined] if sum(s.tokens for s in joined) <= LARGEST else chunks


def _tail(chunk: Sequence[_Sentence], room: int) -> list[_Sentence]:
    """The last sentences that together have at most 50 tokens (and fit into `room`): what two chunks share."""
    tail: list[_Sentence] = []
    for sentence in reversed(chunk):
        if sum(s.tokens for s in tail) + sentence.tokens > min(OVERLAP, room):
            break
        tail.insert(0, sentence)
    return tail


def _sentences(blocks: Sequence[Block], count: Count) -> Iterator[_Sentence]:
    before, page = None, 0
    for block in blocks:
        opens = block.heading != before
        own = bool(block.heading) and block.heading.endswith(" ".join(text_of(block.words).split()))
        leaf = block.words[0].page > page > 0 and (opens or own)
        before, page = block.heading, block.words[-1].page
        for words in _split(block.words):
            for piece in _fitting(words, count):
                yield _Sentence(piece, block.heading, count([text_of(piece)])[0], opens, leaf)
                opens = leaf = False


def _split(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """The words of a block by sentences; a word belongs to the sentence in which it starts."""
    starts = list(itertools.accumulate((len(w.text) + len(w.sep) for w in words), initial=0))
    cuts = [span.start for span in sentences(text_of(words))][1:]
    begin = 0
    for cut in [*cuts, float("inf")]:
        end = next((i for i in range(begin, len(words)) if starts[i] >= cut), len(words))
        if end > begin:
            yield tuple(words[begin:end])
        begin = end


def _fitting(words: tuple[Word, ...], count: Count) -> Iterator[tuple[Word, ...]]:
    """The sentence, halved until each piece has at most 512 tokens (a single word is never cut)."""
    if len(words) < 2 or count([text_of(words)])[0] <= LARGEST:
        yield words
        return
    half = len(words) // 2
    yield from _fitting(words[:half], count)
    yield from _fitting(words[half:], count)
