"""What the layers measure of a claim against texts, side by side: the entries of the calibrated decision."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agent.validator import facts, wording
from agent.validator.split import segments, split
from agent.validator.windows import WORDS, Sentence, sentences, sequence, terms, windows

MOST_PARTS = 4
"""Statements of one claim that are read apart; a longer claim's rest is read with the whole."""


PART_WORDS = 80
"""Most words of the window that a statement is read in."""


NEAR = 6
"""Content words."""


class Reads(Protocol):
    """The entailment model, or its stand-in in a test."""

    def read(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """(claim, evidence) -> float32[n, 3]: log-probabilities of supported, contradicted, unsupported."""


@dataclass(frozen=True)
class Measures:
    """All finite. Log-odds are natural logarithms; shares and flags lie in 0 to 1."""

    whole: float
    """Log-odds that the best window supports the whole claim."""
    weakest: float
    """Log-odds of the statement that fares worst, where the claim joins several."""
    digest: float
    """Log-odds of the whole claim in the digest of the sentences that share its words."""
    contradicted: float
    """Log-odds that the window that supports it most contradicts the claim."""
    covered: float
    """Share of the claim's words and numbers that the windows have."""
    covered_by_one: float
    """The same, in the best single sentence."""
    covered_core: float
    """The same, in the few sentences that cover most."""
    covered_least: float
    """The same, of the stretch of the claim between commas and conjunctions that is covered least."""
    phrases: float
    """Share of its neighbouring content words that stand within NEAR words of one another in the evidence."""
    verbatim: float
    """1 where the best sentence has the claim in its own words, without a doubt."""
    doubtful: float
    """1 where the words are those of the sentence, but turned, denied or under another condition."""
    wrong_numbers: float
    """Share of its numbers, dates and codes that the evidence gives otherwise."""
    missing_numbers: float
    """Share of its numbers, dates and codes that the evidence lacks."""
    missing_names: float
    """Share of its names that the evidence lacks."""
    has_numbers: float
    """1 where the claim has a number, date or code that can be checked."""
    long_evidence: float
    """1 where the evidence does not fit into one window."""
    long_claim: float
    """Words of the claim by 40, at most 1."""

    @property
    def row(self) -> NDArray[np.float64]:
        """float64[17], in the order of NAMES."""
        return np.array(astuple(self), np.float64)


NAMES = tuple(field.name for field in fields(Measures))


def measure(claim: str, texts: Sequence[str], reads: Reads, context: str = "") -> Measures:
    """`texts`: all that the claim cites, judged together; `context`: their headings, captions and titles."""
    every = [sentence for text in texts for sentence in sentences(text)]
    found = windows(claim, every)
    parts = split(claim)[:MOST_PARTS]
    apart = [(part, windows(part, every, [PART_WORDS])[0]) for part in parts] if len(parts) > 1 else []
    scores = reads.read([*((claim, window) for window in found), *apart])
    odds = scores[:, 0] - np.logaddexp(scores[:, 1], scores[:, 2])
    against = scores[:, 1] - np.logaddexp(scores[:, 0], scores[:, 2])
    whole = odds[: len(found)]
    checked = facts.check(claim, "\n\n".join([*found, context]))
    said = _best_sentence(claim, every)
    words = wording.check(claim, said.text, context)
    wanted = terms(claim)
    there = terms(" ".join([*found, context]))
    return Measures(
        whole=float(whole.max()),
        weakest=float(min([whole.max(), *odds[len(found) :]])),
        digest=float(whole[0]),
        contradicted=float(against[int(whole.argmax())]),
        covered=_share(len(wanted & there), len(wanted)),
        covered_by_one=_share(len(wanted & said.terms), len(wanted)),
        covered_core=_share(len(wanted & terms(f"{found[-1]} {context}")), len(wanted)),
        covered_least=min(_share(len(terms(s) & there), len(terms(s))) for s in segments(claim)),
        phrases=_phrases(claim, " ".join([context, *texts])),
        verbatim=float(words.status == "supported"),
        doubtful=float(words.status == "unchecked" and words.coverage >= wording.ENOUGH),
        wrong_numbers=_of_numbers(checked, checked.contradicted),
        missing_numbers=_of_numbers(checked, checked.missing),
        missing_names=_of_names(checked),
        has_numbers=float(any(fact.kind != "name" for fact in _all(checked))),
        long_evidence=float(sum(sentence.length for sentence in every) > WORDS),
        long_claim=min(1.0, len(claim.split()) / 40),
    )


def _best_sentence(claim: str, found: Sequence[Sentence]) -> Sentence:
    wanted = terms(claim)
    return max(found, key=lambda s: (len(s.terms & wanted), -s.length), default=Sentence("", frozenset(), 0))


def _phrases(claim: str, evidence: str) -> float:
    """Skip-bigrams of content words (ROUGE-S, Lin 2004, over stems)."""
    mine, theirs = sequence(claim), sequence(evidence)
    places: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(theirs):
        places[word].append(place)
    pairs = list(pairwise(mine))
    close = [any(abs(i - j) <= NEAR for i in places.get(a, ()) for j in places.get(b, ())) for a, b in pairs]
    return _share(sum(close), len(pairs)) if pairs else float(not mine or mine[0] in places)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _all(checked: facts.FactCheck) -> tuple[facts.Fact, ...]:
    return checked.supported + checked.missing + checked.contradicted


def _of_numbers(checked: facts.FactCheck, some: Sequence[facts.Fact]) -> float:
    numbers = [fact for fact in _all(checked) if fact.kind != "name"]
    return sum(fact.kind != "name" for fact in some) / len(numbers) if numbers else 0.0


def _of_names(checked: facts.FactCheck) -> float:
    names = [fact for fact in _all(checked) if fact.kind == "name"]
    return sum(fact.kind == "name" for fact in checked.missing) / len(names) if names else 0.0
