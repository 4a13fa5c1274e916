"""agent/graph/database: a damaged, locked or full side database is a sentence that says what to type."""

import random
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import Assistant
from agent.graph.checkpoints import Checkpoints
from tests.test_checkpoints import config, counting, take, taken
from tools.errors import DiskFull, LibraryBusy, LibraryError
from tools.library.library import Library


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite"


def damaged(tmp_path: Path, name: str, change: Callable[[Path], None]) -> Path:
    """A library whose side database was changed."""
    (tmp_path / "gearbox.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    root = tmp_path / "a library"
    with Library(root, create=True) as library:
        library.add([tmp_path / "gearbox.txt"])
    with Assistant(library=root) as assistant:
        assistant.ask("How much oil does the gearbox hold?", thread="t")
        assistant.context.observations.read("a" * 64, "q", "", "m", lambda: "orange" * 4000)
    change(root / name)
    return root


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(20_000))


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


NAMES = ("conversations.sqlite", "observations.sqlite")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("change", [garbage, truncated, folder])
def test_damage_is_said_with_the_command_that_mends_it(
    tmp_path: Path, name: str, change: Callable[[Path], None]
) -> None:
    root = damaged(tmp_path, name, change)
    with pytest.raises(LibraryError, match="is damaged|is a folder") as caught, Assistant(library=root) as assistant:
        assistant.history("t")
        assistant.context.observations.read("a" * 64, "q", "", "m", lambda: "")
    assert name in caught.value.message and type(caught.value) is LibraryError
    command = caught.value.next_step.partition("begin a new one: ")[2]
    subprocess.run(command, shell=True, check=True)
    with Assistant(library=root) as assistant:
        assert assistant.ask("How much oil does the gearbox hold?", thread="t").status == "answered"


def test_any_damage_is_a_sentence(path: Path) -> None:
    """Bytes cut off, changed and put in: it is read as it was, or it is an error of ours."""
    take(path, "t", 3)
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole, chance, said = path.read_bytes(), random.Random(7), 0
    for _ in range(150):
        broken = bytearray(whole)
        at = chance.randrange(len(whole))
        length = chance.choice([1, 30, 3000])
        match chance.randrange(3):
            case 0:
                del broken[at:]
            case 1:
                broken[at : at + length] = chance.randbytes(length)
            case 2:
                broken[at:at] = chance.randbytes(length)
        for left in path.parent.glob("conversations*"):
            left.unlink()
        path.write_bytes(broken)
        try:
            taken(path, "t")
            take(path, "t", 1)
        except LibraryError as error:
            said += 1
            assert error.next_step
    assert said > 20


@pytest.mark.parametrize("name", NAMES)
def test_a_locked_database_is_said(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.graph.database.WAIT", 0.1)
    root = damaged(tmp_path, name, lambda path: None)
    other = sqlite3.connect(root / name)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LibraryBusy, match=f"{name} locked"), Assistant(library=root) as assistant:
        assistant.ask("How much oil does the gearbox hold?", thread="t")
        assistant.context.observations.read("b" * 64, "q", "", "m", lambda: "")
    other.close()
    with Assistant(library=root) as assistant:
        assert len(assistant.history("t")) == 1


def test_a_full_disk_says_so(path: Path) -> None:
    take(path, "t", 1)
    checkpoints = Checkpoints(path)
    pages = checkpoints.conn.execute("PRAGMA page_count").fetchone()[0]
    checkpoints.conn.execute(f"PRAGMA max_page_count = {pages}")
    graph = counting(checkpoints)
    with pytest.raises(DiskFull):
        graph.invoke({"turns": ["x" * 1_000_000]}, config("t"), durability="exit")
    checkpoints.close()
    assert taken(path, "t") == 1
