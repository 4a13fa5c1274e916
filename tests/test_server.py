"""The server's half over HTTP: what is sent, what a server refuses, and what is said then."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from evals.attacks import hashed
from tests.fake_qdrant import FakeQdrant
from tools.errors import LibraryError, StoreDown, StoreLost
from tools.library.ingest import reading, workers
from tools.library.library import Library
from tools.library.store import Layout, Maker, Place, Point, Scope, ServerStore, Store
from tools.library.upkeep.move import move

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


def place(server: FakeQdrant, library: str, *sources: str) -> Place:
    return Place(Path(), server.url, library=library, has_source=lambda source: source in sources)


def filled(store: Store) -> Store:
    store.put([window("a", [1.0, 0.0])])
    return store


def test_two_libraries_on_one_server_leave_each_other_alone(server: FakeQdrant) -> None:
    """Opened, made again, dropped and swept in turns: each sees its own points only."""
    ours, theirs = place(server, "ours"), place(server, "theirs")
    filled(ours.open(MAKER, 0)).close()
    store = theirs.open(MAKER, 0)
    assert store.count() == 0
    filled(store)
    ours.drop(0)
    theirs.drop(1)
    assert store.count() == 1
    with pytest.raises(StoreLost, match="is gone"):
        ours.open(MAKER, 0, create=False)
    filled(ours.open(MAKER, 1)).close()
    assert theirs.others(0) == [] and ours.others(0) == ["exhibit-ours-1"] and ours.others(1) == []
    ours.drop_others(2)
    assert set(server.collections) == {"exhibit-theirs"} and store.count() == 1


def test_a_name_that_begins_like_another_is_another(server: FakeQdrant) -> None:
    filled(place(server, "1a").open(MAKER, 0)).close()
    filled(place(server, "1").open(MAKER, 0)).close()
    assert place(server, "1").others(5) == ["exhibit-1"]


def test_a_collection_without_an_id_is_taken_by_the_library_whose_points_it_has(server: FakeQdrant) -> None:
    """Libraries of before November 2026: all were called 'exhibit'."""
    filled(ServerStore(server.url, MAKER)).close()
    stranger = place(server, "stranger", "s7").open(MAKER, 0)
    assert stranger.count() == 0 and "exhibit-stranger" in server.collections
    ours = place(server, "ours", "s1")
    assert ours.open(MAKER, 0, create=False).count() == 1
    with pytest.raises(LibraryError, match="belongs to another library"):
        ServerStore(server.url, MAKER, library="stranger")
    place(server, "stranger", "s1").drop(0)
    assert set(server.collections) == {"exhibit"}, "what belongs to somebody is taken by nobody else"
    ours.drop(0)
    assert not server.collections


def test_a_collection_that_a_killed_run_began_is_finished(server: FakeQdrant) -> None:
    filled(place(server, "ours").open(MAKER, 0)).close()
    made = server.collections["exhibit-ours"]
    server.answer("DELETE", "/collections/exhibit-ours", {}, None)
    server.answer("PUT", "/collections/exhibit-ours", made, None)
    assert filled(place(server, "ours").open(MAKER, 0, create=False)).count() == 1


def test_two_processes_that_open_first_both_get_it(server: FakeQdrant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second sees none, and then that the first made it meanwhile."""
    filled(place(server, "ours").open(MAKER, 0)).close()
    told = iter([False, False])
    exists = QdrantClient.collection_exists
    monkeypatch.setattr(QdrantClient, "collection_exists", lambda *args: next(told, None) or exists(*args))
    assert place(server, "ours").open(MAKER, 0).count() == 1


def test_a_collection_that_goes_while_it_is_open_is_an_error(server: FakeQdrant) -> None:
    store = filled(place(server, "ours").open(MAKER, 0))
    place(server, "ours").drop(0)
    with pytest.raises(StoreLost, match="exhibit index --again"):
        store.search("text", [1.0, 0.0], 5, Scope())


# two libraries, in every order

STEPS = ("index", "embed again", "move", "remove")
ORDERS = sorted({"".join(order) for order in permutations("aaaabbbb")})
"""Whose turn it is: each library goes through STEPS."""
USUAL = ("aabbbbaa", "babababa")
"""`make bench` takes the others too."""


class Owner:
    """A library whose vectors are on the server, and the points that it should have there."""

    def __init__(self, folder: Path, url: str, texts: tuple[str, ...]) -> None:
        self.root, self.url, self.documents = folder / "library", url, folder / "documents"
        self.documents.mkdir(parents=True)
        for number, text in enumerate(texts):
            (self.documents / f"{number}.txt").write_text(text)
        self.steps = iter(STEPS)
        self.points: set[str] | None = None

    def opened(self, url: str | None) -> Library:
        library = Library(self.root, create=True, workers=1, qdrant_url=url)
        library.index.encoders = hashed.encoders()
        return library

    def act(self) -> None:
        """The next step."""
        step = next(self.steps)
        with self.opened(self.url) as library:
            if step == "index":
                library.add([self.documents])
            elif step == "embed again":
                assert library.embed_again() == len(library.sources())
            elif step == "move":
                copied(library, None)
            else:
                library.remove(library.sources()[0].id)
        if step == "move":
            with self.opened(None) as library:
                copied(library, self.url)
        self.points = self.on_server()
        assert len(self.points) == (1 if step == "remove" else 2)

    def on_server(self) -> set[str]:
        with self.opened(self.url) as library:
            items = {item.id for source in library.sources() for item in library.page(source.id, 1)}
            points = list(library.store.scan())
            assert {point.item for point in points} == items and len(points) == len(items)
            return {point.id for point in points}


def copied(library: Library, to: str | None) -> None:
    copy = library.index.open_copy(to)
    move(library.store, copy)
    copy.close()


@pytest.mark.parametrize(
    "order", [pytest.param(order, marks=() if order in USUAL else pytest.mark.slow) for order in ORDERS]
)
def test_two_libraries_in_every_order(
    order: str, server: FakeQdrant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Indexed, embedded again, moved to the folder and back, and a source removed: neither loses a point of the other's
    doing, whoever acts when. They share a text, whose item has one id in both."""
    monkeypatch.setattr(workers.Workers, "read", lambda self, job: reading.read(job))
    owners = {
        "a": Owner(tmp_path / "a", server.url, ("The pump holds oil.", "Both have this.")),
        "b": Owner(tmp_path / "b", server.url, ("The belt is new.", "Both have this.")),
    }
    for turn in order:
        owners[turn].act()
        for owner in owners.values():
            assert owner.points is None or owner.on_server() == owner.points
