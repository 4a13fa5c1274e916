"""What an item is found by."""

from tools.library import encode
from tools.library.evidence import Figure, Region
from tools.library.ingest import embed

REGIONS = (Region(page=1, boxes=((0, 0, 10, 10),)),)


def figure(**words: str) -> Figure:
    return Figure(id="a:f0", source_id="a" * 64, image="b" * 64, regions=REGIONS, **words)


def test_a_figure_is_found_by_the_paragraph_that_mentions_it_but_does_not_say_it() -> None:
    item = figure(caption="Figure 3", heading="Pumps", mention="Figure 3 shows the impeller.")
    assert embed._pieces(item, encode.load("minilm"))[0] == "Pumps\nFigure 3\nFigure 3 shows the impeller."
    assert item.text == "Figure 3"


def test_a_picture_without_a_word_has_no_words_to_be_found_by() -> None:
    assert embed._pieces(figure(), encode.load("minilm")) == []


def test_a_caption_stands_once_more_alone_and_a_description_helps_to_find() -> None:
    item = figure(caption="A pump", heading="Pumps", description="A blue machine.")
    assert embed._pieces(item, encode.load("minilm")) == ["Pumps\nA pump\nA blue machine.", "A pump"]
    assert embed._pieces(figure(caption="A pump"), encode.load("minilm")) == ["A pump"]
