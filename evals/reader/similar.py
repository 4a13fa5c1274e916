"""Which passages share most with a question by their words: BM25 over stems (Robertson & Zaragoza, 2009)."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from tools.language.words import stems

K1, B = 1.2, 0.75
"""The usual values."""


class WordIndex:
    """BM25 of some texts, in memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(stems(text)) for text in texts]
        self._sizes = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._sizes) / max(1, len(texts))
        self._places: dict[str, list[int]] = defaultdict(list)
        for number, counts in enumerate(self._counts):
            for word in counts:
                self._places[word].append(number)

    def scores(self, question: str) -> list[float]:
        """One score for each text, 0 where no word is shared."""
        found = [0.0] * len(self._counts)
        for word in set(stems(question)):
            places = self._places.get(word, [])
            weight = math.log(1 + (len(found) - len(places) + 0.5) / (len(places) + 0.5))
            for number in places:
                count = self._counts[number][word]
                found[number] += (
                    weight * count * (K1 + 1) / (count + K1 * (1 - B + B * self._sizes[number] / self._mean))
                )
        return found
