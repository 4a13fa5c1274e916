"""The server's half over HTTP: what is sent, what a server refuses, and what is said then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_qdrant import FakeQdrant
from tools.errors import LibraryError, StoreDown
from tools.library.store import Layout, Maker, Point, Scope, ServerStore, drop_store

MAKER = Maker("minilm", "mini", text_dim=2, image_dim=3)


@pytest.fixture
def server() -> Iterator[FakeQdrant]:
    with FakeQdrant() as running:
        yield running


def window(item: str, vector: list[float]) -> Point:
    return Point.of(item, 0, "s1", "passage", {"text": vector}, pages=(3,))


def test_points_go_over_the_wire_and_come_back(server: FakeQdrant) -> None:
    store = ServerStore(server.url, MAKER)
    store.put([window("a", [1.0, 0.0]), window("b", [0.6, 0.8])])
    assert store.count() == 2
    found = store.search("text", [0.0, 1.0], 5, Scope(pages=(2, 3)))
    assert [(one.item, round(one.score, 5)) for one in found] == [("b", 0.8), ("a", 0.0)]
    assert store.search("text", [0.0, 1.0], 5, Scope(pages=(4, 5))) == []
    assert [one.item for one in store.scan()] == [one.item for one in store.sample(9, Scope())]
    store.remove("s1")
    assert store.count() == 0
    store.close()
    drop_store(Path("."), server.url, 0)
    assert not server.collections


def test_the_layout_is_asked_of_the_server(server: FakeQdrant) -> None:
    ServerStore(server.url, MAKER, layout=Layout("int8", on_disk=True, shards=4, replicas=2)).close()
    (made,) = server.bodies
    assert made["quantization_config"]["scalar"]["type"] == "int8" and made["vectors"]["clip"]["on_disk"]
    assert made["shard_number"] == 4 and made["replication_factor"] == 2
    assert sum("/index" in path for path in server.asked) == 4  # kind, source, item, pages
    ServerStore(server.url, MAKER, layout=Layout("int8", on_disk=True)).close()
    assert len(server.bodies) == 1, "nothing has changed, so nothing is asked"
    ServerStore(server.url, MAKER, layout=Layout("none", on_disk=False)).close()
    changed = {key: value for body in server.bodies[1:] for key, value in body.items()}
    assert changed["quantization_config"] == "Disabled" and changed["vectors"]["text"] == {"on_disk": False}


def test_a_key_is_sent_and_a_wrong_one_is_named() -> None:
    with FakeQdrant(api_key="secret") as server:
        ServerStore(server.url, MAKER, layout=Layout(api_key="secret")).close()
        with pytest.raises(StoreDown, match="export EXHIBIT_QDRANT_API_KEY=<key>"):
            ServerStore(server.url, MAKER, layout=Layout(api_key="wrong"))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ((500, "Service internal error: No space left on device"), r"refuses \(500\): .*No space left on device"),
        ((429, "Too many requests"), "Too many requests|does not answer"),
        ((503, "Peer is starting"), "Peer is starting"),
        ((0, ""), "does not answer"),
    ],
)
def test_what_a_server_refuses_is_passed_on(server: FakeQdrant, fault: tuple[int, str], said: str) -> None:
    store = ServerStore(server.url, MAKER)
    server.faults["/points"] = fault
    with pytest.raises(StoreDown, match=said):
        store.put([window("a", [1.0, 0.0])])
    store.put([window("a", [1.0, 0.0])])
    assert store.count() == 1


def test_a_collection_that_is_not_ours_is_left_alone(server: FakeQdrant) -> None:
    server.answer("PUT", "/collections/exhibit", {"vectors": {"text": {"size": 2, "distance": "Cosine"}}}, None)
    with pytest.raises(LibraryError, match="was not made by Exhibit"):
        ServerStore(server.url, MAKER)
