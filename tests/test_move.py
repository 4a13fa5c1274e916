"""exhibit library move, both ways, over the wire; cut short, disturbed, and refused."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.interfaces.cli import app
from tests.fake_qdrant import FakeQdrant
from tools.errors import LibraryError, StoreDown
from tools.library.library import Library
from tools.library.store import Bm25, EdgeStore, Maker, Point, Scope, Scored, ServerStore, Store
from tools.library.upkeep.move import alike, move

MAKER = Maker("minilm", "mini", text_dim=16, image_dim=8)
POINTS = 600


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Store]:
    store = EdgeStore(tmp_path / "vectors", MAKER)
    store.put(windows())
    yield store
    store.close()


@pytest.fixture
def server() -> Iterator[FakeQdrant]:
    with FakeQdrant() as running:
        yield running


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def windows() -> list[Point]:
    rng, bm25 = np.random.default_rng(0), Bm25()
    text, clip = unit(rng.standard_normal((POINTS, 16))), unit(rng.standard_normal((POINTS, 8)))
    words = ["oil", "filter", "bolt", "torque", "pump", "valve", "gear", "hours"]
    return [
        Point.of(
            f"i{n}", 0, f"s{n % 7}", "figure" if n % 5 == 0 else "passage",
            {"text": text[n].tolist(), "clip": clip[n].tolist()},
            bm25.document(" ".join(rng.choice(words, 5))),
            pages=(n % 9 + 1,),
        )
        for n in range(POINTS)
    ]  # fmt: skip


def test_all_is_copied_and_found_alike(old: Store, server: FakeQdrant) -> None:
    new = ServerStore(server.url, MAKER)
    told: list[tuple[int, int]] = []
    moved = move(old, new, lambda *done: told.append(done))
    assert (moved.points, moved.copied, moved.dropped) == (POINTS, POINTS, 0) and moved.questions > 100
    assert told[-1] == (POINTS, POINTS)
    scope = Scope(kinds=("figure",), pages=(2, 4))
    query = windows()[5].dense["text"]
    assert [one.item for one in new.search("text", query, 9, scope)] == [
        one.item for one in old.search("text", query, 9, scope)
    ]


def test_a_run_that_was_cut_short_goes_on_and_strangers_go(old: Store, server: FakeQdrant) -> None:
    new = ServerStore(server.url, MAKER)
    new.put([Point.of("gone", 0, "s9", "passage", {"text": [1.0] + [0.0] * 15})])
    calls = 0

    def told(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            server.faults["/points"] = (500, "out of disk")

    with pytest.raises(StoreDown, match="out of disk"):
        move(old, new, told)
    first = new.count() - 1
    assert 0 < first < POINTS
    moved = move(old, new)
    assert (moved.copied, moved.dropped, new.count()) == (POINTS - first, 1, POINTS)
    assert move(old, new).copied == 0


def test_a_copy_with_other_vectors_is_not_passed(old: Store, server: FakeQdrant) -> None:
    new = ServerStore(server.url, MAKER)
    move(old, new)
    new.put([replace(w, dense={"text": [1.0] + [0.0] * 15}, bm25=None) for w in windows()[:300]])
    with pytest.raises(LibraryError, match="finds other things than the library"):
        move(old, new)


def test_alike_by_hand() -> None:
    """Of two that score .5, either may be the last of two; .9 is no tie."""
    best = Scored("a", 0.9)
    assert alike([best, Scored("b", 0.5)], [best, Scored("c", 0.5)])
    assert not alike([best, Scored("b", 0.5)], [Scored("c", 0.9), Scored("b", 0.5)])
    assert not alike([best], [Scored("a", 0.8)]) and not alike([best], []) and alike([], [])


@pytest.fixture
def run(sample_root: Path, empty_cwd: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Types a command over a copy of the sample library; its exit code, what it printed, and what it complained of."""
    root = empty_cwd / "library"
    shutil.copytree(sample_root, root)
    monkeypatch.setenv("EXHIBIT_LIBRARY", str(root))

    def typed(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["exhibit", *args])
        with pytest.raises(SystemExit) as ended:
            app.main()
            raise SystemExit(0)
        out = capsys.readouterr()
        return ended.value.code or 0, out.out, out.err

    return typed


def test_the_sample_library_goes_to_a_server_and_back(
    run, server: FakeQdrant, empty_cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library(empty_cwd / "library") as library:
        before = [hit.item.id for hit in library.search("oil filter", limit=20)]
    code, out, err = run("library", "move", "--to", server.url)
    assert code == 0, err
    assert f"export EXHIBIT_QDRANT_URL={server.url}" in out and "answered alike" in out and "is kept" in out
    shutil.rmtree(empty_cwd / "library" / "vectors")
    monkeypatch.setenv("EXHIBIT_QDRANT_URL", server.url)
    with Library(empty_cwd / "library", qdrant_url=server.url) as library:
        assert [hit.item.id for hit in library.search("oil filter", limit=20)] == before
    code, out, err = run("library", "move", "--to", "folder")
    assert code == 0 and "unset EXHIBIT_QDRANT_URL" in out, err
    with Library(empty_cwd / "library") as library:
        assert [hit.item.id for hit in library.search("oil filter", limit=20)] == before


def test_what_cannot_be_moved_says_what_to_type(run, server: FakeQdrant) -> None:
    assert "is no URL" in run("library", "move", "--to", "elsewhere")[2]
    assert "already" in run("library", "move", "--to", "folder")[2]
    assert "docker run" in run("library", "move", "--to", "http://127.0.0.1:9")[2]
