"""Does the claim say it in the source's words, and go as far as the source does?

What is (nearly) verbatim passes without being read: the claim's content words are there, in the source's order, with
its negations and conditions. A difference in a small word ("all", "may", "planned", "under") is a doubt: an
entailment model of this size does not see it (a tester got 82 of 218 false claims past it, most by such a word).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import LCSseq

from agent.validator.spans import normalise
from tools.language.numbers import extract
from tools.language.sentences import segments
from tools.language.words import NEGATIONS, OPPOSITES, STOP_WORDS, WORD, stem, stems, terms, tokens

COVERED = 0.6
"""Share (0 to 1) of the claim's content words in the source below which the claim says something else."""
ENOUGH = 0.9
"""Share from which on a claim without a doubt passes. On dev_contrast .9 passes 63 right claims and 1 wrong; .6 adds
40 right and 30 wrong ones."""


@dataclass(frozen=True)
class Wording:
    """`coverage` in 0 to 1. `doubt`: in what claim and source differ though their words are alike, or ""."""

    coverage: float
    doubt: str = ""

    @property
    def is_own(self) -> bool:
        """Whether the claim is in the source's own words."""
        return self.coverage >= ENOUGH and not self.doubt


def check(claim: str, scope: str, context: str = "", headers: Sequence[str] = ()) -> Wording:
    """`scope`: the clauses the quotes stand in, among them table rows under their `headers`.

    `context`: headings, captions, titles. The order of words is that of the scope without its table headers.
    """
    wanted, there = stems(claim), {*stems(scope), *stems(context)}
    coverage = sum(word in there for word in wanted) / len(wanted) if wanted else 1.0
    doubt = _turned(claim, scope, context)
    if not doubt and coverage >= COVERED:
        doubt = _altered(claim, scope, headers)
    return Wording(coverage, doubt)


def _turned(claim: str, scope: str, context: str) -> str:
    """Whether it is denied, turned to its opposite, or goes less far, however much their words are alike."""
    near = _near(claim, scope)
    if _negations(claim) != _negations(near) or (_FORBIDS.search(context) and not _negations(claim)):
        return "The claim and the source do not agree in their negations"
    if opposite := _opposite(claim, f"{scope} {context}"):
        return f"The claim says “{opposite}” where the source has its opposite"
    return differ(claim, near, scope)


def _altered(claim: str, scope: str, headers: Sequence[str]) -> str:
    """The first other thing in which claim and source differ though their words are alike."""
    mine, theirs = (set(WORD.findall(text.casefold())) for text in (claim, scope))
    if mine & _CONDITIONS != theirs & _CONDITIONS:
        return "The claim drops or adds a condition"
    if theirs & _CIRCUMSTANCES and not mine & (_CIRCUMSTANCES | _CONDITIONS):
        return "The claim drops the circumstances"
    if mine & _CAUSES and not theirs & _CAUSES:
        return "The claim adds a cause"
    if normalise(claim.strip(" .")).text in normalise(scope).text:
        return ""
    if _is_reordered(claim, scope, headers):
        return "The claim has the source's words in another order"
    if _is_one_of_several(claim, scope):
        return "The quote gives several values of one kind"
    return ""


# Conditions, and verbs that deny like "not", which may not be dropped or added.
_CONDITIONS = set(
    "only except unless if until otherwise provided instead avoid avoids avoided refuse refuses refused decline "
    "declined fail fails failed prevent prevents prevented prohibit prohibited forbid forbidden deny denied".split()
)
# What holds only then; they may be put otherwise, but not dropped.
_CIRCUMSTANCES = set("when while during without whenever once".split())
# Not "since", "as", "so": they mean too many other things.
_CAUSES = set("because due thanks owing cause causes caused causing reason therefore result results resulted".split())
# A heading over a list: "Do not use it:", above what it must not be used for.
_FORBIDS = re.compile(r"\b(?:do not|don['’]t|never|must not)\b", re.IGNORECASE)
# A bound says "not" without denying anything: "not more than", "must not exceed"; "No. 5" is a number.
_BOUND_PHRASES = re.compile(
    r"\bnos?\.(?=\s?(?:of\b|\d))|\b(?:not?|never|cannot)\s+(?:to\s+|be\s+)?(?:more|less|greater|higher|lower|longer|shorter|fewer|later|earlier|"
    r"over|under|above|below|exceed\w*)\b",
    re.IGNORECASE,
)
_PREFIXES = ("un", "in", "im", "non", "dis", "ir", "il", "mis", "over", "under", "anti")


def _near(claim: str, scope: str) -> str:
    """The stretches of the source that share a word with the claim: a "cannot" in another clause denies nothing."""
    return " ".join(stretch for stretch in segments(scope) if terms(stretch) & terms(claim))


