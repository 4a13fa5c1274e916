"""The validator: is each claim borne out by what it cites? Layers in order; the first that objects decides.

structure -> quotes -> facts -> wording. A layer that breaks says so: the claim is `unchecked`, which is no pass.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from typing import Literal

from agent.answer import Citation, Claim, Place, Status, Verdict
from agent.validator import facts, quotes, structure, tables, wording
from agent.validator.conflicts import Conflict, conflicts
from agent.validator.quotes import Span
from tools.library.evidence import Item

__all__ = ["Conflict", "Places", "Span", "conflicts", "repair", "validate"]

Places = Callable[[int, Sequence[Span]], Place]
"""(key, spans of the item's text) -> where the reader finds them."""
Layer = Literal["structure", "quotes", "facts", "entailment"]
MAX_MOVES = 64
"""How many ways of moving citations to other sources are tried."""


@dataclass(frozen=True)
class _Case:
    """A claim with what it cites."""

    claim: Claim
    items: Mapping[int, Item]
    places: Places

    @cached_property
    def spans(self) -> tuple[tuple[Span, ...], ...]:
        """For each citation where its quote stands; () where it does not."""
        return tuple(quotes.find_parts(c.quote, self.items[c.key].text) for c in self.claim.citations)

    @cached_property
    def shown(self) -> tuple[Place, ...]:
        """One place a citation, once every quote is found."""
        found = all(self.spans)
        return tuple(
            self.places(c.key, spans) for c, spans in zip(self.claim.citations, self.spans, strict=True) if found
        )

    @cached_property
    def scope(self) -> str:
        """The clauses and table rows that the quotes stand in: a quote must not cut off a "not" before it."""
        pairs = zip(self.claim.citations, self.spans, strict=True)
        return "\n\n".join(_scope(self.items[citation.key].text, spans) for citation, spans in pairs)

    @cached_property
    def context(self) -> str:
        """Headings, captions, table headers and titles."""
        keys = dict.fromkeys(citation.key for citation in self.claim.citations)
        lines = [line for key in keys for line in _labels(self.items[key])]
        return "\n".join([*lines, *(place.title for place in self.shown)])

    @cached_property
    def rows(self) -> list[tables.Row]:
        pairs = zip(self.claim.citations, self.spans, strict=True)
        return [row for c, spans in pairs for row in tables.rows(self.items[c.key].text, spans)]

    def moved_to(self, keys: Sequence[int]) -> "_Case":
        citations = tuple(
            Citation(key=key, quote=c.quote) for key, c in zip(keys, self.claim.citations, strict=True)
        )
        return _Case(self.claim.model_copy(update={"citations": citations}), self.items, self.places)
