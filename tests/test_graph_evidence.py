"""agent/graph/evidence: what is found keeps its number for the whole conversation."""

from datetime import UTC, datetime

from agent.graph.evidence import note
from tools.library.evidence import Hit, Record


def hit(name: str, rank: int = 1) -> Hit:
    return Hit(item=Record(id=name, url="http://x", retrieved_at=datetime(2026, 1, 1, tzinfo=UTC), text="t"), rank=rank)


def test_keys_count_on_and_an_item_keeps_its_own() -> None:
    first = note([], "search_text", "oil", [hit("a"), hit("b", 2)])
    second = note(first.ledger, "search_images", "pump", [hit("c"), hit("a", 2)])
    assert first.keys == (1, 2)
    assert second.keys == (3, 1)
    assert [(e.key, e.origin, e.tool) for e in second.ledger] == [
        (1, "a", "search_text"),
        (2, "b", "search_text"),
        (3, "c", "search_images"),
    ]


def test_the_ledger_handed_in_is_not_changed() -> None:
    before = note([], "search_text", "oil", [hit("a")]).ledger
    note(before, "search_text", "water", [hit("b")])
    assert len(before) == 1
