"""The validator: is each claim borne out by what it cites? Layers in order; the first that objects decides.

structure -> quotes -> vision -> facts -> entailment (-> judge, a chat model, where one is given). A layer that
breaks says so: the claim is `unchecked`, no pass.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, cast

from agent.answer import Claim, Place, Status, Verdict
from agent.validator import structure, tables, vision, wording
from agent.validator.case import Case, Places
from agent.validator.conflicts import Conflict, conflicts
from agent.validator.decision import judge
from agent.validator.facts import Fact
from agent.validator.repair import found_elsewhere, moved, needed
from agent.validator.spans import Span
from agent.validator.split import segments
from agent.validator.vision import Looks, Seen
from agent.validator.windows import terms
from tools.library.evidence import Figure, Item

__all__ = [
    "LAYERS",
    "Conflict",
    "Judges",
    "Layer",
    "Looks",
    "Places",
    "Seen",
    "Span",
    "conflicts",
    "repair",
    "validate",
]

Layer = Literal["structure", "quotes", "vision", "facts", "entailment", "judge"]
LAYERS: tuple[Layer, ...] = ("structure", "quotes", "vision", "facts", "entailment")
Judges = Callable[[str, str], Seen]
"""(claim, sources) -> whether a chat model finds the claim in them."""


def validate(
    claims: Sequence[Claim],
    items: Mapping[int, Item],
    places: Places,
    *,
    layers: Sequence[str] = LAYERS,
    look: Looks | None = None,
    judges: Judges | None = None,
) -> tuple[Verdict, ...]:
    """One verdict a claim, in order. `items` is the conversation's evidence by key.

    What is not among `layers` is not asked (to measure what each is worth; structure always is); `look` reads a
    picture again, `judges` asks a chat model: without them these two have nothing to say.
    """
    asked = _layers(layers, look, judges)
    return tuple(_verdict(Case(claim, items, places), asked) for claim in claims)


def repair(verdict: Verdict, items: Mapping[int, Item]) -> Claim | None:
    """For a misattributed claim: the claim, its citations moved to the sources that have it. It is not yet checked."""
    if verdict.status != "misattributed":
        return None
    found = _put_right(Case(verdict.claim, items, _nowhere))
    return found.claim if found else None


def _nowhere(key: int, spans: Sequence[Span]) -> Place:
    return Place(key=key, title="", uri="")


@dataclass(frozen=True)
class _Outcome:
    """`case` where the check put the citations right; `score` the probability of support, where one was found."""

    status: Status
    reason: str
    score: float | None = None
    case: Case | None = None
    layer: Layer | None = None


_Check = Callable[[Case], _Outcome | None]
_Named = tuple[Layer, _Check]


def _layers(names: Sequence[str], look: Looks | None, judges: Judges | None) -> list[_Named]:
    every: list[_Named] = [
        ("structure", _structure),
        ("quotes", _quotes),
        ("vision", partial(_vision, look=look)),
        ("facts", _facts),
        ("entailment", partial(_entailment, judges=judges)),
    ]
    return [(name, check) for name, check in every if name == "structure" or name in names]


def _verdict(case: Case, layers: Sequence[_Named]) -> Verdict:
    """The first layer's objection, or the last layer's word. The one place that fails closed."""
    for layer, check in layers:
        try:
            outcome = check(case)
            case = outcome.case or case if outcome else case
            places = case.shown if outcome and layer != "structure" else ()
        except Exception as error:  # whatever broke, the claim was not checked
            outcome = _Outcome("unchecked", f"The check of {_CHECKED[layer]} broke down ({type(error).__name__}).")
            places = ()
        if outcome:
            return Verdict(
                claim=case.claim,
                status=outcome.status,
                reason=outcome.reason,
                layer=outcome.layer or layer,
                places=places,
                score=outcome.score,
            )
    return Verdict(claim=case.claim, status="unchecked", reason=_SWITCHED_OFF, layer="entailment", places=case.shown)


_SWITCHED_OFF = "The layer that would decide is switched off."
_CHECKED: dict[Layer, str] = {
    "structure": "the citations",
    "quotes": "the quotes",
    "vision": "what a picture shows",
    "facts": "numbers and names",
    "entailment": "the meaning",
    "judge": "the meaning",
}


# --- the layers: each objects, or lets the claim pass on with None -------------------------------------------


def _structure(case: Case) -> _Outcome | None:
    figures = {key for key, item in case.items.items() if isinstance(item, Figure)}
    problem = structure.check(case.claim, case.items, figures)
    return _Outcome("unsupported", problem) if problem else None


def _quotes(case: Case) -> _Outcome | None:
    if all(case.spans):
        return None
    if other := moved(case):
        return _Outcome("misattributed", _moved_reason(case, other))
    lost = next(c.key for c, spans in zip(case.claim.citations, case.spans, strict=True) if not spans)
    return _Outcome("unsupported", f"The quote is not in source [{lost}].")


def _vision(case: Case, look: Looks | None) -> _Outcome | None:
    if not case.pictures:
        return None
    found = vision.check(case.claim.text, case.pictures, look, case.sources)
    return _Outcome(found.status, found.reason)


def _facts(case: Case) -> _Outcome | None:
    said = tables.misread(case.claim.text, case.rows)
    if said:
        return _Outcome("contradicted", f"The table in {case.sources} says {said}.")
    if tables.reads_out(case.claim.text, case.rows):
        return None  # held against the row, column by column
    if case.facts.contradicted:
        fact = case.facts.contradicted[0]
        return _Outcome("contradicted", f"The claim says {fact.text}; {case.sources} says {fact.found}.")
    if not case.facts.missing:
        return None
    if other := _put_right(case):
        return _Outcome("misattributed", _moved_reason(case, other))
    return _Outcome("unsupported", _missing_reason(case, case.facts.missing))


def _entailment(case: Case, judges: Judges | None) -> _Outcome:
    """The source's own words pass; of others the calibrated decision tells, and a chat model where it cannot."""
    if tables.reads_out(case.claim.text, case.rows):
        return _Outcome("supported", f"The table in {case.sources} says so.", 1.0)
    said = wording.check(case.claim.text, case.scope, case.context, case.headers)
    if said.status == "supported":
        return _necessary(case, f"The claim is in the words of {case.sources}.", said.coverage)
    found = judge(case.claim.text, case.scopes, case.context)
    doubt = said.doubt or _bare(case) or _borrowed(case)
    if found.status == "supported" and not doubt:
        return _necessary(
            case, f"The claim says what {case.sources} {'say' if case.several else 'says'}.", found.probability
        )
    if found.status in ("supported", "unchecked"):
        return _unsure(case, doubt or "The claim is in other words than the source", found.probability, judges)
    if other := _put_right(case):
        return _Outcome("misattributed", _moved_reason(case, other), found.probability)
    if found.status == "contradicted":
        return _Outcome("contradicted", f"The claim says otherwise than {case.sources}.", found.probability)
    return _Outcome("unsupported", f"What the claim says is not quoted from {case.sources}.", found.probability)


