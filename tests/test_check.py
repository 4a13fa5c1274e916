"""The library's doctor: a healthy one has no faults, and each thing that may go wrong is named and mended."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tools.library.library import Library
from tools.library.store import disk
from tools.library.upkeep import check


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


def test_a_healthy_library_has_no_faults(library: Library) -> None:
    health = check.check(library.index)
    assert health.faults == ()
    assert (health.files, health.sources, health.pictures, health.points) == (3, 3, 1, library.store.count())


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lose_points, "points are missing"),
        (strange_points, "not held"),
        (lose_picture, "is missing"),
        (spoil_picture, "has changed on the disk"),
        (lose_rendition, "cannot be shown"),
        (spoil_rendition, "cannot be shown"),
        (change_document, "has changed"),
        (delete_document, "there no more"),
        (cut_short, "cut short"),
        (old_vectors, "earlier make"),
    ],
)
def test_each_harm_is_named_and_mended(
    library: Library, folder: Path, harm: Callable[[Library, Path], None], told: str
) -> None:
    harm(library, folder)
    faults = check.check(library.index).faults
    assert any(told in fault.what for fault in faults), faults
    check.mend(library.index, faults)
    assert check.check(library.index).faults == ()
    left = " ".join(hit.item.text for hit in library.search("gearbox oil, or the belt"))
    assert "500 hours" in left and ("gearbox" in left) == (harm not in (delete_document, strange_points))
