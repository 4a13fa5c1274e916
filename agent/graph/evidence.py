"""The conversation's evidence: numbered once and for all, shown to the model, and turned into places for the reader."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agent.answer import Place
from agent.graph.state import RuntimeContext, State
from agent.llm.protocol import Brief, Shown
from agent.validator import Span
from tools.library.evidence import Evidence, Figure, Hit, Item, Record, by_page
from tools.library.library import Library


class Noted(NamedTuple):
    """The ledger after a call, and the keys of what the call found, best first."""

    ledger: list[Evidence]
    keys: tuple[int, ...]


def note(ledger: Sequence[Evidence], tool: str, query: str, hits: Sequence[Hit]) -> Noted:
    """Adds what is new; an item that is already there keeps its number: turn 3 cites what turn 1 found."""
    grown = list(ledger)
    numbers = {evidence.origin: evidence.key for evidence in grown}
    for hit in hits:
        if hit.item.id not in numbers:
            key = numbers[hit.item.id] = len(grown) + 1
            grown.append(Evidence(key=key, origin=hit.item.id, tool=tool, query=query, rank=hit.rank))
    return Noted(grown, tuple(numbers[hit.item.id] for hit in hits))


def items(ledger: Sequence[Evidence], library: Library) -> dict[int, Item]:
    """key → item, for all the evidence that is still in the library."""
    found = library.catalog.items([evidence.origin for evidence in ledger])
    return {evidence.key: found[evidence.origin] for evidence in ledger if evidence.origin in found}


def titles(noted: Noted, library: Library) -> dict[int, str]:
    """key → where it stands, of what a call found, for a person who watches."""
    found = items([evidence for evidence in noted.ledger if evidence.key in noted.keys], library)
    return {key: _title(item, library) + _page(item) for key, item in found.items()}


def own_picture(state: State, context: RuntimeContext) -> Path | None:
    return context.library.picture_path(state["image"]) if state["image"] else None


def brief(state: State, context: RuntimeContext) -> Brief:
    """What the model may know now."""
    found = items(state["ledger"], context.library)
    fresh = {key for call in state["calls"] for key in call.keys}
    cited = {key for turn in state["turns"] for key in turn.keys}
    shown = [
        _shown(
            evidence,
            found[evidence.key],
            context.library,
            seen=state["seen"].get(evidence.key, ""),
            fresh=evidence.key in fresh,
            cited=evidence.key in cited,
        )
        for evidence in state["ledger"]
        if evidence.key in found
    ]
    return Brief(
        question=state["question"],
        image=own_picture(state, context),
        pictured=state["pictured"],
        history=tuple(state["turns"]),
        evidence=tuple(shown),
        calls=tuple(state["calls"]),
        feedback=tuple(state["feedback"]),
    )


def _shown(evidence: Evidence, item: Item, library: Library, **from_turn: Any) -> Shown:
    return Shown(
        key=evidence.key,
        kind=item.kind,
        title=_title(item, library),
        page=item.regions[0].page if item.regions else None,
        heading="" if isinstance(item, Record) else item.heading,
        text=item.text,
        tool=evidence.tool,
        rank=evidence.rank,
        **from_turn,
    )


def _title(item: Item, library: Library) -> str:
    return item.url if isinstance(item, Record) else library.source(item.source_id).title


def _page(item: Item) -> str:
    return f", page {item.regions[0].page}" if item.regions else ""


def place(key: int, item: Item, spans: Sequence[Span], library: Library) -> Place:
    """Where a citation stands. Of a figure that is both its words and the picture."""
    if isinstance(item, Record):
        return Place(key=key, title=item.url, uri=item.url)
    source = library.source(item.source_id)
    located = [region for span in spans for region in library.locate(item.id, span.start, span.end)]
    whole = item.regions if isinstance(item, Figure) or not located else ()
    return Place(key=key, title=source.title, uri=source.uri, regions=by_page([*located, *whole]))
