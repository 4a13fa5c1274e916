"""Does anything fit? On a library of one subject, made here."""

from collections.abc import Iterator

import pytest

from tools.library.library import Library
from tools.library.search import Query, Within
from tools.library.search.fit import terms
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


def test_a_word_is_worth_the_most_it_adds(library: Library) -> None:
    found = {term.word: term.weight for term in terms(library, "the pump xyzzy")}
    (best, *_) = library.store.search("bm25", library.bm25.query("pump"), 1, Scope())
    assert found == {"the": None, "pump": pytest.approx(best.score), "xyzzy": 0.0}
