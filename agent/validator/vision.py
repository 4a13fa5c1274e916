"""Is what is said of a picture so? Its caption and lettering say it; beyond them, only looking again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.validator import numbers
from agent.validator.case import labels
from tools.library.evidence import Figure

Seen = Literal["yes", "no", "cannot tell"]
Looks = Callable[[Figure, str], Seen]
"""(figure, claim) -> whether one look at that picture alone shows the claim to be true."""
Supports = Callable[[str, Sequence[str]], bool]
"""(claim, texts) -> whether the texts support it."""


@dataclass(frozen=True)
class Vision:
    status: Literal["supported", "contradicted", "unchecked"]
    reason: str


def check(claim: str, figures: Sequence[Figure], sources: str, supports: Supports, look: Looks | None) -> Vision:
    """`figures`: the pictures that the claim speaks of, at least one; `sources`: how the reader knows them."""
    texts = ["\n".join([*labels(figure), figure.text]) for figure in figures]
    facts = numbers.check(claim, "\n\n".join(texts))
    if facts.contradicted:
        fact = facts.contradicted[0]
        where = f"the caption or lettering of {sources} says {fact.found}"
        return Vision("contradicted", f"The claim says {fact.text}; {where}.")
    if facts.ok and supports(claim, texts):
        return Vision("supported", f"The caption or lettering of {sources} says so.")
    if look is None:
        return Vision("unchecked", f"It tells what the picture of {sources} shows, and nobody has looked again.")
    seen = {look(figure, claim) for figure in figures}
    if "no" in seen:
        return Vision("contradicted", f"Looked at again, the picture of {sources} does not show it.")
    if seen == {"yes"}:
        return Vision("supported", f"Looked at again, the picture of {sources} shows it.")
    return Vision("unchecked", f"Looked at again, the picture of {sources} does not tell.")
