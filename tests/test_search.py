"""Searching a small library made here: two notes, a page with a drawing, three plain pictures."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tools.errors import NotInLibrary
from tools.library.library import Library
from tools.library.search import Query, SearchResult, Within

PUMP = "# Pumps\n\nThe impeller of the pump turns clockwise.\n\n![](pump.png)\n\nGrease the bearing every month.\n"
TEXT = ("passage", "table")


def striped(colour: str, size: int = 96) -> Image.Image:
    picture = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(picture)
    for x in range(0, size, 16):
        draw.rectangle((x, 0, x + 7, size), fill=colour)
    return picture


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "old").mkdir()
    (folder / "old" / "tax.txt").write_text("The tax return is due on 31 May.\n")
    (folder / "copy.txt").write_text("The impeller of the pump turns clockwise, seen from the motor.\n")
    (folder / "pump.md").write_text(PUMP)
    striped("red", 200).save(folder / "pump.png")
    striped("blue").save(folder / "blue.png")
    os.utime(folder / "old" / "tax.txt", (0, 1_000_000_000))  # 9 September 2001
    with Library(folder / "library", create=True) as made:
        assert not made.add([folder / "old", folder / "copy.txt", folder / "pump.md", folder / "blue.png"]).failed
        yield made


def names(library: Library, found: SearchResult) -> list[str]:
    return [Path(library.source(hit.item.source_id).uri).name for hit in found.hits if hit.item.kind != "record"]


def test_a_folder_and_a_day_are_filters(library: Library) -> None:
    old = library.source(library.sources()[0].id).uri  # the path of any file leads to the folder
    folder = Path(old).parent if Path(old).parent.name == "old" else Path(old).parent / "old"
    for within in (Within(folders=(folder,)), Within(until=date(2001, 12, 31))):
        assert names(library, library.find(Query("pump", within=within))) == ["tax.txt"]
    assert "tax.txt" not in names(library, library.find(Query("tax", within=Within(since=date(2020, 1, 1)))))


def test_where_no_source_is_left_nothing_is_found(library: Library) -> None:
    assert library.find(Query("pump", within=Within(until=date(1999, 1, 1)))) == SearchResult()


def test_pages_are_a_filter(library: Library) -> None:
    assert library.find(Query("pump", within=Within(pages=(1, 1)))).hits
    assert library.find(Query("pump", within=Within(pages=(2, 9)))).hits == ()


def test_what_is_like_an_item_is_found_by_its_own_vectors_and_not_itself(library: Library) -> None:
    own = library.search("impeller seen from the motor")[0].item
    found = library.find(Query(like=own.id))
    first = found.hits[0].item
    assert first.id != own.id and "impeller" in first.text + getattr(first, "mention", "")
    assert found.legs["bm25"][0].item == own.id and own.id not in {hit.item.id for hit in found.hits}
    with pytest.raises(NotInLibrary):
        library.find(Query(like="gone"))


def test_a_picture_is_like_a_picture(library: Library) -> None:
    (blue,) = [hit.item for hit in library.search(image=striped("blue"), kinds=("figure",), limit=1)]
    found = library.find(Query(like=blue.id, within=Within(kinds=("figure",))))
    assert names(library, found) == ["pump.md"]


def test_a_picture_leads_to_the_text_beside_it(library: Library) -> None:
    found = library.find(Query(image=striped("red", 200), within=Within(kinds=TEXT)))
    assert found.hits[0].item.kind == "passage" and "impeller" in found.hits[0].item.text
    assert set(found.hits[0].legs) == {"beside"} and "tax.txt" not in names(library, found)


@pytest.mark.parametrize(("blend", "legs"), [("ranks", {"bm25", "text", "clip", "picture"}), ("vector", {"picture"})])
def test_words_and_a_picture_are_joined_by_rank_or_as_vectors(library: Library, blend, legs: set[str]) -> None:
    query = Query("pump", striped("red", 200), within=Within(kinds=("figure",)), blend=blend)
    found = library.find(query)
    assert names(library, found)[0] == "pump.md" and legs <= set(found.legs)
    assert ("clip" in found.legs) == (blend == "ranks")


def test_in_a_cascade_the_picture_puts_in_order_what_the_words_found(library: Library) -> None:
    within = Within(kinds=("figure",))
    found = library.find(Query("blue.png", striped("red", 200), within=within, blend="cascade"))
    assert names(library, found)[0] == "pump.md"
    weights = {"bm25": 1.0, "picture": 1.0}
    none = library.find(Query("xyzzy", striped("red"), within=within, blend="cascade", weights=weights))
    assert none.hits == ()


def test_diversity_puts_the_same_again_last(library: Library) -> None:
    """Two passages say that the impeller turns clockwise; the third says something else."""
    plain = library.find(Query("impeller clockwise", within=Within(kinds=TEXT), limit=3))
    varied = library.find(Query("impeller clockwise", within=Within(kinds=TEXT), limit=3, diversity=0.9))
    assert sorted(names(library, plain)[:2]) == ["copy.txt", "pump.md"]
    assert names(library, varied)[0] == names(library, plain)[0] and names(library, varied)[1] == "tax.txt"


def test_a_long_question_asks_with_all_of_its_windows(library: Library) -> None:
    """What the encoder would not have read stands last."""
    text = "Lorem ipsum dolor sit amet. " * 60 + "When is the tax return due?"
    assert names(library, library.find(Query(text, within=Within(kinds=TEXT), weights={"bm25": 1})))[0] == "tax.txt"
