"""Why was it found, or not: every reason that there is, on a library made here."""

from collections.abc import Iterator

import pytest

from tools.library.library import Library
from tools.library.search import Query, Within
from tools.library.search.explain import explain

TEXT = Within(kinds=("passage", "table"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("documents")
    for number in range(12):
        (folder / f"note_{number:02}.txt").write_text(f"Valve {number} is opened by hand, note {number}.\n")
    (folder / "pump.txt").write_text("The impeller of the pump turns clockwise.\n")
    (folder / "broken.pdf").write_bytes(b"no pdf at all")
    with Library(folder / "library", create=True) as made:
        made.add(sorted(folder.glob("*.*")))
        yield made


def test_the_words_that_bm25_sees(library: Library) -> None:
    told = explain(library.index, Query("the impellers xyzzy", within=TEXT))
    weights = {term.word: term.weight for term in told.terms}
    assert weights["the"] is None and weights["xyzzy"] == 0.0 and (weights["impellers"] or 0) > 1
    assert told.windows == ("the impellers xyzzy",) and told.wanted is None


def test_what_is_among_the_hits_needs_no_reason(library: Library) -> None:
    wanted = explain(library.index, Query("impeller", within=TEXT), "pump.txt", 1).wanted
    assert wanted and (wanted.fused, wanted.why, wanted.legs["bm25"]) == (1, "", 1)


def test_too_deep(library: Library) -> None:
    wanted = explain(library.index, Query("valve opened by hand", within=TEXT, limit=2), "pump.txt").wanted
    assert wanted and wanted.fused and wanted.fused > 2 and wanted.why.startswith(f"Too deep: number {wanted.fused}")
    assert "bm25" not in wanted.legs and wanted.legs["text"] == 13


@pytest.mark.parametrize(
    ("within", "source", "page", "why"),
    [
        (TEXT, "nowhere.txt", None, "Not indexed: no source is called 'nowhere.txt'"),
        (TEXT, "broken.pdf", None, "Not indexed: broken.pdf"),
        (TEXT, "pump.txt", 4, "Nothing was read on page 4"),
        (Within(kinds=("table",)), "pump.txt", 1, "Filtered out"),
    ],
)
def test_why_not(library: Library, within: Within, source: str, page: int | None, why: str) -> None:
    wanted = explain(library.index, Query("impeller", within=within), source, page).wanted
    assert wanted and wanted.fused is None and wanted.why.startswith(why)


def test_a_leg_that_shares_no_word_has_not_found_it(library: Library) -> None:
    query = Query("valve", within=TEXT, weights={"bm25": 1.0})
    wanted = explain(library.index, query, "pump.txt").wanted
    assert wanted and wanted.why.startswith("No leg found it") and wanted.legs == {}
