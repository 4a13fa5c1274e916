"""What the layers measure of a claim against texts, side by side: the entries of the calibrated decision."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agent.validator import numbers, wording
from agent.validator.numbers import Fact, FactCheck
from agent.validator.windows import WORDS, Sentence, sentences, windows
from tools.language.sentences import segments, statements
from tools.language.words import terms, tokens

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
    whole, weakest, contradicted = _read(claim, found, every, reads)
    facts = numbers.check(claim, "\n\n".join([*found, context]))
    best = _best_sentence(claim, every)
    words = wording.check(claim, best.text, context)
    there = terms(" ".join([*found, context]))
    return Measures(
        whole=max(whole),
        weakest=weakest,
        digest=whole[0],
        contradicted=contradicted,
        covered=_covered(claim, there),
        covered_by_one=_covered(claim, best.terms),
        covered_core=_covered(claim, terms(f"{found[-1]} {context}")),
        covered_least=min(_covered(stretch, there) for stretch in segments(claim)),
        phrases=_phrases(claim, " ".join([context, *texts])),
        verbatim=float(words.is_own),
        doubtful=float(words.coverage >= wording.ENOUGH and not words.is_own),
        wrong_numbers=_share(facts.contradicted, facts, named=False),
        missing_numbers=_share(facts.missing, facts, named=False),
        missing_names=_share(facts.missing, facts, named=True),
        has_numbers=float(any(fact.kind != "name" for fact in facts.facts)),
        long_evidence=float(sum(sentence.length for sentence in every) > WORDS),
        long_claim=min(1.0, len(claim.split()) / 40),
    )


def _read(
    claim: str, found: Sequence[str], every: Sequence[Sentence], reads: Reads
) -> tuple[list[float], float, float]:
    """Log-odds of support in each window, of the weakest statement, and of contradiction in the best window."""
    parts = statements(claim)[:MOST_PARTS]
    apart = [(part, windows(part, every, [PART_WORDS])[0]) for part in parts] if len(parts) > 1 else []
    scores = reads.read([*((claim, window) for window in found), *apart])
    odds = scores[:, 0] - np.logaddexp(scores[:, 1], scores[:, 2])
    against = scores[:, 1] - np.logaddexp(scores[:, 0], scores[:, 2])
    whole = odds[: len(found)]
    return whole.tolist(), float(min([whole.max(), *odds[len(found) :]])), float(against[int(whole.argmax())])


def _best_sentence(claim: str, found: Sequence[Sentence]) -> Sentence:
    return max(found, key=lambda s: (len(s.terms & terms(claim)), -s.length), default=Sentence("", frozenset(), 0))


def _covered(claim: str, there: frozenset[str]) -> float:
    """Share of the claim's terms; 1 where it has none."""
    wanted = terms(claim)
    return len(wanted & there) / len(wanted) if wanted else 1.0


def _phrases(claim: str, evidence: str) -> float:
    """Skip-bigrams of content words (ROUGE-S, Lin 2004, over stems)."""
    mine, places = tokens(claim), defaultdict[str, list[int]](list)
    for place, word in enumerate(tokens(evidence)):
        places[word].append(place)
    close = [any(abs(i - j) <= NEAR for i in places.get(a, ()) for j in places.get(b, ())) for a, b in pairwise(mine)]
    return sum(close) / len(close) if close else float(not mine or mine[0] in places)


def _share(some: Sequence[Fact], facts: FactCheck, *, named: bool) -> float:
    """Of the claim's names, or of its numbers, dates and codes, those among `some`; 0 where it has none."""
    kinds = [fact.kind == "name" for fact in facts.facts]
    return sum((fact.kind == "name") == named for fact in some) / max(1, kinds.count(named))
