"""The library's doctor: a healthy one has no faults, and each thing that may go wrong is named and mended."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tools.errors import LibraryError, StoreLost
from tools.library.library import Library
from tools.library.store import disk
from tools.library.upkeep import check
from tools.library.upkeep.mend import mend


@pytest.fixture
def folder(folder: Path) -> Path:
    Image.new("RGB", (80, 60), "orange").save(folder / "part.png")
    return folder


def source(library: Library, name: str) -> str:
    return next(s.id for s in library.sources() if s.uri.endswith(name))


def lose_points(library: Library, folder: Path) -> None:
    library.store.remove(source(library, "a.txt"))


def strange_points(library: Library, folder: Path) -> None:
    id = source(library, "a.txt")
    library.catalog.drop([id])
    library.catalog.settle([id])


def lose_picture(library: Library, folder: Path) -> None:
    (sha,) = library.catalog.pictures()
    library.picture_path(sha).unlink()


def spoil_picture(library: Library, folder: Path) -> None:
    (sha,) = library.catalog.pictures()
    library.picture_path(sha).write_bytes(b"\x89PNG, or so it says")


def lose_rendition(library: Library, folder: Path) -> None:
    (library.root / disk.rendition(source(library, "b.md"))).unlink()


def spoil_rendition(library: Library, folder: Path) -> None:
    (library.root / disk.rendition(source(library, "b.md"))).write_bytes(b"%PDF-1.7 half a")


def change_document(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("The gearbox holds 5.1 litres of oil.\n")


def delete_document(library: Library, folder: Path) -> None:
    (folder / "a.txt").unlink()


def cut_short(library: Library, folder: Path) -> None:
    library.catalog.begin(["0" * 64])


def old_vectors(library: Library, folder: Path) -> None:
    (library.root / "vectors-7").mkdir()


def orphan_picture(library: Library, folder: Path) -> None:
    path = library.root / disk.picture("ab" * 32)
    disk.write(path, b"written by a run that was killed before the catalogue knew of it")
    os.utime(path, (0, 0))


def orphan_rendition(library: Library, folder: Path) -> None:
    disk.write(library.root / disk.rendition("cd" * 32), b"%PDF-1.7")


def half_written(library: Library, folder: Path) -> None:
    disk.write(library.root / "pictures" / "ab" / f"{'ab' * 32}.12345678.part", b"half")
    os.utime(library.root / "pictures" / "ab" / f"{'ab' * 32}.12345678.part", (0, 0))


def temporary_files(library: Library, folder: Path) -> None:
    (disk.temporary(library.root) / "tmp1234").mkdir(parents=True)


def lose_vectors(library: Library, folder: Path) -> None:
    library.index.close_store()
    shutil.rmtree(library.root / "vectors")


def empty_vectors(library: Library, folder: Path) -> None:
    library.store.remove(*(source.id for source in library.sources()))
    library.index.close_store()


def spoil_vectors(library: Library, folder: Path) -> None:
    library.index.close_store()
    (library.root / "vectors" / "edge_config.json").write_text("{")


def spoil_conversations(library: Library, folder: Path) -> None:
    (library.root / "conversations.sqlite").write_bytes(b"garbage, and more of it" * 100)


def cut_observations(library: Library, folder: Path) -> None:
    with closing(sqlite3.connect(library.root / "observations.sqlite")) as database:
        database.executescript("CREATE TABLE seen (a, b); INSERT INTO seen VALUES (1, zeroblob(20000));")
    file = library.root / "observations.sqlite"
    file.write_bytes(file.read_bytes()[:9000])


def test_a_healthy_library_has_no_faults(library: Library) -> None:
    health = check.check(library.index)
    assert health.faults == ()
    assert (health.files, health.sources, health.pictures, health.points) == (3, 3, 1, library.store.count())


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lose_points, "points are missing"),
        (strange_points, "not in the catalogue"),
        (lose_picture, "is missing"),
        (spoil_picture, "has changed on the disk"),
        (lose_rendition, "cannot be shown"),
        (spoil_rendition, "cannot be shown"),
        (change_document, "has changed"),
        (delete_document, "there no more"),
        (cut_short, "cut short"),
        (old_vectors, "earlier edition"),
        (orphan_picture, "belongs to nothing"),
        (orphan_rendition, "belongs to nothing"),
        (half_written, "belongs to nothing"),
        (temporary_files, "temporary files"),
        (lose_vectors, "are gone"),
        (empty_vectors, "is empty"),
        (spoil_vectors, "cannot be opened"),
        (spoil_conversations, "conversations.sqlite is damaged"),
        (cut_observations, "observations.sqlite is damaged"),
    ],
)
def test_each_harm_is_named_and_mended(
    library: Library, folder: Path, harm: Callable[[Library, Path], None], told: str
) -> None:
    harm(library, folder)
    faults = check.check(library.index).faults
    assert any(told in fault.what for fault in faults), faults
    mend(library.index, faults)
    assert check.check(library.index).faults == ()
    left = " ".join(hit.item.text for hit in library.search("gearbox oil, or the belt"))
    assert "500 hours" in left and ("gearbox" in left) == (harm not in (delete_document, strange_points))


@pytest.mark.parametrize("harm", [lose_vectors, empty_vectors, spoil_vectors])
def test_a_store_that_was_lost_is_an_error_and_never_not_found(
    library: Library, folder: Path, harm: Callable[[Library, Path], None]
) -> None:
    harm(library, folder)
    with pytest.raises(StoreLost, match="exhibit index --again"):
        library.search("gearbox oil")
    library.embed_again()
    assert any("4.2" in hit.item.text for hit in library.search("gearbox oil"))


def test_a_picture_that_a_conversation_shows_is_no_rubbish(library: Library) -> None:
    sha = library.keep_picture(b"what a person asked about")
    os.utime(library.picture_path(sha), (0, 0))
    assert [fault.cure for fault in check.check(library.index).faults] == ["delete"]
    with closing(sqlite3.connect(library.root / "conversations.sqlite")) as database:
        database.execute("CREATE TABLE checkpoints (state)")
        database.execute("INSERT INTO checkpoints VALUES (?)", (f'{{"image": "{sha}"}}',))
        database.commit()
    assert check.check(library.index).faults == ()


def test_files_of_a_run_that_goes_on_are_no_rubbish(library: Library, folder: Path) -> None:
    orphan_picture(library, folder)
    with disk.only_one(library.root):
        assert check.check(library.index).faults == ()


def test_points_are_never_cleared_where_the_catalogue_was_lost(library: Library) -> None:
    points = library.store.count()
    library.close()
    (library.root / "catalog.sqlite").unlink()
    with Library(library.root, create=True) as again:
        (fault,) = (fault for fault in check.check(again.index).faults if "knows no source" in fault.what)
        assert fault.cure == "index" and mend(again.index, [fault]) == 0
        assert again.store.count() == points


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda old: b"", "is empty"),
        (lambda old: b"no database" * 1000, "not a database"),
        (lambda old: old[: len(old) // 2], "malformed|damaged"),
    ],
)
def test_a_catalogue_that_is_damaged_is_an_error(
    library: Library, content: Callable[[bytes], bytes], message: str
) -> None:
    library.close()
    file = library.root / "catalog.sqlite"
    file.write_bytes(content(file.read_bytes()))
    with pytest.raises(LibraryError, match=message), Library(library.root) as damaged:
        damaged.search("gearbox oil")
        check.check(damaged.index)


def test_a_catalogue_of_a_later_version_is_an_error(library: Library) -> None:
    library.close()
    with closing(sqlite3.connect(library.root / "catalog.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="later version"):
        Library(library.root)
