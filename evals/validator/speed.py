"""How long the validator takes: a claim with three sources, an answer of six claims, and loading the model."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from agent.answer import Citation, Claim
from agent.validator import validate
from agent.validator.entailment import Reader
from evals.validator import untitled
from tools.library.evidence import Item, Passage

SENTENCE = "In section {n} the valve of line {n} is opened by the {n}th lever before the pump of that line is started."
CLAIM = "Before its pump is started, the valve of line {n} has to be opened with a lever."
"""In other words than the source, so that it must be read."""
SENTENCES = 300 // 23
"""300 tokens, at 23 a sentence."""
ROUNDS = 20


@dataclass(frozen=True)
class Timings:
    """Medians of ROUNDS, in milliseconds."""

    loading: float
    claim: float
    """One claim against three texts of 300 tokens, all of them read."""
    answer: float
    """Six claims, each with a quote from each of three such texts."""

    def __str__(self) -> str:
        return (
            f"a claim with 3 sources of 300 tokens: {self.claim:.0f} ms; "
            f"an answer of 6 such claims: {self.answer:.0f} ms; loading the model: {self.loading:.0f} ms (medians)"
        )


def measure() -> Timings:
    items: dict[int, Item] = {key: _passage(key) for key in (1, 2, 3)}
    claims = [_claim(n) for n in range(6)]
    return Timings(
        loading=_median(Reader, 3),
        claim=_median(lambda: validate(claims[2:3], items, untitled), ROUNDS),
        answer=_median(lambda: validate(claims, items, untitled), ROUNDS),
    )


def _passage(key: int) -> Passage:
    text = " ".join(SENTENCE.format(n=n) for n in range(SENTENCES))
    return Passage(id=f"p{key}", source_id="0" * 64, text=text, regions=())


def _claim(n: int) -> Claim:
    quote = SENTENCE.format(n=n)
    return Claim(text=CLAIM.format(n=n), citations=tuple(Citation(key=key, quote=quote) for key in (1, 2, 3)))


def _median(run: Callable[[], object], rounds: int) -> float:
    run()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)
