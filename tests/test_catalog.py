import hashlib
from pathlib import Path

import pytest

from tools.errors import NotInLibrary
from tools.library.catalog import Catalog, Entry, FileRow
from tools.library.evidence import Figure, Passage, Region, Source, Word, regions_of, text_of

S1, S2 = (hashlib.sha256(name).hexdigest() for name in (b"one", b"two"))
WORDS = (Word("Turn", 1, (10, 10, 30, 20)), Word("off.", 1, (33, 10, 50, 20), "\n"), Word("Wait.", 2, (10, 5, 40, 15)))


def source(name: str) -> Source:
    return Source(id=name, title="t", uri=f"/{name}", media_type="application/pdf", pages=2)


def row(name: str, path: str = "/x") -> FileRow:
    return FileRow(path, 1, 2, "1:", "indexed", name)


def passage(name: str, number: int = 0) -> Entry:
    item = Passage(id=f"{name}:p{number}", source_id=name, text=text_of(WORDS), regions=regions_of(WORDS))
    return Entry(item, WORDS)


def figure(name: str, image: str) -> Entry:
    region = Region(page=2, boxes=((0, 0, 1, 1),))
    return Entry(Figure(id=f"{name}:f0", source_id=name, image=image, regions=(region,)))


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "c.sqlite")


def test_what_was_put_comes_back_whole_after_reopening(tmp_path: Path) -> None:
    first = Catalog(tmp_path / "c.sqlite")
    first.put_source(source(S1), "1:", [passage(S1)], row(S1))
    first.close()
    again = Catalog(tmp_path / "c.sqlite")
    assert again.sources() == [source(S1)]
    assert again.item(f"{S1}:p0") == passage(S1).part
    assert again.words(f"{S1}:p0") == WORDS
    assert again.file("/x") == row(S1)


def test_putting_a_source_again_replaces_its_items(catalog: Catalog) -> None:
    catalog.put_source(source(S1), "1:", [passage(S1, 0), passage(S1, 1)], row(S1))
    catalog.put_source(source(S1), "2:", [passage(S1, 0)], row(S1))
    assert catalog.counts() == {S1: {"passage": 1}}
    assert catalog.has_source(S1, "2:") and not catalog.has_source(S1, "1:")


def test_a_dropped_source_leaves_nothing_and_is_pending_until_settled(catalog: Catalog) -> None:
    catalog.put_source(source(S1), "1:", [passage(S1)], row(S1))
    catalog.drop_source(S1)
    assert (catalog.sources(), catalog.files(), catalog.pending()) == ([], [], [S1])
    catalog.settle(S1)
    assert catalog.pending() == []
    with pytest.raises(NotInLibrary, match="ask again"):
        catalog.item(f"{S1}:p0")


def test_a_source_is_unheld_only_when_no_path_holds_it(catalog: Catalog) -> None:
    catalog.put_source(source(S1), "1:", [], row(S1, "/a"))
    catalog.put_file(row(S1, "/b"))
    catalog.forget_file("/a")
    assert catalog.unheld() == []
    catalog.forget_file("/b")
    assert catalog.unheld() == [S1]


def test_a_picture_that_two_sources_show_belongs_to_neither_alone(catalog: Catalog) -> None:
    shared, own = "a" * 64, "b" * 64
    catalog.put_source(source(S1), "1:", [figure(S1, shared)], row(S1, "/a"))
    catalog.put_source(source(S2), "1:", [figure(S2, shared)], row(S2, "/b"))
    assert catalog.pictures_only_of(S1) == []
    catalog.put_source(source(S2), "1:", [figure(S2, own)], row(S2, "/b"))
    assert catalog.pictures_only_of(S1) == [shared]


def test_items_of_a_page_come_in_reading_order(catalog: Catalog) -> None:
    catalog.put_source(source(S1), "1:", [passage(S1, 1), passage(S1, 0), figure(S1, "a" * 64)], row(S1))
    assert [i.id for i in catalog.on_page(S1, 1)] == [f"{S1}:p1", f"{S1}:p0"]
    assert [i.id for i in catalog.on_page(S1, 2)] == [f"{S1}:f0"]
