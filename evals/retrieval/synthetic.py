"""Points made by a seed, for measuring stores at sizes that no shared library has. Chunk by chunk: none needs all.

Vectors lie in 1000 clusters of 64 inner dimensions and a little noise in all, about as sentence vectors do; words are
drawn by Zipf's law from 50,000.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.library.store import Point, Sparse

CHUNK = 2000
CLUSTERS, INNER, NOISE = 1000, 64, 0.3
VOCABULARY, WORDS, ASKED = 50_000, 80, 6
"""Different words there are, in a point, and in a query."""
COMMON = 50
"""The most frequent words are in no query: they are the stop words that BM25 leaves out."""
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Points:
    """`text` float32[n, d], `clip` float32[n, e], L2-normalised (either may have no columns), and `words` of each."""

    first: int
    text: Vectors
    clip: Vectors
    words: list[Sparse]

    def windows(self) -> list[Point]:
        made = []
        for n in range(len(self.text)):
            dense = {"text": self.text[n].tolist(), "clip": self.clip[n].tolist()}
            number = self.first + n
            made.append(
                Point.of(
                    item=str(number),
                    number=0,
                    source=f"s{number // 200}",
                    kind="figure" if number % 10 == 0 else "passage",
                    dense={leg: vector for leg, vector in dense.items() if vector},  # type: ignore[misc]
                    bm25=self.words[n] if self.words else None,
                    pages=(number % 200 + 1,),
                )
            )
        return made


class Corpus:
    """`points(n)` in chunks, always the same; `queries(n)` of the same kind that are none of them."""

    def __init__(self, text_dim: int, clip_dim: int, words: bool = True, seed: int = 0) -> None:
        self._seed = seed
        self._text = _Space(text_dim, seed)
        self._clip = _Space(clip_dim, seed + 1)
        self._zipf = np.cumsum(1 / np.arange(1, VOCABULARY + 1)) if words else None

    def points(self, number: int) -> Iterator[Points]:
        for chunk, first in enumerate(range(0, number, CHUNK)):
            yield self._made(np.random.default_rng((self._seed, chunk)), first, min(CHUNK, number - first), WORDS, 0)

    def queries(self, number: int) -> Points:
        return self._made(np.random.default_rng((self._seed, 1 << 30)), 0, number, ASKED, COMMON)

    def _made(self, rng: np.random.Generator, first: int, number: int, words: int, common: int) -> Points:
        text, clip = self._text.draw(rng, number), self._clip.draw(rng, number)
        return Points(first, text, clip, self._bags(rng, number, words, common))

    def _bags(self, rng: np.random.Generator, number: int, words: int, common: int) -> list[Sparse]:
        return [self._bag(rng, words, common) for _ in range(number)] if self._zipf is not None else []

    def _bag(self, rng: np.random.Generator, number: int, common: int) -> Sparse:
        assert self._zipf is not None
        low = self._zipf[common - 1] if common else 0.0
        drawn = np.searchsorted(self._zipf, rng.uniform(low, self._zipf[-1], number))
        ids = np.unique(drawn)
        values = rng.uniform(0.8, 1.8, len(ids)) if not common else np.ones(len(ids))
        return Sparse(ids.tolist(), values.tolist())


class _Space:
    def __init__(self, dim: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._dim = dim
        scale = np.float32(max(dim, 1) ** -0.5)
        self._centres = rng.standard_normal((CLUSTERS, dim), np.float32) * scale
        self._basis = rng.standard_normal((INNER, dim), np.float32) * scale / np.float32(INNER**0.5)

    def draw(self, rng: np.random.Generator, number: int) -> Vectors:
        inner = rng.standard_normal((number, INNER), np.float32) @ self._basis
        noise = rng.standard_normal((number, self._dim), np.float32) * np.float32(NOISE * max(self._dim, 1) ** -0.5)
        vectors = self._centres[rng.integers(0, CLUSTERS, number)] + inner + noise
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
