"""The same tests for both stores: Edge in a folder, and the server's half through qdrant-client's own memory."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.errors import EncoderMismatch, LibraryBusy, StoreDown
from tools.library.store import Bm25, EdgeStore, Maker, Scope, Scored, ServerStore, Store, Window, best_of_items

MAKER = Maker("minilm", "mini", text_dim=2, image_dim=3)
PAGES = ((4, 6), (4, 7), (5, 6))
SERVER = os.environ.get("EXHIBIT_TEST_QDRANT")


@pytest.fixture(params=["edge", "memory", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "edge":
        opened: Store = EdgeStore(tmp_path / "vectors", MAKER)
    elif request.param == "memory":
        opened = ServerStore(":memory:", MAKER)
    elif SERVER:
        opened = ServerStore(SERVER, MAKER, collection=f"exhibit_test_{uuid.uuid4().hex}")
    else:
        pytest.skip("EXHIBIT_TEST_QDRANT names no server")
    yield opened
    opened.close()


def fill(store: Store) -> None:
    bm25 = Bm25()
    store.add(
        [
            Window("a", 0, "s1", "passage", {"text": [1.0, 0.0]}, bm25.document("Change the oil filter")),
            Window("a", 1, "s1", "passage", {"text": [0.0, 1.0]}, bm25.document("every 2000 hours")),
            Window("b", 0, "s2", "passage", {"text": [0.8, 0.6]}, bm25.document("Torque of the head bolts AR-1042")),
            Window("f", 0, "s2", "figure", {"clip": [0.0, 0.0, 1.0]}),
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
    store.add(
        [
            Window("a", 0, "s1", "passage", {"text": [1.0, 0.0]}, pages=(3, 4)),
            Window("b", 0, "s1", "passage", {"text": [1.0, 0.0]}, pages=(7,)),
        ]
    )
    found = {pages: {s.item for s in store.search("text", [1.0, 0.0], 9, Scope(pages=pages))} for pages in PAGES}
    assert found == {(4, 6): {"a"}, (4, 7): {"a", "b"}, (5, 6): set()}


def test_what_is_kept_comes_back_with_its_vectors(store: Store) -> None:
    fill(store)
    (one,) = store.kept(5, Scope(items=("b",)))
    assert (one.item, one.kind, set(one.dense)) == ("b", "passage", {"text"})
    assert one.dense["text"] == pytest.approx([0.8, 0.6]) and one.bm25 is not None and one.bm25.indices
    assert len(store.kept(3, Scope())) == 3 and len(store.kept(9, Scope())) == 4


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


def test_a_second_process_is_told_what_to_do(tmp_path: Path) -> None:
    held = EdgeStore(tmp_path / "vectors", MAKER)
    code = (
        "import sys; from pathlib import Path; from tools.library.store import EdgeStore, Maker\n"
        "from tools.errors import LibraryBusy\n"
        "try: EdgeStore(Path(sys.argv[1]), Maker('minilm', 'mini', 2, 3))\n"
        "except LibraryBusy as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code, str(tmp_path / "vectors")], capture_output=True, text=True)
    held.close()
    assert "Another process" in told.stdout and "EXHIBIT_QDRANT_URL" in told.stdout, told.stderr
    assert LibraryBusy


def test_a_server_that_is_down_is_named() -> None:
    with pytest.raises(StoreDown, match=r"http://127\.0\.0\.1:9"):
        ServerStore("http://127.0.0.1:9", MAKER)


def test_windows_become_items_in_the_order_of_their_best() -> None:
    windows = [Scored("a", 0.9), Scored("b", 0.8), Scored("a", 0.7)]
    assert best_of_items(windows) == (Scored("a", 0.9), Scored("b", 0.8))
