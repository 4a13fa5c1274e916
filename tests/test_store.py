"""The same tests for both stores: Edge in a folder, and the server's half through qdrant-client's own memory."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tools.errors import EncoderMismatch, StoreDown
from tools.library.store import (
    Bm25,
    EdgeStore,
    Layout,
    LegQuery,
    Maker,
    Point,
    Scope,
    ServerStore,
    Sparse,
    Store,
)
from tools.library.store.server import client

MAKER = Maker("minilm", "mini", text_dim=2, image_dim=3)
PAGES = ((4, 6), (4, 7), (5, 6))
SERVER, KEY = os.environ.get("EXHIBIT_TEST_QDRANT"), os.environ.get("EXHIBIT_TEST_QDRANT_API_KEY")


@pytest.fixture(params=["edge", "memory", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "edge":
        opened: Store = EdgeStore(tmp_path / "vectors", MAKER)
    elif request.param == "memory":
        opened = ServerStore(":memory:", MAKER)
    elif SERVER:
        name = f"exhibit_test_{uuid.uuid4().hex}"
        opened = ServerStore(SERVER, MAKER, collection=name, layout=Layout(api_key=KEY))
        request.addfinalizer(lambda: client(SERVER, Layout(api_key=KEY)).delete_collection(name))
    else:
        pytest.skip("EXHIBIT_TEST_QDRANT names no server")
    yield opened
    opened.close()


def fill(store: Store) -> None:
    bm25 = Bm25()
    store.put(
        [
            Point.of("a", 0, "s1", "passage", {"text": [1.0, 0.0]}, bm25.document("Change the oil filter")),
            Point.of("a", 1, "s1", "passage", {"text": [0.0, 1.0]}, bm25.document("every 2000 hours")),
            Point.of("b", 0, "s2", "passage", {"text": [0.8, 0.6]}, bm25.document("Torque of the head bolts AR-1042")),
            Point.of("f", 0, "s2", "figure", {"clip": [0.0, 0.0, 1.0]}),
        ]
    )


def test_each_leg_finds_what_is_nearest(store: Store) -> None:
    fill(store)
    assert [s.item for s in store.search("text", [1.0, 0.0], 3, Scope())] == ["a", "b", "a"]
    assert [s.item for s in store.search("bm25", Bm25().query("oil filters"), 3, Scope())] == ["a"]
    assert [s.item for s in store.search("bm25", Bm25().query("AR-1042"), 3, Scope())] == ["b"]
    assert [s.item for s in store.search("clip", [0.0, 0.1, 0.9], 3, Scope())] == ["f"]


def test_cosine_is_what_comes_back(store: Store) -> None:
    fill(store)
    (best, *_) = store.search("text", [0.8, 0.6], 1, Scope())
    assert best.score == pytest.approx(1.0, abs=1e-5)


def test_a_scope_is_kept(store: Store) -> None:
    fill(store)
    assert [s.item for s in store.search("text", [1.0, 0.0], 3, Scope(sources=("s2",)))] == ["b"]
    assert store.search("text", [1.0, 0.0], 3, Scope(kinds=("figure",))) == []


def test_pages_are_a_range_that_any_page_of_an_item_may_meet(store: Store) -> None:
    store.put(
        [
            Point.of("a", 0, "s1", "passage", {"text": [1.0, 0.0]}, pages=(3, 4)),
            Point.of("b", 0, "s1", "passage", {"text": [1.0, 0.0]}, pages=(7,)),
        ]
    )
    found = {pages: {s.item for s in store.search("text", [1.0, 0.0], 9, Scope(pages=pages))} for pages in PAGES}
    assert found == {(4, 6): {"a"}, (4, 7): {"a", "b"}, (5, 6): set()}


def test_what_is_kept_comes_back_with_its_vectors(store: Store) -> None:
    fill(store)
    (one,) = store.sample(5, Scope(items=("b",)))
    assert (one.item, one.kind, set(one.dense)) == ("b", "passage", {"text"})
    assert one.dense["text"] == pytest.approx([0.8, 0.6]) and one.bm25 is not None and one.bm25.indices
    assert len(store.sample(3, Scope())) == 3 and len(store.sample(9, Scope())) == 4


def test_adding_again_doubles_nothing_and_removing_leaves_nothing(store: Store) -> None:
    fill(store)
    fill(store)
    assert store.count() == 4
    store.remove("s1")
    assert store.count() == 2
    assert "a" not in [s.item for s in store.search("text", [1.0, 0.0], 9, Scope())]
    store.remove("s1")
    assert store.count() == 2


def test_a_folder_remembers_what_it_holds_and_who_made_it(tmp_path: Path) -> None:
    first = EdgeStore(tmp_path / "vectors", MAKER)
    fill(first)
    first.close()
    again = EdgeStore(tmp_path / "vectors", MAKER)
    assert again.count() == 4
    again.close()
    with pytest.raises(EncoderMismatch, match="export EXHIBIT_TEXT_ENCODER=minilm EXHIBIT_IMAGE_ENCODER=mini"):
        EdgeStore(tmp_path / "vectors", Maker("minilm", "openclip/ViT-B-32/x", 2, 512))
    with pytest.raises(EncoderMismatch, match="another version of 'mini'"):
        EdgeStore(tmp_path / "vectors", Maker("minilm", "mini", 2, 3, weights="other"))


def test_a_server_that_is_down_is_named() -> None:
    with pytest.raises(StoreDown, match=r"http://127\.0\.0\.1:9"):
        ServerStore("http://127.0.0.1:9", MAKER)


def many(number: int, dim: int = 48) -> list[Point]:
    """Points of three legs by a seed, no two scores alike."""
    rng, bm25 = np.random.default_rng(0), Bm25()
    vectors = rng.standard_normal((number, dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = [f"{a}{b}" for a in ("oil", "gear", "pump", "valve") for b in ("box", "case", "cover", "shaft", "line")]
    return [
        Point.of(
            f"i{n}",
            0,
            f"s{n % 9}",
            "figure" if n % 4 == 0 else "passage",
            {"text": vectors[n].tolist(), "clip": vectors[n, :3].tolist()},
            bm25.document(" ".join(rng.choice(words, rng.integers(3, 12)))),
            pages=(n % 30 + 1,),
        )
        for n in range(number)
    ]


WIDE = Maker("minilm", "mini", text_dim=48, image_dim=3)


def test_a_folder_and_a_server_find_the_same_in_the_same_order(tmp_path: Path) -> None:
    """Ids and order. (So few points are compared one by one in both; `python -m evals scale` measures the index.)"""
    windows = many(800)
    edge, server = EdgeStore(tmp_path / "vectors", WIDE), ServerStore(":memory:", WIDE)
    for store in (edge, server):
        store.put(windows)
        store.optimize()
    for scope in (Scope(), Scope(kinds=("figure",)), Scope(sources=("s1", "s2"), pages=(3, 9))):
        for n in range(0, 40, 4):
            dense = windows[n].dense
            legs = ("text", dense["text"]), ("clip", dense["clip"]), ("bm25", Bm25().query("gearbox"))
            asks = [LegQuery(leg, vector) for leg, vector in legs]
            here, there = (store.search_all(asks, 20, scope) for store in (edge, server))
            for one, other in zip(here[:2], there[:2], strict=True):
                assert [hit.item for hit in one] == [hit.item for hit in other]
            assert [round(hit.score, 4) for hit in here[2]] == [round(hit.score, 4) for hit in there[2]]
    edge.close()


def test_several_questions_in_one_call_are_answered_as_one_by_one(store: Store) -> None:
    fill(store)
    words = Bm25().query("oil filters")
    asks = [LegQuery("text", [1.0, 0.0]), LegQuery("bm25", words), LegQuery("clip", [0.0, 0.1, 0.9])]
    assert store.search_all(asks, 3, Scope()) == [store.search(*ask, 3, Scope()) for ask in asks]
    assert store.search_all([], 3, Scope()) == []


def test_equal_scores_come_in_the_order_of_their_items(store: Store) -> None:
    store.put([Point.of(item, 0, "s", "passage", {"text": [0.6, 0.8]}) for item in ("c", "a", "b")])
    assert [hit.item for hit in store.search("text", [1.0, 0.0], 3, Scope())] == ["a", "b", "c"]


def test_points_are_put_as_another_store_held_them(store: Store) -> None:
    fill(store)
    ids = [held.id for held in store.scan()]
    assert len(ids) == 4 and {held.source for held in store.scan()} == {"s1", "s2"}
    assert store.has([*ids, "00000000-0000-0000-0000-000000000000"]) == set(ids)
    (point,) = [point for point in store.get(ids) if "bm25" in point.vectors and point.item == "b"]
    other = replace(point, id="11111111-1111-1111-1111-111111111111", item="z")
    store.put([other])
    assert store.get([other.id])[0].payload == other.payload
    assert isinstance(point.bm25, Sparse) and store.search("bm25", point.bm25, 9, Scope(items=("z",)))[0].item == "z"
    store.drop(ids)
    assert store.count() == 1


def test_vectors_may_be_kept_otherwise_later_and_are_not_made_anew(tmp_path: Path) -> None:
    """none → int8 on disk → none: the maker is the same, what is found too, and `optimize` rebuilds."""
    windows = many(500)
    expected = None
    for layout in (Layout("none"), Layout("int8", on_disk=True), Layout("none")):
        store = EdgeStore(tmp_path / "vectors", WIDE, layout)
        if expected is None:
            store.put(windows)
        store.optimize()
        found = store.search("text", windows[7].dense["text"], 10, Scope())
        expected = expected or found
        assert [hit.item for hit in found] == [hit.item for hit in expected] and store.count() == 500
        store.close()


def test_filters_have_an_index(tmp_path: Path) -> None:
    """Also in a folder that was made before they had: without one every point is compared."""
    for _ in range(2):
        store = EdgeStore(tmp_path / "vectors", MAKER)
        with store._shard() as shard:
            assert set(shard.info().payload_schema) == {"kind", "source", "item", "pages"}
            shard.update(store.types.UpdateOperation.delete_field_index("item"))
        store.close()
