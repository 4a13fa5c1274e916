"""A second opinion: a chat model, asked about all claims of an answer that the measures leave open.

Its word counts for as much as it was measured to be worth (`python -m evals agreement`): a yes from a model that says
yes to most false claims changes little.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agent.answer import Verdict

Answer = Literal["yes", "no", "cannot tell"]


class Asked(NamedTuple):
    claim: str
    sources: str


class Opinion(NamedTuple):
    """`words` of the source that decide, as the model gives them."""

    answer: Answer
    words: str = ""


@dataclass(frozen=True)
class Opinions:
    """`ask` answers all claims in one call, in order. `worth`: answer -> how many times as often it was given to true
    claims as to false ones, when it was measured."""

    name: str
    ask: Callable[[Sequence[Asked]], Sequence[Opinion]]
    worth: Mapping[Answer, float]


def weighed(verdict: Verdict, opinion: Opinion, opinions: Opinions, supported: float, unsupported: float) -> Verdict:
    """The verdict with the opinion in its probability (0 to 1), held against the same two thresholds."""
    before = min(max(verdict.score or 0.5, 1e-4), 1 - 1e-4)
    odds = math.log(before / (1 - before)) + math.log(max(opinions.worth.get(opinion.answer, 1.0), 1e-3))
    after = 1 / (1 + math.exp(-odds))
    said = f": “{opinion.words}”" if opinion.words else ""
    status: Literal["supported", "unconfirmed", "unsupported"]
    if after >= supported:
        status, reason = "supported", f"{opinions.name}, asked, finds it there{said}."
    elif after < unsupported:
        status, reason = "unsupported", f"{opinions.name}, asked, does not find it there{said}."
    else:
        status, reason = "unconfirmed", f"{verdict.reason} {opinions.name}, asked, says {opinion.answer}."
    update = {"status": status, "reason": reason, "decided": "opinion", "score": round(after, 4)}
    return verdict.model_copy(update=update)
