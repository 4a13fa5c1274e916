"""A PPTX that the test itself writes; each slide becomes a page of its size."""

import io
from pathlib import Path

import pptx
import pymupdf
import pytest
from PIL import Image
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Pt

from tools.library.evidence import text_of
from tools.library.parse import parse
from tools.library.parse.parts import Parsed


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Parsed:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Results"
    first.placeholders[1].text = "Sales grew.\nCosts fell."
    picture = io.BytesIO()
    Image.effect_noise((300, 200), 60).save(picture, "PNG")
    picture.seek(0)
    first.shapes.add_picture(picture, Pt(300), Pt(350), Pt(150), Pt(100))
    first.notes_slide.notes_text_frame.text = "Say thanks."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Chart"
    data = CategoryChartData()
    data.categories = ["2022", "2023"]
    data.add_series("Tonnes", (3.5, 4))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Pt(60), Pt(150), Pt(300), Pt(200), data)
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(Pt(500), Pt(400), Pt(150), Pt(40)).text_frame.text = "In a group"
    path = tmp_path_factory.mktemp("deck") / "deck.pptx"
    deck.save(path)
    return parse(path, ocr=None)


def test_slides_are_pages_with_their_titles_as_headings(parsed: Parsed) -> None:
    assert (parsed.pages, parsed.media_type.endswith("presentation")) == (2, True)
    assert [(block.words[0].page, text_of(block.words), block.heading) for block in parsed.blocks] == [
        (1, "Results", "Results"),
        (1, "Sales grew. Costs fell.", "Results"),
        (1, "Notes: Say thanks.", "Results"),
        (2, "Chart", "Chart"),
        (2, "In a group", "Chart"),
    ]


def test_things_stand_where_the_slide_has_them(parsed: Parsed) -> None:
    (figure,) = parsed.figures
    assert figure.box == pytest.approx((300, 350, 450, 450), abs=1)
    word = parsed.blocks[-1].words[0]
    assert word.box[:2] == pytest.approx((500, 400), abs=12)
    with pymupdf.open(stream=parsed.rendition, filetype="pdf") as document:
        assert document[1].rect.height == 540  # 7.5 inches
        assert document[1].get_textbox(word.box).strip() == "In"


def test_a_chart_is_the_numbers_behind_it(parsed: Parsed) -> None:
    (table,) = parsed.tables
    assert text_of(table.words) == "| | Tonnes |\n|---|---|\n| 2022 | 3.5 |\n| 2023 | 4 |"


def test_alternative_text_is_a_caption_and_points_of_a_chart_are_rows(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    picture = io.BytesIO()
    Image.effect_noise((300, 200), 60).save(picture, "PNG")
    shape = slide.shapes.add_picture(picture, Pt(60), Pt(60), Pt(150), Pt(100))
    shape._element._nvXxPr.cNvPr.set("descr", "The tower at dusk")
    data = XyChartData()
    series = data.add_series("Run A")
    series.add_data_point(0.5, 12)
    series.add_data_point(2, 7.25)
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, Pt(60), Pt(300), Pt(300), Pt(150), data)
    deck.save(tmp_path / "d.pptx")
    parsed = parse(tmp_path / "d.pptx", ocr=None)
    assert [text_of(figure.caption) for figure in parsed.figures] == ["The tower at dusk"]
    assert [text_of(table.words) for table in parsed.tables] == [
        "| series | x | y |\n|---|---|---|\n| Run A | 0.5 | 12 |\n| Run A | 2 | 7.25 |"
    ]
