"""Words that carry meaning, and those that do not."""

import re
from functools import lru_cache

import snowballstemmer

STOP_WORDS = frozenset(
    "a an the this that these those it its he she they them his her their there here we you your our i my me him us "
    "is are was were be been being am do does did has have had having will would shall should can could may might "
    "must of in on at by for to from with as into onto about and or but if then than so such which who whom whose what "
    "also both each any some all more most other own same too very just per via up out off over under again once "
    "when where while how because during through between s t".split()
)  # fmt: skip
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
"""A word: letters, with apostrophes inside."""


@lru_cache(maxsize=1)
def _stemmer() -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The English (Snowball) stem, lower case."""
    stemmed: str = _stemmer().stemWord(word.casefold().replace("’", "'").removesuffix("'s"))
    return stemmed


def stems(text: str) -> list[str]:
    """The stems of the content words in order; single letters and stop words are left out."""
    words = WORD.findall(text)
    return [stem(word) for word in words if len(word) > 1 and word.casefold() not in STOP_WORDS]
