"""The library over the sample: what went in, what is found, and that a place on a page is the right place."""

from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tests.conftest import SAMPLE
from tools.errors import NoLibrary, NotInLibrary
from tools.library.evidence import Figure
from tools.library.library import Library, open_picture

QUERIES = SAMPLE.parent / "queries"


@pytest.fixture(scope="module")
def library(sample_root: Path) -> Iterator[Library]:
    with Library(sample_root) as opened:
        yield opened


def titles(library: Library, hits) -> list[str]:
    return [Path(library.source(hit.item.source_id).uri).name for hit in hits]


def test_there_is_none_before_something_was_indexed(tmp_path: Path) -> None:
    with pytest.raises(NoLibrary, match="exhibit index"):
        Library(tmp_path)


def test_every_file_of_the_sample_is_held(library: Library) -> None:
    held = {Path(source.uri).resolve() for source in library.sources()}
    assert held == {path.resolve() for path in SAMPLE.rglob("*") if path.is_file()}


def test_words_find_the_table_row(library: Library) -> None:
    hits = library.search("tightening torque of the oil drain plug", kinds=("passage", "table"))[:3]
    (hit,) = [hit for hit in hits if hit.item.kind == "table"]
    assert hit.item.regions[0].page == 14 and "48" in hit.item.text and set(hit.legs) == {"bm25", "text"}


def test_words_find_the_scanned_page(library: Library) -> None:
    hits = library.search("who keeps the spare key of the isolator lock")
    assert 18 in {region.page for hit in hits[:2] for region in hit.item.regions}


def test_words_find_the_diagram(library: Library) -> None:
    hit = library.search("wiring diagram star-delta starter", kinds=("figure",))[0]
    assert isinstance(hit.item, Figure)
    assert hit.item.caption.startswith("Figure 6-1") and hit.item.regions[0].page == 10


def test_a_picture_finds_the_part_that_it_shows(library: Library) -> None:
    hits = library.search(image=open_picture(QUERIES / "field_spider.jpg"), kinds=("figure",))
    assert titles(library, hits)[0] == "part_001.jpg"
    assert "BN-4471" in hits[0].item.text


def test_a_picture_of_the_library_finds_itself(library: Library) -> None:
    for name in ("part_003.jpg", "part_007.jpg"):
        hits = library.search(image=open_picture(SAMPLE / "parts" / name), kinds=("figure",))
        assert titles(library, hits)[0] == name


def test_pairs_are_by_name_and_only_by_name(library: Library) -> None:
    by_name = {Path(s.uri).name: library.page(s.id, 1) for s in library.sources() if "/parts/" in s.uri}
    assert "BN-4471" in by_name["part_001.jpg"][0].text
    (alone,) = [item for item in by_name["part_01.jpg"] if isinstance(item, Figure)]
    assert alone.caption == ""


def test_a_place_is_where_the_words_stand(library: Library) -> None:
    """The located boxes, laid over the PDF, hold exactly the quoted words."""
    quote = "air gap of at least 45 mm"
    hit = next(h for h in library.search("air gap condensate hose tundish") if quote in h.item.text)
    start = hit.item.text.index(quote)
    (region,) = library.locate(hit.item.id, start, start + len(quote))
    with pymupdf.open(library.source(hit.item.source_id).uri) as document:
        words = document[region.page - 1].get_text("words")
    (box,) = map(pymupdf.Rect, region.boxes)
    under = [word[4] for word in words if pymupdf.Point((word[0] + word[2]) / 2, (word[1] + word[3]) / 2) in box]
    assert " ".join(under) == quote


def test_scope_and_limit(library: Library) -> None:
    (note,) = [s for s in library.sources() if s.uri.endswith("weekly_inspection.md")]
    hits = library.search("condensate", sources=(note.id,), limit=2)
    assert 1 <= len(hits) <= 2 and {hit.item.source_id for hit in hits} == {note.id}


def test_a_page_is_opened_and_one_that_does_not_exist_is_named(library: Library) -> None:
    (manual,) = [s for s in library.sources() if s.uri.endswith(".pdf")]
    assert any("45 mm" in item.text for item in library.page(manual.id, 5))
    with pytest.raises(NotInLibrary, match="pages 1 to 18, not 19"):
        library.page(manual.id, 19)


@pytest.mark.parametrize("name", [".pdf", ".md", ".html", "part_001.jpg", "part_001.txt"])
def test_every_kind_of_source_has_a_page_image(library: Library, name: str) -> None:
    source = next(s for s in library.sources() if s.uri.endswith(name))
    image, scale = library.page_image(source.id, 1)
    item = library.page(source.id, 1)[0]
    x0, y0, x1, y1 = item.regions[0].boxes[0]
    assert 0 <= x0 <= x1 <= image.width / scale + 1 and 0 <= y0 <= y1 <= image.height / scale + 1


def test_similarity_is_cosine_and_long_texts_count_by_their_best_window(library: Library) -> None:
    same, other = library.similarity("oil filter", ["oil filter", "annual report"])
    assert same == pytest.approx(1.0, abs=1e-4) and other < 0.5
    (buried,) = library.similarity("oil filter", ["Lorem ipsum dolor. " * 200 + "oil filter " * 60])
    assert buried > library.similarity("oil filter", ["Lorem ipsum dolor. " * 200])[0] + 0.2
    assert library.similarity("x", []) == []


def test_a_blank_picture_is_searched_without_harm(library: Library) -> None:
    assert library.search(image=Image.new("RGB", (10, 10)), kinds=("figure",), limit=3)


def test_a_leg_that_is_left_out_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The oil drain plug takes 48 N·m.\n")
    with Library(tmp_path / "library", legs=("text",), create=True) as one_legged:
        one_legged.add([tmp_path / "a.txt"])
        hits = one_legged.search("oil drain plug")
    assert hits and all(set(hit.legs) == {"text"} for hit in hits)


def test_after_indexing_the_encoders_leave_the_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    with Library(tmp_path / "library", create=True) as library:
        left: list[str] = []
        for encoder in (library.text_encoder, library.image_encoder):
            keep = encoder.release
            monkeypatch.setattr(encoder, "release", lambda name=encoder.name, keep=keep: (left.append(name), keep()))
        library.add([tmp_path / "a.txt"])
        assert left == []
        monkeypatch.setattr("tools.library.encode.device", lambda: "cuda")
        library.add([tmp_path / "a.txt"])
        assert left == ["minilm", "mini"]
        assert library.search("oil of the gearbox")
