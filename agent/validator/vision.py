"""Layer 4: is what is said of a picture so? Its caption and lettering tell; beyond them, only looking again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.validator import facts
from agent.validator.decision import judge
from agent.validator.scope import labels
from tools.library.evidence import Figure

Seen = Literal["yes", "no", "cannot tell"]
Looks = Callable[[Figure, str], Seen]
"""(figure, claim) -> whether one look at that picture alone shows the claim to be true."""


@dataclass(frozen=True)
class Vision:
    status: Literal["supported", "contradicted", "unchecked"]
    reason: str


def check(claim: str, figures: Sequence[Figure], look: Looks | None, sources: str) -> Vision:
    """`figures`: the pictures that the claim tells of, at least one; `sources`: how the reader knows them."""
    told = _told(claim, figures, sources)
    if told:
        return told
    if look is None:
        return Vision("unchecked", f"It tells what the picture of {sources} shows, and nobody has looked again.")
    seen = {look(figure, claim) for figure in figures}
    if "no" in seen:
        return Vision("contradicted", f"Looked at again, the picture of {sources} does not show it.")
    if seen == {"yes"}:
        return Vision("supported", f"Looked at again, the picture of {sources} shows it.")
    return Vision("unchecked", f"Looked at again, the picture of {sources} does not tell.")


def _told(claim: str, figures: Sequence[Figure], sources: str) -> Vision | None:
    """What caption, lettering and heading settle; None where they do not."""
    texts = ["\n".join([*labels(figure), figure.text]) for figure in figures]
    checked = facts.check(claim, "\n\n".join(texts))
    if checked.contradicted:
        fact = checked.contradicted[0]
        return Vision(
            "contradicted", f"The claim says {fact.text}; the caption or lettering of {sources} says {fact.found}."
        )
    if checked.ok and judge(claim, texts).status == "supported":
        return Vision("supported", f"The caption or lettering of {sources} says so.")
    return None
