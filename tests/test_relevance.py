"""Does anything fit? On a library of one subject, made here."""

from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw

from tools.library.library import Library
from tools.library.search import Query, Within, relevance
from tools.library.search.relevance import terms
from tools.library.store import Scope

TEXT = Within(kinds=("passage", "table"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "pump.txt").write_text("The impeller of the pump turns clockwise. Error E12 means low pressure.\n")
    (folder / "oil.txt").write_text("Change the oil of the gearbox every 2000 hours.\n")
    with Library(folder / "library", create=True) as made:
        made.add([folder / "pump.txt", folder / "oil.txt"])
        yield made


@pytest.mark.parametrize("asked", ["Which way does the impeller turn?", "E12", "how often is the lubricant renewed"])
def test_what_is_there_fits(library: Library, asked: str) -> None:
    assert library.find(Query(asked, within=TEXT)).fits


@pytest.mark.parametrize("asked", ["Who won the election in Brazil?", "xyzzy", "recipe for an apple pie with cinnamon"])
def test_what_is_not_there_does_not_and_the_nearest_is_shown_all_the_same(library: Library, asked: str) -> None:
    found = library.find(Query(asked, within=TEXT))
    assert not found.fits and found.hits


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Three pictures without a word, and one with two that any question has."""
    folder = tmp_path_factory.mktemp("photos")
    for name, colour in (("a", "red"), ("b", "green"), ("c", "blue")):
        picture = Image.new("RGB", (300, 300), "white")
        ImageDraw.Draw(picture).ellipse((60, 60, 240, 240), fill=colour)
        picture.save(folder / f"{name}.png")
    signed = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(signed).text((40, 60), "circle drawn", fill="black", font_size=48)
    signed.save(folder / "signed.png")
    with Library(folder / "library", create=True) as made:
        made.add([folder])
        yield made


def test_where_no_words_fit_pixels_decide(photos: Library) -> None:
    found = photos.find(Query("two dogs and a boy run, drawn by the sea", within=Within(kinds=("figure",))))
    clip = [one.item for one in found.legs["clip"]]
    assert [hit.item.id for hit in found.hits][:3] == clip[:3]


def test_a_photo_fits_by_what_it_shows_and_only_by_that(photos: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    query = Query("a red ball", within=Within(kinds=("figure",)))
    best = photos.find(query).legs["clip"][0].score
    for least, fits in ((best - 0.01, True), (best + 0.01, False)):
        monkeypatch.setitem(relevance.PIXELS, "mini", least)
        assert photos.find(query).fits == fits


def test_a_word_is_worth_the_most_it_adds(library: Library) -> None:
    found = {term.word: term.weight for term in terms(library.index, "the pump xyzzy")}
    (best, *_) = library.store.search("bm25", library.index.bm25.query("pump"), 1, Scope())
    assert found == {"the": None, "pump": pytest.approx(best.score), "xyzzy": 0.0}
