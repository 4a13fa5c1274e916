"""The validator: is each claim borne out by what it cites? Layers in order; the first that objects decides.

structure -> vision -> quotes -> facts -> wording. A layer that breaks says so: the claim is `unchecked`, no pass.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from typing import Literal, get_args

from agent.answer import Citation, Claim, Place, Status, Verdict
from agent.validator import facts, quotes, structure, tables, wording
from agent.validator.conflicts import Conflict, conflicts
from agent.validator.facts import Fact, FactCheck
from agent.validator.quotes import Span
from agent.validator.scope import labels, scope
from tools.library.evidence import Figure, Item

__all__ = ["Conflict", "Places", "Span", "conflicts", "repair", "validate"]

Places = Callable[[int, Sequence[Span]], Place]
"""(key, spans of that item's text) -> where the reader finds them."""
Layer = Literal["structure", "vision", "quotes", "facts", "entailment"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
_WHOLE = Span(0, 0)
"""No characters: the place is the whole item."""
MAX_MOVES = 64
"""How many ways of moving citations to other sources are tried."""


def validate(
    claims: Sequence[Claim], items: Mapping[int, Item], places: Places, layers: Sequence[str] = LAYERS
) -> tuple[Verdict, ...]:
    """One verdict a claim, in order. `items` is the conversation's evidence by key. A layer not named is not run."""
    return tuple(_verdict(_Case(claim, items, places), layers) for claim in claims)


def repair(verdict: Verdict, items: Mapping[int, Item]) -> Claim | None:
    """For a misattributed claim: the claim, its citations moved to the sources that have it. It is not yet checked."""
    if verdict.status != "misattributed":
        return None
    moved = _moved(_Case(verdict.claim, items, _nowhere))
    return moved.claim if moved else None


def _nowhere(key: int, spans: Sequence[Span]) -> Place:
    return Place(key=key, title="", uri="")


@dataclass(frozen=True)
class _Case:
    """A claim with what it cites."""

    claim: Claim
    items: Mapping[int, Item]
    places: Places

    @cached_property
    def cited(self) -> list[Item]:
        """One item a citation."""
        return [self.items[citation.key] for citation in self.claim.citations]

    @cached_property
    def spans(self) -> tuple[tuple[Span, ...], ...]:
        """For each citation where its quote stands; () where it does not."""
        pairs = zip(self.claim.citations, self.cited, strict=True)
        return tuple(
            (_WHOLE,) if _is_of_picture(citation, item) else quotes.find_parts(citation.quote, item.text)
            for citation, item in pairs
        )

    @cached_property
    def shown(self) -> tuple[Place, ...]:
        """One place a citation, once every quote is found; () before."""
        if not all(self.spans):
            return ()
        pairs = zip(self.claim.citations, self.spans, strict=True)
        return tuple(self.places(citation.key, spans) for citation, spans in pairs)

    @cached_property
    def scope(self) -> str:
        """The clauses and table rows that the quotes stand in."""
        return "\n\n".join(scope(item, spans) for item, spans in zip(self.cited, self.spans, strict=True))

    @cached_property
    def context(self) -> str:
        """Headings, captions and titles."""
        lines = [line for item in self.cited for line in labels(item)]
        return "\n".join(dict.fromkeys([*lines, *(place.title for place in self.shown)]))

    @cached_property
    def rows(self) -> list[tables.Row]:
        pairs = zip(self.cited, self.spans, strict=True)
        return [row for item, spans in pairs for row in tables.rows(item.text, spans)]

    @property
    def headers(self) -> list[str]:
        return [name for row in self.rows for name in row.header if name]

    @cached_property
    def facts(self) -> FactCheck:
        return facts.check(self.claim.text, f"{self.scope}\n\n{self.context}")

    @property
    def sources(self) -> str:
        """ "source [2]", "sources [2], [5]"."""
        keys = [f"[{key}]" for key in dict.fromkeys(citation.key for citation in self.claim.citations)]
        return f"source{'s' if len(keys) > 1 else ''} {', '.join(keys)}"


@dataclass(frozen=True)
class _Outcome:
    status: Status
    reason: str


def _verdict(case: _Case, layers: Sequence[str]) -> Verdict:
    """The first layer's objection, or the last layer's word. The one place that fails closed."""
    for layer, check in _LAYERS:
        try:
            outcome = check(case) if layer in layers else _skipped(layer)
            places = case.shown if outcome and layer != "structure" else ()
        except Exception as error:  # whatever broke, the claim was not checked
            outcome = _Outcome("unchecked", f"The check of {_CHECKED[layer]} broke down ({type(error).__name__}).")
            places = ()
        if outcome:
            return Verdict(claim=case.claim, status=outcome.status, reason=outcome.reason, layer=layer, places=places)
    raise AssertionError("the last layer always decides")


def _skipped(layer: Layer) -> _Outcome | None:
    """A layer that is switched off lets every claim pass on; the last one has to say so."""
    return _Outcome("unchecked", "The check that would decide is switched off.") if layer == "entailment" else None


# --- the layers: each objects, or lets the claim pass on with None -------------------------------------------


def _structure(case: _Case) -> _Outcome | None:
    figures = {key for key, item in case.items.items() if isinstance(item, Figure)}
    problem = structure.check(case.claim, case.items, figures)
    return _Outcome("unsupported", problem) if problem else None


def _vision(case: _Case) -> _Outcome | None:
    """Of what a picture shows, only looking again could tell whether it is so."""
    if not any(_is_of_picture(c, item) for c, item in zip(case.claim.citations, case.cited, strict=True)):
        return None
    return _Outcome("unchecked", f"It tells what the picture of {case.sources} shows, and nobody has looked again.")


def _is_of_picture(citation: Citation, item: Item) -> bool:
    return citation.quote == "" and isinstance(item, Figure)


def _quotes(case: _Case) -> _Outcome | None:
    if all(case.spans):
        return None
    moved = _moved(case)
    if moved:
        return _Outcome("misattributed", _moved_reason(case, moved))
    lost = next(c.key for c, spans in zip(case.claim.citations, case.spans, strict=True) if not spans)
    return _Outcome("unsupported", f"The quote is not in source [{lost}].")


def _facts(case: _Case) -> _Outcome | None:
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
    moved = _moved(case)
    if moved and moved.facts.ok:
        return _Outcome("misattributed", _moved_reason(case, moved))
    return _Outcome("unsupported", _missing_reason(case, case.facts.missing))


def _wording(case: _Case) -> _Outcome:
    if tables.reads_out(case.claim.text, case.rows):
        return _Outcome("supported", f"The table in {case.sources} says so.")
    found = wording.check(case.claim.text, case.scope, case.context, case.headers)
    if found.status == "unchecked":
        return _Outcome("unchecked", f"{found.doubt}, and no layer that can read meaning is installed.")
    if found.status == "unsupported":
        return _Outcome("unsupported", f"The words of the claim are not those that are quoted from {case.sources}.")
    if found.coverage >= wording.VERBATIM:
        return _Outcome("supported", f"The claim is in the words of {case.sources}.")
    return _Outcome("supported", f"The claim's numbers, names and most of its words are in {case.sources}.")


_LAYERS: tuple[tuple[Layer, Callable[[_Case], _Outcome | None]], ...] = (
    ("structure", _structure),
    ("vision", _vision),
    ("quotes", _quotes),
    ("facts", _facts),
    ("entailment", _wording),
)
_CHECKED: dict[Layer, str] = {
    "structure": "the citations",
    "vision": "what a picture shows",
    "quotes": "the quotes",
    "facts": "numbers and names",
    "entailment": "the wording",
}


# --- moving citations ----------------------------------------------------------------------------------------


def _moved(case: _Case) -> _Case | None:
    """The case with its citations moved to sources that have the quotes; rather one in which the facts hold too."""
    options = [_keys_with(c.quote, c.key, case.items) for c in case.claim.citations]
    here = tuple(citation.key for citation in case.claim.citations)
    moves = [_with_keys(case, keys) for keys in islice(product(*options), MAX_MOVES) if keys != here]
    return next((move for move in moves if move.facts.ok), moves[0] if moves else None)


def _keys_with(quote: str, own: int, items: Mapping[int, Item]) -> list[int]:
    """The keys whose text has the quote, the cited one first."""
    keys = sorted(items, key=lambda key: (key != own, key))
    return [key for key in keys if quotes.find(quote, items[key].text)]


def _with_keys(case: _Case, keys: Sequence[int]) -> _Case:
    pairs = zip(case.claim.citations, keys, strict=True)
    citations = tuple(citation.model_copy(update={"key": key}) for citation, key in pairs)
    return _Case(case.claim.model_copy(update={"citations": citations}), case.items, case.places)


def _moved_reason(case: _Case, moved: _Case) -> str:
    pairs = zip(case.claim.citations, moved.claim.citations, strict=True)
    here, there = next((one.key, other.key) for one, other in pairs if one.key != other.key)
    if all(case.spans):
        return f"Source [{there}] says this, not source [{here}]."
    return f"The quote is in source [{there}], not in source [{here}]."


def _missing_reason(case: _Case, missing: Sequence[Fact]) -> str:
    said = ", ".join(fact.text for fact in missing)
    return f"The claim says {said}; what is quoted from {case.sources} does not."
