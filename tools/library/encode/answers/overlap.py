"""How much of a question's words a unit has, and the passage that it stands in: rare words count for more."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tools.language.words import terms
from tools.library.encode.answers.packing import PassageText, units_of


def overlap(question: str, passages: Sequence[PassageText]) -> NDArray[np.float32]:
    """float32[units, 2], 0 to 1, in order of reading: the share of the question's weight that the unit's own words
    have, and that the whole passage has with title and heading. A word weighs ln(1 + units / (1 + those that have it)).
    """
    units = units_of(passages)
    own = [[terms(unit.text) for unit in some] for some in units]
    count = sum(map(len, own))
    having = Counter(word for some in own for words in some for word in words)
    weights = {word: math.log(1 + count / (1 + having[word])) for word in terms(question)}
    found = []
    for passage, some in zip(passages, own, strict=True):
        whole = terms(f"{passage.title} {passage.heading}").union(*some)
        found += [(_share(weights, words), _share(weights, whole)) for words in some]
    return np.array(found, np.float32).reshape(-1, 2)


def _share(weights: dict[str, float], words: frozenset[str]) -> float:
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / total if total else 0.0
