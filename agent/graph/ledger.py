"""The conversation's evidence, numbered [1] [2] ... once and for all: turn 3 cites what turn 1 found."""

from collections.abc import Sequence
from typing import NamedTuple

from tools.library.evidence import Evidence, Hit


class Noted(NamedTuple):
    """The ledger after a call, and the keys of what the call found, best first."""

    ledger: list[Evidence]
    keys: tuple[int, ...]


def note(ledger: Sequence[Evidence], tool: str, query: str, hits: Sequence[Hit]) -> Noted:
    """Adds what is new; an item that is already there keeps its number. Nothing is ever renumbered or removed."""
    grown = list(ledger)
    known = {evidence.origin: evidence.key for evidence in grown}
    keys = []
    for hit in hits:
        if hit.item.id not in known:
            key = len(grown) + 1
            known[hit.item.id] = key
            grown.append(Evidence(key=key, origin=hit.item.id, tool=tool, query=query, rank=hit.rank))
        keys.append(known[hit.item.id])
    return Noted(grown, tuple(keys))