def _negations(text: str) -> int:
    words = WORD.findall(_BOUND_PHRASES.sub(" ", text).casefold().replace("’", "'"))
    return sum(word in NEGATIONS for word in words) + len(re.findall(r"\bnon-", text, re.IGNORECASE))


@lru_cache(maxsize=1)
def _opposite_stems() -> list[set[str]]:
    return [{stem(word) for word in pair} for pair in OPPOSITES]


def _opposite(claim: str, source: str) -> str:
    """A word of the claim that the source lacks, while it has the opposite (a pair, or with a prefix)."""
    mine: dict[str, str] = {stem(word): word for word in WORD.findall(claim)}
    there = {stem(word) for word in WORD.findall(source)}
    for root in (root for root in mine if root not in there):
        rivals = {other for pair in _opposite_stems() if root in pair for other in pair}
        rivals |= {prefix + root for prefix in _PREFIXES} | {root.removeprefix(prefix) for prefix in _PREFIXES}
        if rivals & there:
            return mine[root]
    return ""


def _is_reordered(claim: str, scope: str, headers: Sequence[str]) -> bool:
    """Whether content words or numbers stand in another order than in the source; headers may stand anywhere."""
    for header in headers:
        scope = scope.replace(f"{header}: ", " ")
    there = tokens(scope, letters=True)
    common = [token for token in tokens(claim, letters=True) if token in there]
    return LCSseq.similarity(common, there) < len(common)


def _is_one_of_several(claim: str, scope: str) -> bool:
    """Whether the source gives more values of one dimension than the claim takes up, so they may be mixed up."""
    taken, given = ({(q.dimension, q.low, q.high) for q in extract(text)} for text in (claim, scope))
    dimensions = {dimension for dimension, _, _ in taken if dimension}
    return any(sum(d == kind for d, _, _ in given) > sum(d == kind for d, _, _ in taken) for kind in dimensions)


# --- small words that decide how far a statement goes: all or some, must or may, done or planned -------------------

_ALL = frozenset("all every each both only always none never entire entirely".split())
_SOME = frozenset(
    "some few most almost nearly sometimes several many partly partially often usually mostly occasionally half".split()
)
_MAY = frozenset("may can might could possible possibly able allowed permitted optional optionally".split())
_SHOULD = frozenset("should ought recommended recommend advisable advised preferably".split())
_NOT_YET = frozenset(
    "intend intends intended planned planning expect expects expected allege alleges alleged allegedly claimed suggest "
    "suggests suggested hope hopes hoped predict predicts predicted attempted tries tried recommend recommends "
    "recommended propose proposes proposed believe believes believed estimated considers reportedly supposed likely "
    "probably would".split()
)
_PLAN = re.compile(r"\b(?:plan|claim|attempt|estimate|forecast)s? (?=to\b|that\b)", re.IGNORECASE)
_OTHER_SENSE = re.compile(r"(?<=[a-z0-9,] )May\b|\bMay(?= \d)|\b(?:a|the|each) can\b")
"""May, the month, and "can" after "a", a tin."""
_PLACES = frozenset(
    "on under above below behind beneath before after during from inside outside among without over beside".split()
)


def differ(claim: str, source: str, sentence: str) -> str:
    """In what claim and source do not go equally far; "" where they do.

    `source`: the clauses that speak of it; `sentence`: all of the sentences that these stand in.
    """
    mine, theirs, around = (_small_words(text) for text in (claim, source, sentence))
    if _ALL & {*mine} - {*theirs}:
        return "The claim says it of more than the source does"
    if _SOME & {*theirs} and not (_SOME | _MAY) & {*mine}:
        return "The source says it of some only"
    for degree, there in ((_MAY, theirs), (_SHOULD, theirs), (_NOT_YET, around)):
        if degree & {*there} and not degree & {*mine}:
            return "The source says it less firmly"
    places, others = _placed(mine), _placed(theirs)
    if any(places[word].isdisjoint(others[word]) for word in places.keys() & others.keys()):
        return "The claim says another place, time or direction"
    return ""


def _small_words(text: str) -> list[str]:
    """All words in lower case; a noun before "to" or "that" is a plan."""
    return [word.casefold() for word in WORD.findall(_OTHER_SENSE.sub(" ", _PLAN.sub("planned ", text)))]


def _placed(words: list[str]) -> dict[str, set[str]]:
    """Stem of the first content word after each of _PLACES, at most three words on -> those it stands after."""
    found: dict[str, set[str]] = {}
    for at, word in enumerate(words):
        if word in _PLACES:
            after = next((w for w in words[at + 1 : at + 4] if w not in STOP_WORDS), "")
            if after:
                found.setdefault(stem(after), set()).add(word)
    return found
