"""Is what is said of a picture so? One caption sentence or one label may say it; else only looking again tells."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from agent.answer import Citation, Verdict
from agent.validator import numbers, origins
from agent.validator.case import Case, heading
from agent.validator.measure import is_verbatim
from agent.validator.origins import Evidence
from agent.validator.premise import SourceText, premise
from tools.language.blocks import units
from tools.language.words import terms
from tools.library.evidence import Figure, Passage

Seen = Literal["yes", "no", "cannot tell"]
Looks = Callable[[Figure, str], Seen]
"""(figure, claim) -> whether one look at that picture alone shows the claim to be true."""
Probability = Callable[[Sequence[Case]], list[float]]
SAID = 0.8
"""Share (0 to 1) of the claim's words that one label or caption sentence must have to say it."""
SURE = 0.5
"""Probability (0 to 1) that such a label says the claim."""
LUCK = 0.3
"""Chance (0 to 1) of another number being computed as well, above which a sum is no proof."""
_POINTER = re.compile(r"\b(?:it|its|they|them|their|this|these|that|those|he|she|there|both)\b", re.IGNORECASE)


def check(case: Case, seen: Mapping[int, str], look: Looks | None, probability: Probability) -> Verdict:
    """`seen`: what was read in figures before, by key."""
    where = f"the picture of {case.names}"
    texts = "\n".join([*(heading(figure) for figure in case.pictures), *(figure.text for figure in case.pictures)])
    facts = numbers.check(case.claim.text, texts)
    if facts.contradicted:
        fact = facts.contradicted[0]
        found = f"the caption or lettering of {case.names} says {fact.found}"
        return _verdict(case, "contradicted", f"The claim says {fact.text}; {found}.")
    if _is_said(case, probability):
        return _verdict(case, "supported", f"The caption or lettering of {case.names} says so.")
    if way := _computed(case, seen):
        return _verdict(case, "supported", f"Computed from what was read in {where}: {way}.")
    if look is None:
        return _verdict(case, "unconfirmed", f"It tells what {where} shows, and nobody has looked again.")
    answers = {look(figure, _standing_alone(case)) for figure in case.pictures}
    if "no" in answers:
        return _verdict(case, "contradicted", f"Looked at again, {where} does not show it.")
    if answers == {"yes"}:
        return _verdict(case, "supported", f"Looked at again, {where} shows it.")
    return _verdict(case, "unconfirmed", f"Looked at again, {where} does not tell.")


def _verdict(case: Case, status: Literal["supported", "unconfirmed", "contradicted"], reason: str) -> Verdict:
    return Verdict(claim=case.placed, status=status, reason=reason, decided="picture", places=case.shown)


def _is_said(case: Case, probability: Probability) -> bool:
    """Whether it is the caption itself, or one caption sentence or one label says all of it: words from anywhere in a
    picture prove nothing."""
    parts = [part for one in case.pictures for part in (one.caption, one.text, heading(one))]
    if any(is_verbatim(case.claim.text, part) for part in parts):
        return True
    wanted = terms(case.claim.text)
    for citation in case.claim.citations:
        figure = case.items[citation.key]
        lines = [unit.text for part in (figure.text, heading(figure)) for unit in units(part)]
        good = [line for line in dict.fromkeys(lines) if len(terms(line) & wanted) >= SAID * len(wanted)]
        if any(p >= SURE for p in probability([_alone(case, citation, figure, line) for line in good[:2]])):
            return True
    return False


def _alone(case: Case, citation: Citation, figure: object, line: str) -> Case:
    """The claim against one line of the figure."""
    source = getattr(figure, "source_id", "0" * 64)
    said = Passage(id=f"{citation.key}", source_id=source, text=line, heading="", regions=())
    claim = case.claim.model_copy(update={"citations": (Citation(key=citation.key, quote=line),)})
    return Case(claim, {citation.key: said}, case.places, case.question)


def _computed(case: Case, seen: Mapping[int, str]) -> str:
    """How the claim's numbers are computed from what was read in the pictures; "" where one is not."""
    text = "\n".join(seen.get(key, "") for key in case.keys)
    if not text.strip():
        return ""
    found = origins.origins(case.claim.text, Evidence((SourceText("", "", text),), case.question))
    ways = [one.how_text for one in found if one.how == "computed" and one.chance <= LUCK]
    known = [one for one in found if one.how in ("read", "context")]
    return ways[0] if ways and len(ways) + len(known) == len(found) else ""


def _standing_alone(case: Case) -> str:
    """ "It is red." with the question, so that whoever looks knows what it is."""
    if not case.question or not _POINTER.search(case.claim.text):
        return case.claim.text
    return f"{case.claim.text} (It answers: {case.question})"


def premise_of(case: Case) -> str:
    """What a chat model is shown of the evidence."""
    return premise(case.claim.text, case.sources, "", 400)
