"""Do two claims from different sources give different values for one thing? Few alarms, and right ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from agent.answer import Claim
from agent.validator.numbers import says
from tools.language import names
from tools.language.numbers import Quantity, extract
from tools.language.units import unit_stems
from tools.language.words import stems

# Words that may stand in one claim alone without making it speak of another thing.
_IDLE = (
    "tighten tightened torque set setting use used recommend recommended specify specified specification value rated "
    "rating amount amounts equal equals required requires fill filled capacity hold holds take takes change changed "
    "interval approximately maximum minimum least every"
)


@dataclass(frozen=True)
class Conflict:
    """Two claims that cannot both be right, and one sentence on why."""

    first: Claim
    second: Claim
    reason: str


def conflicts(claims: Sequence[Claim]) -> tuple[Conflict, ...]:
    """Every pair that cites no common source, speaks of one thing in the same words, and disagrees on its value."""
    pairs = ((one, other, _disagreement(one, other)) for one, other in combinations(claims, 2))
    return tuple(Conflict(one, other, reason) for one, other, reason in pairs if reason)


def _disagreement(one: Claim, other: Claim) -> str:
    keys, other_keys = ({citation.key for citation in claim.citations} for claim in (one, other))
    if keys & other_keys or not _same_subject(one.text, other.text):
        return ""
    for mine in extract(one.text):
        rivals = [theirs for theirs in extract(other.text) if theirs.dimension == mine.dimension]
        if mine.dimension and rivals and not any(_agree(mine, theirs, one, other) for theirs in rivals):
            return f"Source {_cited(keys)} says {mine.text}; source {_cited(other_keys)} says {rivals[0].text}."
    return ""


def _cited(keys: set[int]) -> str:
    return ", ".join(f"[{key}]" for key in sorted(keys))


def _same_subject(one: str, other: str) -> bool:
    """The same codes, and no content word that only one of them has, idle words and units left out."""
    codes = [{name.text.casefold() for name in names.codes(text)} for text in (one, other)]
    words = [set(stems(text)) - {*stems(_IDLE)} - unit_stems() for text in (one, other)]
    return codes[0] == codes[1] and bool(words[0]) and words[0] == words[1]


def _agree(mine: Quantity, theirs: Quantity, one: Claim, other: Claim) -> bool:
    """Either says the other, or their ranges and bounds leave room for both."""
    if says(mine, theirs, other.text) or says(theirs, mine, one.text):
        return True
    (low, high), (other_low, other_high) = _limits(mine), _limits(theirs)
    return max(low, other_low) <= min(high, other_high)


def _limits(quantity: Quantity) -> tuple[float, float]:
    low = -math.inf if quantity.bound in ("at most", "less than") else quantity.low
    return low, math.inf if quantity.bound in ("at least", "more than") else quantity.high
