"""A claim with what it cites: where its quotes stand, and the text round them that decides what they mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.answer import Citation, Claim, Place
from agent.validator import facts, tables
from agent.validator import spans as quotes
from agent.validator.facts import FactCheck
from agent.validator.scope import labels, scope
from agent.validator.spans import Span
from tools.library.evidence import Figure, Item

Places = Callable[[int, Sequence[Span]], Place]
"""(key, spans of that item's text) -> where the reader finds them."""
_WHOLE = Span(0, 0)
"""No characters: the place is the whole item."""


@dataclass(frozen=True)
class Case:
    claim: Claim
    items: Mapping[int, Item]
    places: Places

    @cached_property
    def cited(self) -> list[Item]:
        """One item a citation."""
        return [self.items[citation.key] for citation in self.claim.citations]

    @cached_property
    def pictures(self) -> list[Figure]:
        """The figures of which nothing is quoted: what they show is what is claimed."""
        pairs = zip(self.claim.citations, self.cited, strict=True)
        return [item for citation, item in pairs if isinstance(item, Figure) and citation.quote == ""]

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
    def scopes(self) -> list[str]:
        """For each citation the clauses and table rows that its quote stands in; of a picture, all its words."""
        pairs = zip(self.cited, self.spans, strict=True)
        return [item.text if spans == (_WHOLE,) else scope(item, spans) for item, spans in pairs]

    @property
    def scope(self) -> str:
        return "\n\n".join(self.scopes)

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

    @property
    def several(self) -> bool:
        return len({citation.key for citation in self.claim.citations}) > 1

    def citing(self, citations: Sequence[Citation]) -> "Case":
        """The same claim with other citations."""
        return Case(self.claim.model_copy(update={"citations": tuple(citations)}), self.items, self.places)


def _is_of_picture(citation: Citation, item: Item) -> bool:
    return citation.quote == "" and isinstance(item, Figure)
