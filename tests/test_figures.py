"""Pictures and drawings as a reader sees them: every expectation is where the test itself drew it."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.drawn import Pdf, near, photo, prose, texts
from tools.library.evidence import text_of


@pytest.fixture
def pdf(tmp_path: Path) -> Pdf:
    return Pdf(tmp_path / "made.pdf")


def test_forty_strokes_are_one_figure_with_caption_and_labels(pdf: Pdf) -> None:
    page = pdf.page()
    prose(page, (72, 50, 500, 150))
    for number in range(40):
        x = 150 + 5 * number
        page.draw_line((x, 200 + number), (x + 4, 330 - number))
    page.insert_text((250, 265), "pump", fontsize=8)
    page.insert_text((150, 365), "Figure 3-1 The pump and its pipes", fontsize=9)
    prose(page, (72, 400, 500, 500))
    parsed = pdf.parsed()
    (figure,) = parsed.figures
    assert near(figure.box, (150, 200, 349, 330), by=4)
    assert text_of(figure.caption) == "Figure 3-1 The pump and its pipes"
    assert text_of(figure.inside) == "pump"
    assert "Figure 3-1 The pump and its pipes" in texts(parsed)
    assert "pump" not in texts(parsed)
    assert Image.open(io.BytesIO(figure.image)).size == pytest.approx((199 * 150 / 72, 130 * 150 / 72), abs=10)


def test_picture_is_a_figure_in_its_section(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((72, 60), "2 Filter", fontsize=16)
    prose(page, (72, 70, 500, 160))
    page.insert_image((100, 200, 300, 330), stream=photo())
    page.insert_text((100, 345), "Fig. 7. Oil filter", fontsize=9)
    (figure,) = pdf.parsed().figures
    assert near(figure.box, (100, 200, 300, 330), by=4)  # the picture keeps its proportions
    assert (text_of(figure.caption), figure.heading) == ("Fig. 7. Oil filter", "2 Filter")


def test_captions_above_are_matched_too(pdf: Pdf) -> None:
    page = pdf.page()
    for top, name in ((100, "Figure 1: Pump"), (350, "Figure 2: Valve")):
        page.insert_text((100, top), name, fontsize=9)
        page.insert_image((100, top + 10, 300, top + 143), stream=photo())
    prose(page, (72, 550, 500, 700))
    figures = pdf.parsed().figures
    assert [text_of(figure.caption) for figure in figures] == ["Figure 1: Pump", "Figure 2: Valve"]


def test_panels_with_one_caption_are_one_figure(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_image((80, 100, 230, 200), stream=photo())
    page.insert_image((260, 100, 410, 200), stream=photo(colour="red"))
    page.insert_text((80, 220), "Figure 5. Spider, new on the left, worn on the right side here", fontsize=9)
    (figure,) = pdf.parsed().figures
    assert near(figure.box, (80, 100, 410, 200), by=4)


def test_sentence_about_a_figure_is_no_caption(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_image((100, 200, 300, 333), stream=photo())
    page.insert_text((100, 350), "Figure 3 shows the filter from the left.", fontsize=10)
    assert pdf.parsed().figures[0].caption == ()


def test_logo_on_six_pages_is_no_figure(pdf: Pdf) -> None:
    logo = photo(120, 60)
    for number in range(6):
        page = pdf.page()
        page.insert_image((60, 20, 180, 80), stream=logo)
        page.insert_text((72, 300), f"Page of text number {'abcdef'[number]}.", fontsize=10)
    assert pdf.parsed().figures == ()


def test_rules_boxes_and_backgrounds_are_no_figures(pdf: Pdf) -> None:
    page = pdf.page()
    page.draw_rect((0, 0, 595, 842), fill=(0.9, 0.95, 1), color=None)
    page.draw_line((50, 50), (545, 50))
    page.draw_rect((70, 95, 505, 200), radius=0.1)
    prose(page, (80, 105, 495, 195), times=6)
    parsed = pdf.parsed()
    assert parsed.figures == ()
    assert parsed.tables == ()


def test_a_caption_may_stand_beside_its_figure(pdf: Pdf) -> None:
    page = pdf.page()
    prose(page, (72, 72, 520, 200))
    page.insert_image((72, 250, 322, 420), stream=photo())
    page.insert_textbox((335, 320, 520, 360), "Figure 1. Red crane", fontsize=9)
    (figure,) = pdf.parsed().figures
    assert text_of(figure.caption).strip() == "Figure 1. Red crane"


def test_panels_apart_share_the_caption_that_stands_below_the_first(pdf: Pdf) -> None:
    page = pdf.page()
    prose(page, (72, 72, 520, 200))
    for left in (72, 322):
        page.insert_image((left, 250, left + 200, 400), stream=photo(200, 150, ("red", "blue")[left > 100]))
    page.insert_text((72, 416), "Figure 2. Before and after", fontsize=9)
    (figure,) = pdf.parsed().figures
    assert near(figure.box, (72, 250, 522, 400))
