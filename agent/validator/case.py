"""A claim with what it cites, and where in it the claim stands: the quotes' places, found inexactly too, and the unit
of the text that shares most words with the claim."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.answer import Citation, Claim, Place
from agent.validator import spans
from agent.validator.origins import Evidence
from agent.validator.premise import SourceText
from agent.validator.spans import Span
from tools.language import markdown
from tools.language.blocks import TextUnit, units
from tools.language.markdown import RULE, MarkdownRow
from tools.language.words import terms
from tools.library.evidence import Figure, Item

Places = Callable[[int, Sequence[Span]], Place]
"""(key, spans of that item's text) -> where the reader finds them."""
WHOLE = Span(0, 0)
"""No characters: the place is the whole item."""
ENOUGH = 0.6
"""Share (0 to 1) of the words that the best unit has of the claim, which what is quoted must have to stand for it."""


@dataclass(frozen=True)
class Case:
    claim: Claim
    items: Mapping[int, Item]
    places: Places
    question: str = ""

    @cached_property
    def keys(self) -> list[int]:
        """What is cited, each once."""
        return list(dict.fromkeys(citation.key for citation in self.claim.citations))

    @cached_property
    def pictures(self) -> list[Figure]:
        """The figures of which nothing is quoted, or that are all that is cited: what they show is what is claimed."""
        pairs = [(citation, self.items[citation.key]) for citation in self.claim.citations]
        alone = all(isinstance(item, Figure) for _, item in pairs)
        return [item for citation, item in pairs if isinstance(item, Figure) and (alone or not citation.quote.strip())]

    @cached_property
    def spans(self) -> tuple[tuple[Span, ...], ...]:
        """For each citation where it stands: never empty."""
        return tuple(self._spans(citation) for citation in self.claim.citations)

    def _spans(self, citation: Citation) -> tuple[Span, ...]:
        item = self.items[citation.key]
        if isinstance(item, Figure) and not citation.quote.strip():
            return (WHOLE,)
        quoted = spans.nearest(citation.quote, item.text)
        best = self._best_unit(self.claim.text, item) or self._best_unit(citation.quote, item)
        if best is None or _carries(quoted, best, item, self.claim.text):
            return quoted or (WHOLE,)
        stretch = Span(best.start, best.end)
        return tuple(sorted({*quoted, stretch}, key=lambda span: span.start)) if quoted else (stretch,)

    def _best_unit(self, words: str, item: Item) -> TextUnit | None:
        found = units(item.text)
        wanted = terms(words)
        best = max(found, key=lambda unit: len(terms(unit.text) & wanted), default=None)
        return best if best and terms(best.text) & wanted else None

    @cached_property
    def is_quoted(self) -> bool:
        """Whether every quote stands exactly in what it cites."""
        pairs = [(citation.quote, self.items[citation.key].text) for citation in self.claim.citations]
        return all(spans.find(quote, text) for quote, text in pairs)

    @cached_property
    def shown(self) -> tuple[Place, ...]:
        """One place a citation."""
        pairs = zip(self.claim.citations, self.spans, strict=True)
        return tuple(self.places(citation.key, found) for citation, found in pairs)

    @cached_property
    def placed(self) -> Claim:
        """The claim with what really stands at its places as its quotes."""
        pairs = zip(self.claim.citations, self.spans, strict=True)
        citations = tuple(self._placed(citation, found) for citation, found in pairs)
        return (
            self.claim if citations == self.claim.citations else self.claim.model_copy(update={"citations": citations})
        )

    def _placed(self, citation: Citation, found: Sequence[Span]) -> Citation:
        text = self.items[citation.key].text
        if found == (WHOLE,) or spans.find(citation.quote, text) == tuple(found):
            return citation
        return Citation(key=citation.key, quote=" … ".join(text[span.start : span.end] for span in found))

    @cached_property
    def sources(self) -> list[SourceText]:
        titles = {place.key: place.title for place in self.shown}
        return [_source(titles[key], self.items[key]) for key in self.keys]

    @cached_property
    def evidence(self) -> Evidence:
        return Evidence(tuple(self.sources), self.question, self._marked)

    @cached_property
    def _marked(self) -> frozenset[int]:
        """The indexes of the units, counted over all sources, in which the quotes stand."""
        found, first = set[int](), 0
        for key in self.keys:
            there = [
                span
                for citation, some in zip(self.claim.citations, self.spans, strict=True)
                if citation.key == key
                for span in some
            ]
            every = units(self.items[key].text)
            found |= {first + i for i, unit in enumerate(every) if any(_touches(unit, span) for span in there)}
            first += len(every)
        return frozenset(found)

    @cached_property
    def rows(self) -> list[MarkdownRow]:
        """Every row of the tables that are cited."""
        return [row for key in self.keys for row in markdown.rows(self.items[key].text)]

    @property
    def names(self) -> str:
        """ "source [2]", "sources [2], [5]"."""
        return f"source{'s' if len(self.keys) > 1 else ''} {', '.join(f'[{key}]' for key in self.keys)}"

    def citing(self, citations: Sequence[Citation]) -> "Case":
        """The same claim with other citations."""
        claim = self.claim.model_copy(update={"citations": tuple(citations)})
        return Case(claim, self.items, self.places, self.question)


def _source(title: str, item: Item) -> SourceText:
    """Of a record without the digits of its query and of table headers: a query names its columns as it likes."""
    if item.kind != "record":
        return SourceText(title, heading(item), item.text)
    lines = item.text.splitlines(keepends=True)
    rules = {number for number, line in enumerate(lines) if re.match(RULE, line.rstrip())}
    text = "".join(re.sub(r"\d", "", line) if n + 1 in rules else line for n, line in enumerate(lines))
    return SourceText(re.sub(r"\d", "", title), re.sub(r"\d", "", heading(item)), text)


def heading(item: Item) -> str:
    """The headings and the caption that say what the item is about."""
    if item.kind == "record":
        return item.url
    caption = "" if item.kind == "passage" or item.caption in item.text else item.caption
    return " > ".join(label for label in (item.heading, caption) if label)


def _touches(unit: TextUnit, span: Span) -> bool:
    return span.start < unit.end and unit.start < span.end


def _carries(quoted: Sequence[Span], best: TextUnit, item: Item, claim: str) -> bool:
    """Whether what is quoted has about as much of the claim as the unit that has most of it."""
    wanted = terms(claim)
    mine = [terms(unit.text) for unit in units(item.text) if any(_touches(unit, span) for span in quoted)]
    return len(frozenset().union(*mine) & wanted) >= ENOUGH * len(terms(best.text) & wanted) if mine else False
