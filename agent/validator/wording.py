"""Does the claim say it in the source's words?

What is (nearly) verbatim passes without being read: the claim's content words are there, in the source's order, with
its negations and conditions. Where the words are there but something might have been turned round, that is told: the
entailment model alone is not trusted to see it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import LCSseq

from agent.validator.qualifiers import differ
from agent.validator.spans import NEGATIONS, normalise
from agent.validator.split import segments
from agent.validator.windows import terms
from tools.language.numbers import extract
from tools.language.words import STOP_WORDS, WORD, stem, stems

VERBATIM = 0.9
"""Share of the claim's content words (0 to 1) from which on it counts as the source's own words."""
COVERED = 0.6
"""Share below which the claim says something else."""
ENOUGH = 0.9
"""Share from which on a claim without a doubt passes. On dev_contrast .9 passes 63 right claims and 1 wrong; .6 adds
40 right and 30 wrong ones."""

# Conditions, and verbs that deny like "not", which may not be dropped or added.
_CONDITIONS = set(
    "only except unless if until otherwise provided instead avoid avoids avoided refuse refuses refused decline "
    "declined fail fails failed prevent prevents prevented prohibit prohibited forbid forbidden deny denied".split()
)
# A heading over a list: "Do not use it:", above what it must not be used for.
_FORBIDS = re.compile(r"\b(?:do not|don['’]t|never|must not)\b", re.IGNORECASE)
# What holds only then; they may be put otherwise, but not dropped.
_CIRCUMSTANCES = set("when while during without whenever once".split())
# Not "since", "as", "so": they mean too many other things.
_CAUSES = set("because due thanks owing cause causes caused causing reason therefore result results resulted".split())
_OPPOSITES = [
    frozenset(stem(word) for word in pair.split("/"))
    for pair in (
        "open/close on/off left/right up/down before/after above/below increase/decrease raise/lower tighten/loosen "
        "connect/disconnect lock/unlock start/stop clockwise/counterclockwise clockwise/anticlockwise front/rear "
        "front/back upper/lower inner/outer minimum/maximum max/min hot/cold high/low full/empty insert/remove "
        "install/remove fit/remove enable/disable inlet/outlet intake/exhaust input/output positive/negative "
        "red/black always/never more/less over/under first/last higher/lower allow/forbid permit/prohibit dry/wet "
        "warm/cold hot/warm push/pull fill/drain inside/outside with/without safe/dangerous engage/disengage "
        "forward/reverse forward/backward vertical/horizontal parallel/series early/late add/remove true/false "
        "increase/fall increase/drop increased/fell increased/dropped rose/fell rose/dropped rise/drop include/exclude "
        "accept/reject pass/fail win/lose born/died buy/sell male/female north/south east/west rise/fall"
    ).split()
]
_PREFIXES = ("un", "in", "im", "non", "dis", "ir", "il", "mis", "over", "under", "anti")


@dataclass(frozen=True)
class Wording:
    """`coverage` in 0 to 1. `doubt`: in what claim and source differ though their words are alike, or ""."""

    status: Literal["supported", "unchecked", "unsupported"]
    coverage: float
    doubt: str = ""


def check(claim: str, scope: str, context: str = "", headers: Sequence[str] = ()) -> Wording:
    """`scope`: the clauses the quotes stand in, among them table rows under their `headers`.

    `context`: headings, captions, titles. The order of words is that of the scope without its table headers.
    """
    wanted = stems(claim)
    quoted, around = stems(scope), set(stems(context))
    covered = [word for word in wanted if word in quoted or word in around]
    coverage = len(covered) / len(wanted) if wanted else 1.0
    if coverage < COVERED:
        return Wording("unsupported", coverage, _turned(claim, scope, context))
    doubt = _turned(claim, scope, context) or _doubt(claim, scope, headers)
    return Wording("unchecked" if doubt or coverage < ENOUGH else "supported", coverage, doubt)


def _turned(claim: str, scope: str, context: str) -> str:
    """Whether it is denied, turned to its opposite, or goes less far, however much their words are alike."""
    told = _told_of(claim, scope)
    if _negations(claim) != _negations(told) or (_FORBIDS.search(context) and not _negations(claim)):
        return "The claim and the source do not agree in their negations"
    if opposite := _opposite(claim, f"{scope} {context}"):
        return f"The claim says “{opposite}” where the source has its opposite"
    return differ(claim, told, scope)


def _doubt(claim: str, scope: str, headers: Sequence[str]) -> str:
    """The first other thing in which claim and source differ though their words are alike."""
    if _of(claim, _CONDITIONS) != _of(scope, _CONDITIONS):
        return "The claim drops or adds a condition"
    if _of(scope, _CIRCUMSTANCES) and not _of(claim, _CIRCUMSTANCES | _CONDITIONS):
        return "The claim drops the circumstances"
    if _of(claim, _CAUSES) and not _of(scope, _CAUSES):
        return "The claim adds a cause"
    if normalise(claim.strip(" .")).text in normalise(scope).text:
        return ""
    if _is_reordered(claim, scope, headers):
        return "The claim has the source's words in another order"
    if _is_one_of_several(claim, scope):
        return "The quote gives several values of one kind"
    return ""


def _told_of(claim: str, scope: str) -> str:
    """The stretches of the source that share a word with the claim: a "cannot" in another clause denies nothing."""
    wanted = terms(claim)
    return " ".join(stretch for stretch in segments(scope) if terms(stretch) & wanted)


# A bound says "not" without denying anything: "not more than", "must not exceed"; "No. 5" is a number.
_BOUND_PHRASES = re.compile(
    r"\bnos?\.(?=\s?(?:of\b|\d))|\b(?:not?|never|cannot)\s+(?:to\s+|be\s+)?(?:more|less|greater|higher|lower|longer|shorter|fewer|later|earlier|"
    r"over|under|above|below|exceed\w*)\b",
    re.IGNORECASE,
)


def _negations(text: str) -> int:
    words = WORD.findall(_BOUND_PHRASES.sub(" ", text).casefold().replace("’", "'"))
    return sum(word in NEGATIONS for word in words) + len(re.findall(r"\bnon-", text, re.IGNORECASE))


def _of(text: str, wanted: set[str]) -> set[str]:
    return wanted & set(WORD.findall(text.casefold()))


def _opposite(claim: str, source: str) -> str:
    """A word of the claim that the source lacks, while it has the opposite (a pair, or with a prefix)."""
    said: dict[str, str] = {stem(word): word for word in WORD.findall(claim)}
    there = {stem(word) for word in WORD.findall(source)}
    for root, word in said.items():
        if root in there:
            continue
        rivals = {other for pair in _OPPOSITES if root in pair for other in pair - {root}}
        rivals |= {prefix + root for prefix in _PREFIXES}
        rivals |= {root.removeprefix(prefix) for prefix in _PREFIXES} - {root}
        if rivals & there:
            return word
    return ""


def _is_reordered(claim: str, scope: str, headers: Sequence[str]) -> bool:
    """Whether content words or numbers stand in another order than in the source; headers may stand anywhere."""
    for header in headers:
        scope = scope.replace(f"{header}: ", " ")
    there = _sequence(scope)
    kept = [token for token in _sequence(claim) if token in set(there)]
    return LCSseq.similarity(kept, there) < len(kept)


def _sequence(text: str) -> list[str]:
    tokens = re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", text.casefold())
    return [token if token[0].isdecimal() else stem(token) for token in tokens if token not in STOP_WORDS]


def _is_one_of_several(claim: str, scope: str) -> bool:
    """Whether the source gives more values of one dimension than the claim takes up, so they may be mixed up."""
    taken, given = extract(claim), extract(scope)
    for dimension in {quantity.dimension for quantity in taken if quantity.dimension}:
        values = {(q.low, q.high) for q in given if q.dimension == dimension}
        mine = {(q.low, q.high) for q in taken if q.dimension == dimension}
        if len(values) > len(mine):
            return True
    return False
