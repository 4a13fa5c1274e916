"""Processes that use one Edge folder: each gets its turn, one that is killed holds up nobody."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.errors import LibraryBusy
from tools.library.store import EdgeStore, Maker, Point, Scope, turns
from tools.library.store.turns import Turn

MAKER = Maker("minilm", "mini", text_dim=2, image_dim=3)
TAKE = "import sys, time; from pathlib import Path; from tools.library.store.turns import Turn\n"
TAKE += "Turn(Path(sys.argv[1])).take(); print('taken', flush=True); time.sleep(60)"
SEARCH = """
import sys
import time
from pathlib import Path
from tools.library.store import EdgeStore, Maker, Scope

store = EdgeStore(Path(sys.argv[1]), Maker("minilm", "mini", 2, 3), create=False)
for _ in range(5):
    assert len(store.search("text", [1.0, 2.0], 5, Scope())) == 5
store.close()
"""
WRITE = """
import sys
import time
from pathlib import Path
from tools.library.store import EdgeStore, Maker, Point

store = EdgeStore(Path(sys.argv[1]), Maker("minilm", "mini", 2, 3))
print("writing", flush=True)
for number in range(10**6):
    store.put([Point.of(f"w{number}", 0, "s2", "passage", {"text": [0.0, 1.0]})])
"""


def start(code: str, folder: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)


def test_a_turn_is_taken_by_one_and_wanted_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.2)
    first, second = Turn(tmp_path), Turn(tmp_path)
    first.take()
    assert not first.is_over
    with pytest.raises(LibraryBusy, match=r"for 0 seconds.*EXHIBIT_QDRANT_URL"):
        second.take()
    time.sleep(turns.LEAST)
    assert first.is_over
    first.give_way()
    second.take()
    assert not second.is_over


def test_who_is_killed_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.2)
    with start(TAKE, tmp_path) as other:
        assert other.stdout and other.stdout.readline() == "taken\n"
        with pytest.raises(LibraryBusy):
            Turn(tmp_path).take()
        other.send_signal(signal.SIGKILL)
        other.wait()
        Turn(tmp_path).take()


def test_several_processes_search_while_one_has_the_folder_open(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    store = EdgeStore(folder, MAKER)
    store.put([Point.of(f"i{n}", 0, "s1", "passage", {"text": [1.0, float(n)]}) for n in range(20)])
    others = [start(SEARCH, folder) for _ in range(4)]
    while any(other.poll() is None for other in others):
        assert store.count() == 20
    assert [other.wait() for other in others] == [0, 0, 0, 0]
    store.close()


def test_a_writer_that_is_killed_leaves_a_store_that_others_go_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    store = EdgeStore(folder, MAKER)
    store.put([Point.of(f"i{n}", 0, "s1", "passage", {"text": [1.0, float(n)]}) for n in range(20)])
    seen = 20
    for _ in range(5):
        with start(WRITE, folder) as writer:
            assert writer.stdout and writer.stdout.readline() == "writing\n"
            for _ in range(3):
                assert len(store.search("text", [1.0, 2.0], 20, Scope(sources=("s1",)))) == 20
                assert store.count() >= seen
                seen = store.count()
            writer.send_signal(signal.SIGKILL)
    points = list(store.scan())
    assert len(points) == len({point.id for point in points}) == store.count() >= seen
    store.close()
