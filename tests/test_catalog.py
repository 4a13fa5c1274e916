import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.errors import NotInLibrary
from tools.library.evidence import Figure, Passage, Region, Source, Table, Word, regions_of, text_of
from tools.library.store.catalog import Catalog, Entry, FileRow, ParsedSource, pack

S1, S2 = (hashlib.sha256(name).hexdigest() for name in (b"one", b"two"))
WORDS = (Word("Turn", 1, (10, 10, 30, 20)), Word("off.", 1, (33, 10, 50, 20), "\n"), Word("Wait.", 2, (10, 5, 40, 15)))


def source(name: str) -> Source:
    return Source(id=name, title="t", uri=f"/{name}", media_type="application/pdf", pages=2)


def row(name: str, path: str = "/x") -> FileRow:
    return FileRow(path, 1, 2, "1:", "indexed", name)


def passage(name: str, number: int = 0) -> Entry:
    item = Passage(id=f"{name}:p{number}", source_id=name, text=text_of(WORDS), regions=regions_of(WORDS))
    return Entry(item, pack(WORDS))


def figure(name: str, image: str) -> Entry:
    region = Region(page=2, boxes=((0, 0, 1, 1),))
    return Entry(Figure(id=f"{name}:f0", source_id=name, image=image, regions=(region,)))


def reading(name: str, *entries: Entry) -> ParsedSource:
    return ParsedSource(source(name), "1:", entries)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "c.sqlite")


def test_what_was_put_comes_back_whole_after_reopening(tmp_path: Path) -> None:
    first = Catalog(tmp_path / "c.sqlite")
    first.put([reading(S1, passage(S1))], [row(S1)])
    first.close()
    again = Catalog(tmp_path / "c.sqlite")
    (held,) = again.sources()
    assert held == source(S1).model_copy(update={"uri": "/x"})
    assert again.item(f"{S1}:p0") == passage(S1).part
    assert again.words(f"{S1}:p0") == WORDS
    assert again.file("/x") == row(S1)


def test_what_a_path_held_goes_in_the_step_in_which_what_it_holds_comes(catalog: Catalog) -> None:
    catalog.put([reading(S1, passage(S1))], [row(S1)])
    before = catalog.changes
    assert catalog.put([reading(S2, passage(S2))], [row(S2)]) == [S1]
    assert catalog.counts() == {S2: {"passage": 1}} and catalog.pending() == [S1]
    assert catalog.changes > before
    catalog.settle([S1])
    assert catalog.pending() == []
    with pytest.raises(NotInLibrary, match="ask again"):
        catalog.item(f"{S1}:p0")


def test_a_source_stays_while_a_path_holds_it_and_is_named_after_one_that_does(catalog: Catalog) -> None:
    catalog.put([reading(S1)], [row(S1, "/a"), row(S1, "/b")])
    assert catalog.source(S1).paths == ("/a", "/b")
    assert catalog.put([], [], gone=["/a"]) == []
    assert catalog.source(S1).paths == ("/b",)
    assert catalog.put([], [], gone=["/b"]) == [S1]


def test_a_source_that_bears_its_files_name_bears_the_new_one(catalog: Catalog) -> None:
    named = source(S1).model_copy(update={"uri": "/old.txt", "title": "old.txt"})
    catalog.put([ParsedSource(named, "1:", ())], [row(S1, "/old.txt")])
    catalog.put([], [row(S1, "/new.txt")], gone=["/old.txt"])
    assert catalog.source(S1).title == "new.txt"


def test_a_half_written_step_leaves_everything_as_it_was(catalog: Catalog) -> None:
    catalog.put([reading(S1, passage(S1))], [row(S1)])

    def breaks() -> Iterator[FileRow]:
        yield row(S2)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        catalog.put([reading(S2, passage(S2))], breaks())
    assert catalog.counts() == {S1: {"passage": 1}} and catalog.file("/x") == row(S1)


def test_nothing_that_is_being_written_is_seen_by_another_thread(catalog: Catalog) -> None:
    seen = []

    def rows() -> Iterator[FileRow]:
        seen.append(catalog.counts())
        yield row(S1)

    catalog.put([reading(S1, passage(S1))], rows())
    assert seen == [{}]


def test_a_picture_that_another_source_shows_is_no_garbage(catalog: Catalog) -> None:
    shared, own = "a" * 64, "b" * 64
    catalog.put([reading(S1, figure(S1, shared))], [row(S1, "/a")])
    catalog.put([reading(S2, figure(S2, shared))], [row(S2, "/b")])
    catalog.drop([S1])
    assert catalog.garbage() == [f"renditions/{S1}.pdf"]
    catalog.put([reading(S1, figure(S1, own))], [row(S1, "/a")])
    assert catalog.garbage() == []
    catalog.drop([S1, S2])
    assert set(catalog.garbage()) == {f"pictures/{p[:2]}/{p}" for p in (shared, own)} | {
        f"renditions/{s}.pdf" for s in (S1, S2)
    }
    catalog.swept(catalog.garbage())
    assert catalog.garbage() == []


def test_a_source_that_was_read_again_replaces_its_items(catalog: Catalog) -> None:
    catalog.put([reading(S1, passage(S1, 0), passage(S1, 1))], [row(S1)])
    catalog.put([reading(S1, passage(S1, 0))], [row(S1)])
    assert catalog.counts() == {S1: {"passage": 1}}


def test_items_of_a_page_come_in_reading_order(catalog: Catalog) -> None:
    catalog.put([reading(S1, passage(S1, 1), passage(S1, 0), figure(S1, "a" * 64))], [row(S1)])
    assert [i.id for i in catalog.on_page(S1, 1)] == [f"{S1}:p1", f"{S1}:p0"]
    assert [i.id for i in catalog.on_page(S1, 2)] == [f"{S1}:p1", f"{S1}:p0", f"{S1}:f0"]  # they go on there
    assert [i.id for i in catalog.items_of(S1, "figure")] == [f"{S1}:f0"]


def test_rows_of_a_table_that_were_used_stand_on_no_page_and_leave_with_their_source(catalog: Catalog) -> None:
    catalog.put([reading(S1, passage(S1))], [row(S1)])
    region = Region(page=1, boxes=((0, 0, 1, 1),))
    used = Table(id=f"{S1}:t0#3", source_id=S1, markdown="| a |\n| - |\n| 1 |", regions=(region,))
    catalog.put_record(used)
    assert catalog.item(used.id) == used and len(catalog.on_page(S1, 1)) == 1
    catalog.drop([S1])
    assert catalog.items([used.id]) == {}


def test_many_ids_are_asked_in_one_call(catalog: Catalog) -> None:
    catalog.put([reading(S1, *(passage(S1, n) for n in range(1200)))], [row(S1)])
    assert len(catalog.items([f"{S1}:p{n}" for n in range(1300)])) == 1200


def test_a_catalogue_of_an_older_make_is_brought_up_to_date(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "c.sqlite") as old:
        old.execute(
            "CREATE TABLE files (path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, "
            "recipe TEXT NOT NULL, state TEXT NOT NULL, source TEXT, error TEXT NOT NULL DEFAULT '')"
        )
        old.execute("INSERT INTO files VALUES ('/x', 1, 2, '1:', 'indexed', ?, '')", (S1,))
    assert Catalog(tmp_path / "c.sqlite").file("/x") == row(S1)
