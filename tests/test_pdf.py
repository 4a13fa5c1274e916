"""PDF to parts: every expectation is where the test itself drew it."""

import io
import time
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.conftest import SAMPLE
from tests.drawn import Pdf, near, photo, prose, texts
from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse import ocr
from tools.library.parse.pdf import parse_pdf

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def pdf(tmp_path: Path) -> Pdf:
    return Pdf(tmp_path / "made.pdf")


def test_word_has_the_box_where_it_was_drawn(pdf: Pdf) -> None:
    pdf.page().insert_text((100, 200), "Torque 210", fontsize=10)
    (block,) = pdf.parsed().blocks
    torque, value = block.words
    assert (torque.text, torque.sep, value.text, value.sep) == ("Torque", " ", "210", "\n")
    width = pymupdf.get_text_length("Torque", fontsize=10)
    assert torque.box[0] == pytest.approx(100, abs=0.5)
    assert torque.box[2] == pytest.approx(100 + width, abs=0.5)
    assert torque.box[1] < 200 < torque.box[3]
    assert torque.page == 1


def test_boxes_of_a_rotated_page_are_those_of_the_displayed_one(pdf: Pdf) -> None:
    page = pdf.page(width=400, height=300)
    page.insert_text((50, 60), "Sideways", fontsize=10)
    page.set_rotation(90)
    (block,) = pdf.parsed().blocks
    # (x, y) of the page as stored is displayed at (300 - y, x)
    assert near(block.words[0].box, (236, 50, 252, 50 + pymupdf.get_text_length("Sideways", fontsize=10)), by=4)


def scanned_page(pdf: Pdf) -> None:
    picture = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=44)
    for number, text in enumerate(
        [
            "COMMISSIONING RECORD",
            "Serial number AR240 01187",
            "Oil temperature 84 degrees",
            "Noise at one metre 69 decibel",
        ]
    ):
        draw.text((150, 200 + 100 * number), text, fill="black", font=font)
    out = io.BytesIO()
    picture.save(out, "PNG")
    pdf.page().insert_image((0, 0, 595, 842), stream=out.getvalue())


def test_page_that_is_only_a_picture_is_read_by_ocr(pdf: Pdf) -> None:
    scanned_page(pdf)
    parsed = pdf.parsed(ocr.read)
    text = "\n".join(texts(parsed))
    assert "Serial number AR240 01187" in text
    assert "Oil temperature 84 degrees" in text
    word = next(word for block in parsed.blocks for word in block.words if word.text == "Serial")
    font = ImageFont.load_default(size=44)
    x0, y0, x1, y1 = font.getbbox("Serial")
    scale = 595 / 1240
    expected = ((150 + x0) * scale, (300 + y0) * scale, (150 + x1) * scale, (300 + y1) * scale)
    assert near(word.box, expected, by=8)
    assert parsed.figures == ()


def test_ocr_is_asked_only_where_it_may_help(pdf: Pdf) -> None:
    asked: list[tuple[int, int]] = []

    def read(picture: Image.Image) -> list[ocr.OcrLine]:
        asked.append(picture.size)
        return [ocr.OcrLine((ocr.OcrWord("E21", (10, 20, 40, 30)),), (10, 20, 40, 30))]

    page = pdf.page()
    prose(page, (72, 50, 500, 150))
    page.insert_image((100, 200, 300, 333), stream=photo(600, 400))  # large enough for text
    page.insert_image((400, 200, 440, 240), stream=photo(90, 90, "red"))  # too small
    figures = pdf.parsed(read).figures
    assert len(asked) == 1
    (word,) = figures[0].inside
    scale = asked[0][0] / 200  # pixels per point: the picture is shown at its own resolution
    assert scale == pytest.approx(3, abs=0.1)
    assert near(word.box, (100 + 10 / scale, 200 + 20 / scale, 100 + 40 / scale, 200 + 30 / scale), by=2)


def test_locked_file_is_named(pdf: Pdf) -> None:
    pdf.page().insert_text((72, 72), "secret")
    with pytest.raises(UnreadableFile, match=r"made\.pdf is locked with a password\. Save a copy"):
        pdf.parsed(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")


def test_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "torn.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing of use")
    with pytest.raises(UnreadableFile, match=r"torn\.pdf"):
        parse_pdf(path, None)


def test_page_of_countless_strokes_is_read_without_figures(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((72, 72), "Map of the plant.", fontsize=10)
    shape = page.new_shape()
    for number in range(20_500):
        x, y = 50 + number % 400, 100 + number / 41
        shape.draw_line((x, y), (x + 3, y + 2))
        shape.finish()
    shape.commit()
    begin = time.monotonic()
    parsed = pdf.parsed()
    assert time.monotonic() - begin < 20
    assert "not searched" in parsed.notes[0]
    assert texts(parsed) == ["Map of the plant."]


@pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data")
def test_hostile_files_are_read_or_refused_by_name() -> None:
    refused = 0
    for path in sorted((DATA / "pdfs_hostile" / "pdfs").glob("*.pdf")):
        begin = time.monotonic()
        try:
            parse_pdf(path, None)
        except UnreadableFile as error:
            assert path.stem in str(error)
            refused += 1
        assert time.monotonic() - begin < 30, path.name
    assert 8 <= refused <= 12


def test_the_manual_of_the_sample_has_each_of_its_figures_and_tables_once() -> None:
    """Labels of a diagram stand in columns, as the cells of a table without a grid do."""
    parsed = parse_pdf(SAMPLE / "manual" / "brennick_ar240_service_manual.pdf", None)
    figures = [" ".join(text_of(figure.caption).split()[:2]) for figure in parsed.figures if figure.caption]
    assert figures == [f"Figure {number}" for number in ("4-1", "4-2", "5-1", "6-1", "7-1", "8-1")]
    tables = [" ".join(text_of(table.caption).split()[:2]) for table in parsed.tables]
    numbered = ("2-1", "3-1", "4-1", "5-1", "6-1", "6-2", "7-1", "7-2", "7-3", "8-1", "9-1")
    assert [caption for caption in tables if caption.startswith("Table")] == [f"Table {number}" for number in numbered]
    assert len(tables) == len(numbered) + 3  # the contents, the list of figures, the revisions


@pytest.mark.parametrize(
    ("named", "title"),
    [
        ("Crane handbook", "Crane handbook"),
        ("Handbook 2.10", "Handbook 2.10"),
        ("(anonymous)", "The yard crane"),
        ("Microsoft Word - crane_final.doc", "The yard crane"),
        ("crane.indd", "The yard crane"),
        ("", "The yard crane"),
    ],
)
def test_the_title_is_the_documents_own(pdf: Pdf, named: str, title: str) -> None:
    page = pdf.page()
    page.insert_text((72, 90), "The yard crane", fontsize=22)
    prose(page, (72, 120, 520, 300))
    pdf.document.set_metadata({"title": named})
    assert pdf.parsed().title == title


def test_without_a_title_the_file_gives_its_name(pdf: Pdf) -> None:
    prose(pdf.page(), (72, 72, 520, 300))
    assert pdf.parsed().title == pdf.path.stem
