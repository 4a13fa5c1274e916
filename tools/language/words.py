"""Words: which carry meaning, their stems, which deny, and which are opposites."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

STOP_WORDS = frozenset(
    "a an the this that these those it its he she they them his her their there here we you your i our my me him us "
    "is are was were be been being am do does did has have had having will would shall should can could may might "
    "must of in on at by for to from with as into onto about and or but if then than so such which who whom whose what "
    "also both each any some all more most other own same too very just per via up out off over under again once "
    "when where while how because during through between s t".split()
)  # fmt: skip
QUESTION_WORDS = frozenset(
    "why much many often one find give show tell please need needs want let lets get gets go goes put come comes "
    "take takes happen happens mean means say says doing further itself only no nor not above after before below "
    "until".split()
)
"""Words that ask, and say nothing of what is asked for."""
NEGATIONS = frozenset(
    "no not never none nobody nothing nowhere neither nor without cannot can't don't doesn't didn't isn't aren't "
    "wasn't weren't won't wouldn't shouldn't mustn't couldn't hasn't haven't hadn't needn't".split()
)


def _pairs(written: str) -> tuple[tuple[str, str], ...]:
    return tuple((one, other) for one, other in (pair.split("/") for pair in written.split()))


OPPOSITE_VALUES = _pairs(
    "minimum/maximum lowest/highest open/closed new/worn trip/warning left/right front/rear first/last"
)
"""Pairs that name one of two values: asked for the minimum, the maximum does not answer."""
OPPOSITES = OPPOSITE_VALUES + _pairs(
    "on/off up/down before/after above/below increase/decrease raise/lower tighten/loosen connect/disconnect "
    "lock/unlock start/stop clockwise/counterclockwise clockwise/anticlockwise front/back upper/lower inner/outer "
    "max/min hot/cold high/low full/empty insert/remove install/remove fit/remove enable/disable inlet/outlet "
    "intake/exhaust input/output positive/negative red/black always/never more/less over/under higher/lower "
    "allow/forbid permit/prohibit dry/wet warm/cold hot/warm push/pull fill/drain inside/outside with/without "
    "safe/dangerous engage/disengage forward/reverse forward/backward vertical/horizontal parallel/series early/late "
    "add/remove true/false increase/fall increase/drop increased/fell increased/dropped rose/fell rose/dropped "
    "rise/drop include/exclude accept/reject pass/fail win/lose born/died buy/sell male/female north/south east/west "
    "rise/fall"
)
"""Pairs of which one says otherwise than the other."""

_TURNING = {
    "not": " ".join(NEGATIONS) + " avoid avoids refuse refuses prevent prevents prohibited forbidden fails failed",
    "all": "all every each both always entire entirely any",
    "some": "some few most many several mostly often usually sometimes partly half almost nearly",
    "only": "only except unless otherwise alone",
    "if": "if when while until provided whenever once during",
    "may": "may can might could possible possibly allowed permitted optional optionally",
    "must": "must shall required mandatory",
    "should": "should ought recommended advisable preferably",
    "planned": "plan plans planned intend intends expect expected allege alleged claimed suggest suggests hope hopes "
    "predicted tries proposed proposes believe believed estimated reportedly supposed likely probably would",
    "because": "because due owing cause causes caused therefore reason result results",
    **{word: word for word in "on under above below before after from inside outside without over beside".split()},
}
TURNING = {word: kind for kind, words in _TURNING.items() for word in words.split()}
"""Words that turn a statement, or say how far it goes, and what kind each is of."""

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
"""A word: letters, with apostrophes inside."""
_WORD_OR_NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|{WORD.pattern}")


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer  # loads 30 languages, so only where a word is stemmed

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English (Snowball) stem, lower case."""
    stemmed: str = _stemmer().stemWord(word.casefold().replace("’", "'").removesuffix("'s"))
    return stemmed


@lru_cache(maxsize=1024)
def tokens(text: str, letters: bool = False) -> Sequence[str]:
    """The stems of the content words and the numbers as written, in order; no stop words.

    `letters`: single letters too, which name things ("from A to B") but count for little.
    """
    found = [token for token in _WORD_OR_NUMBER.findall(text) if token.casefold() not in STOP_WORDS]
    content = [token for token in found if letters or len(token) > 1 or token.isdecimal()]
    return tuple(token if token[0].isdecimal() else stem(token) for token in content)


def stems(text: str) -> list[str]:
    """The stems of the content words in order."""
    return [token for token in tokens(text) if not token[0].isdecimal()]


@lru_cache(maxsize=1024)
def terms(text: str) -> frozenset[str]:
    """What a text has of `tokens`: the form in which texts are compared word by word."""
    return frozenset(tokens(text))


def singulars(text: str) -> set[str]:
    """Words, of plurals the singular. A stem would take "control" for the "controller" that was asked for."""
    return {word.removesuffix("s") for word in re.findall(r"\w+", text.lower())}