def _bare(case: Case) -> str:
    """A stretch of the claim of which the source has no word: where a statement is slipped in beside a true one."""
    there = terms(f"{case.scope}\n{case.context}")
    bare = next((stretch for stretch in segments(case.claim.text) if not terms(stretch) & there), "")
    return f"Of “{bare}” {case.sources} {'have' if case.several else 'has'} no word" if bare else ""


_POINTERS = re.compile(r"\b(?:it|its|they|them|their|this|these|that|those|he|she|his|her|both|which)\b", re.IGNORECASE)


def _borrowed(case: Case) -> str:
    """A word of the claim that the source has, but not where it is quoted: another sentence's subject, another row's.

    Unless what is quoted points elsewhere itself: "It holds 4 litres."
    """
    if _POINTERS.search(case.scope):
        return ""
    lacking = terms(case.claim.text) - terms(f"{case.scope}\n{case.context}")
    elsewhere = terms("\n".join(item.text for item in case.cited)) & lacking
    words = [word for word in re.findall(r"[\w.-]+", case.claim.text) if terms(word) & elsewhere]
    return f"“{words[0]}” stands in {case.sources}, but not in what is quoted" if words else ""


def _unsure(case: Case, doubt: str, probability: float, judges: Judges | None) -> _Outcome:
    if judges is None:
        return _Outcome("unchecked", f"{doubt}, and whether it means the same is not sure.", probability)
    asked = judges(case.claim.text, f"{case.context}\n\n{case.scope}")
    status, reason = {
        "yes": ("supported", f"A chat model, asked, finds it in {case.sources}."),
        "no": ("unsupported", f"A chat model, asked, does not find it in {case.sources}."),
        "cannot tell": ("unchecked", f"{doubt}, and a chat model, asked, could not tell."),
    }[asked]
    return _Outcome(cast(Status, status), reason, probability, layer="judge")


def _necessary(case: Case, reason: str, score: float) -> _Outcome:
    """Supported, and cited to no more than carries it."""
    left = needed(case) if len(case.claim.citations) > 1 else case
    return _Outcome("supported", reason, min(1.0, score), left)


def _put_right(case: Case) -> Case | None:
    """The case with its quotes cited to the sources that have them; or cited anew to a place that says the same."""
    other = moved(case)
    if other and (other.facts.ok or not all(case.spans)):
        return other
    return found_elsewhere(case) if all(case.spans) else None


# --- what the reader is told ---------------------------------------------------------------------------------


def _moved_reason(case: Case, other: Case) -> str:
    pairs = [(a.key, b.key) for a, b in zip(case.claim.citations, other.claim.citations, strict=False)]
    lost, there = next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])
    if lost == there:
        return f"Source [{there}] says this, but in another place than the one quoted."
    if all(case.spans):
        return f"Source [{there}] says this, not source [{lost}]."
    return f"The quote is in source [{there}], not in source [{lost}]."


def _missing_reason(case: Case, missing: Sequence[Fact]) -> str:
    said = ", ".join(fact.text for fact in missing)
    return f"The claim says {said}; what is quoted from {case.sources} does not."
