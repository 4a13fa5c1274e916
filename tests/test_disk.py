"""A disk that fills up: said in time, nothing is lost, and the same command goes on. On a real one, which is small."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.errors import DiskFull
from tools.library.library import Library
from tools.library.store import disk

SIZE = 80 * 2**20


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of SIZE bytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"Gearbox {number} holds 4.{number} litres of oil.\n")
    return folder


def filled(folder: Path, left: int) -> Path:
    """A file that leaves so many bytes free."""
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(folder).free - left))
    return ballast


@pytest.mark.parametrize("left", [0, 2**20, 20 * 2**20])
def test_a_library_begun_on_a_full_disk_goes_on_once_there_is_room(small: Path, documents: Path, left: int) -> None:
    ballast = filled(small, left)
    with pytest.raises(DiskFull, match="is full"), Library(small / "library", create=True) as library:
        library.add([documents])
    ballast.unlink()
    with Library(small / "library", create=True) as library:
        report = library.add([documents])
        assert not report.failed and library.store.count() == 3


def test_what_is_held_is_found_on_a_full_disk_and_what_comes_waits(small: Path, documents: Path) -> None:
    with Library(small / "library", create=True) as library:
        library.add([documents])
        ballast = filled(small, 8 * 2**20)
        (documents / "0.txt").write_text("Gearbox 0 holds 9.9 litres of oil.\n")
        with pytest.raises(DiskFull):
            library.add([documents])
        texts = [hit.item.text for hit in library.search("gearbox oil")]
        assert sorted(texts) == [f"Gearbox {n} holds 4.{n} litres of oil." for n in range(3)]
        ballast.unlink()
        assert len(library.add([documents]).read) == 1
        assert sorted(hit.item.text for hit in library.search("gearbox oil"))[0].endswith("9.9 litres of oil.")


def test_a_file_is_there_whole_or_not_at_all(small: Path) -> None:
    filled(small, 4096)
    with pytest.raises(OSError) as told:
        disk.write(small / "pictures" / "ab", bytes(2**20))
    assert disk.is_full(told.value)
    assert [path.name for path in small.rglob("*") if path.is_file()] == ["ballast"]


def test_what_is_replaced_stays_where_the_new_one_does_not_fit(small: Path) -> None:
    disk.replace(small / "list", b"one")
    disk.replace(small / "list", b"two")
    filled(small, 4096)
    with pytest.raises(OSError):
        disk.replace(small / "list", bytes(2**20))
    disk.write(small / "list", b"three")
    assert (small / "list").read_bytes() == b"two"
    assert not list(small.glob("*.part"))


def modes(root: Path) -> set[tuple[bool, str]]:
    """Of each folder (true) and file below it, as chmod takes them."""
    return {(path.is_dir(), f"{path.stat().st_mode & 0o777:o}") for path in (root, *root.rglob("*"))}


def test_a_library_is_its_owners_and_an_older_one_becomes_so(tmp_path: Path, documents: Path) -> None:
    root = tmp_path / "library"
    with Library(root, create=True) as library:
        library.add([documents])
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (root / "mine").mkdir(mode=0o755)
    Library(root).close()
    assert (root / "mine").stat().st_mode & 0o777 == 0o755, "it is not ours"
    (root / "mine").rmdir()
    assert modes(root) == {(True, "700"), (False, "600")}
