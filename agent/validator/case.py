"""A claim with what it cites: where its quotes stand, and the text round them that decides what they mean.

A quote may start after the "Do not" that governs it. So numbers, bounds and negations are read from its scope: the
clause, the table row or the head of the list that it stands in.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.answer import Citation, Claim, Place
from agent.validator import numbers, wording
from agent.validator import spans as quotes
from agent.validator.numbers import FactCheck
from agent.validator.spans import Span
from agent.validator.wording import Wording
from tools.language import markdown
from tools.language.markdown import MarkdownRow
from tools.language.numbers import read_row
from tools.language.sentences import CLOSING, STOP
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
            (_WHOLE,) if isinstance(item, Figure) and citation.quote == "" else quotes.find(citation.quote, item.text)
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
    def rows(self) -> list[MarkdownRow]:
        """The table rows that the quotes touch."""
        return [row for rows in self._rows for row in rows]

    @cached_property
    def _rows(self) -> list[list[MarkdownRow]]:
        pairs = zip(self.cited, self.spans, strict=True)
        return [[row for row in markdown.rows(item.text) if _touches(row, spans)] for item, spans in pairs]

    @cached_property
    def scopes(self) -> list[str]:
        """For each citation the clauses and table rows that its quote stands in; of a picture, all its words."""
        places = zip(self.cited, self.spans, self._rows, strict=True)
        return [item.text if spans == (_WHOLE,) else _scope(item, spans, rows) for item, spans, rows in places]

    @cached_property
    def scope(self) -> str:
        return "\n\n".join(self.scopes)

    @cached_property
    def context(self) -> str:
        """Headings, captions and titles."""
        lines = [line for item in self.cited for line in labels(item)]
        return "\n".join(dict.fromkeys([*lines, *(place.title for place in self.shown)]))

    @cached_property
    def facts(self) -> FactCheck:
        return numbers.check(self.claim.text, f"{self.scope}\n\n{self.context}")

    @cached_property
    def wording(self) -> Wording:
        headers = [name for row in self.rows for name in row.header if name]
        return wording.check(self.claim.text, self.scope, self.context, headers)

    @cached_property
    def is_row(self) -> bool:
        """Whether the claim only reads out one of the rows."""
        return numbers.reads_out(self.claim.text, self.rows)

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


def labels(item: Item) -> list[str]:
    """The headings and captions that say what the item is about."""
    if item.kind == "record":
        return [item.url]
    caption = "" if item.kind == "passage" else item.caption
    return [label for label in (item.heading, caption) if label]


# --- what a quote stands in ----------------------------------------------------------------------------------

_BULLET = r"[ \t]*(?:[-•*–]|\d{1,2}[.)])\s"
_CLAUSE_END = rf"{STOP}{CLOSING}(?=\s|$)|;(?=\s)|\n\s*\n|\n(?={_BULLET})"


def _touches(row: MarkdownRow, spans: Sequence[Span]) -> bool:
    return any(span.start < row.end and row.start < span.end for span in spans)


def _scope(item: Item, spans: Sequence[Span], rows: Sequence[MarkdownRow]) -> str:
    """The rows, each cell beside its header, and the clauses of spans outside of rows.

    In figures and API replies a line is a clause of its own.
    """
    end = rf"{_CLAUSE_END}|\n" if item.kind in ("figure", "record") else _CLAUSE_END
    free = [span for span in spans if not any(row.start <= span.start < row.end for row in rows)]
    return "\n".join([*map(read_row, rows), *(_clauses(item.text, span, end) for span in free)])


def _clauses(text: str, span: Span, end: str) -> str:
    """The clauses that the span touches, whole, with the line that heads their list."""
    ends = [match.end() for match in re.finditer(end, text)]
    start = max((at for at in ends if at <= span.start), default=0)
    stop = min((at for at in ends if at >= span.end), default=len(text))
    return _list_head(text, start) + text[start:stop].strip()


def _list_head(text: str, start: int) -> str:
    """ "Do not:" above the list item that starts at `start`; "" where it is none."""
    if not re.compile(_BULLET).match(text, start):
        return ""
    for line in reversed(text[:start].splitlines()):
        if line.strip() and not re.match(_BULLET, line):
            return f"{line.strip()} " if line.rstrip().endswith(":") else ""
    return ""
