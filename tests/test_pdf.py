"""PDF to parts: every expectation is where the test itself drew it."""

import io
import time
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.conftest import SAMPLE
from tools.errors import UnreadableFile
from tools.library.evidence import Box, Word, text_of
from tools.library.parse import ocr
from tools.library.parse.layout.lines import Line, Paragraph, words_of
from tools.library.parse.parts import Block, Parsed
from tools.library.parse.pdf import parse_pdf

DATA = Path(__file__).parents[2] / "shared" / "data"
PROSE = "The oil level is read while the machine stands still and the tank is empty of air."


class Pdf:
    """A PDF that a test draws page by page (A4, points)."""

    def __init__(self, path: Path) -> None:
        self.path, self.document = path, pymupdf.open()

    def page(self, width: float = 595, height: float = 842) -> pymupdf.Page:
        return self.document.new_page(width=width, height=height)

    def parsed(self, read=None, **save) -> Parsed:
        self.document.save(self.path, **save)
        return parse_pdf(self.path, read)


@pytest.fixture
def pdf(tmp_path: Path) -> Pdf:
    return Pdf(tmp_path / "made.pdf")


def photo(width: int = 300, height: int = 200, colour: str = "teal") -> bytes:
    picture = Image.effect_noise((width, height), 60).convert("RGB")
    ImageDraw.Draw(picture).ellipse((30, 30, width - 30, height - 30), fill=colour)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def prose(page: pymupdf.Page, box: Box, times: int = 8) -> None:
    page.insert_textbox(box, " ".join([PROSE] * times), fontsize=10)


def texts(parsed: Parsed) -> list[str]:
    return [text_of(block.words) for block in parsed.blocks]


def near(box: Box, expected: Box, by: float = 3.0) -> bool:
    return all(abs(a - b) <= by for a, b in zip(box, expected, strict=True))


def block_with(parsed: Parsed, text: str) -> Block:
    return next(block for block in parsed.blocks if text in text_of(block.words))


# --- text


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


def test_paragraphs_are_parted_by_space(pdf: Pdf) -> None:
    page = pdf.page()
    for number, text in enumerate(["First line", "goes on here.", "", "Second paragraph", "ends here."]):
        page.insert_text((72, 100 + 14 * number), text, fontsize=11)
    assert texts(pdf.parsed()) == ["First line goes on here.", "Second paragraph ends here."]


def test_hyphen_at_a_line_end_joins(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((72, 100), "Check the lubri-", fontsize=11)
    page.insert_text((72, 114), "cation of the AR-", fontsize=11)
    page.insert_text((72, 128), "240, the pre-", fontsize=11)
    page.insert_text((72, 142), "and the main filter.", fontsize=11)
    assert texts(pdf.parsed()) == ["Check the lubri-cation of the AR-240, the pre- and the main filter."]


def test_soft_hyphen_at_a_line_end_goes() -> None:
    upper, lower = (
        Line((Word(text, 1, box),), box, 10.0)
        for text, box in (("main\u00ad", (0.0, 0.0, 30.0, 12.0)), ("tenance", (0.0, 12.0, 40.0, 24.0)))
    )
    assert text_of(words_of(Paragraph((upper, lower)))) == "maintenance"


def test_two_columns_are_read_one_after_the_other(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((72, 80), "A title that runs across both of the columns of this page", fontsize=18)
    prose(page, (72, 100, 280, 400))
    for number, line in enumerate(
        [
            "Right column begins with this line",
            "and holds these other lines of",
            "text that fill it to its edge.",
        ]
    ):
        page.insert_text((315, 112 + 14 * number), line, fontsize=10)
    text = "\n".join(texts(pdf.parsed()))
    assert text.startswith("A title")
    assert "Right column begins with this line and holds these other lines of text that fill it" in text
    assert text.index("empty of air. The") < text.index("Right column")


def test_heading_path_follows_size_and_number(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((72, 80), "4 Maintenance", fontsize=18)
    page.insert_text((72, 120), "4.1 Cleaning", fontsize=14)
    prose(page, (72, 130, 500, 230))
    page.insert_text((72, 260), "4.2 Lubrication", fontsize=14)
    prose(page, (72, 270, 500, 370))
    page.insert_text((72, 400), "5 Faults", fontsize=18)
    page.insert_text((72, 430), "Nothing known.", fontsize=10)
    parsed = pdf.parsed()
    assert [block.heading for block in parsed.blocks if text_of(block.words).startswith("The oil")] == [
        "4 Maintenance > 4.1 Cleaning",
        "4 Maintenance > 4.2 Lubrication",
    ]
    assert block_with(parsed, "Nothing known").heading == "5 Faults"
    assert block_with(parsed, "4.2 Lub").heading == "4 Maintenance > 4.2 Lubrication"


def test_running_header_and_page_numbers_are_left_out(pdf: Pdf) -> None:
    for number in range(1, 5):
        page = pdf.page()
        page.insert_text((72, 30), f"Manual AR-240, page {number} of 4", fontsize=8)
        page.insert_text((290, 820), str(number), fontsize=8)
        page.insert_text((72, 300), f"Step {number} is unlike the others.", fontsize=10)
    assert texts(pdf.parsed()) == [f"Step {number} is unlike the others." for number in range(1, 5)]


def test_boxes_of_a_rotated_page_are_those_of_the_displayed_one(pdf: Pdf) -> None:
    page = pdf.page(width=400, height=300)
    page.insert_text((50, 60), "Sideways", fontsize=10)
    page.set_rotation(90)
    (block,) = pdf.parsed().blocks
    # (x, y) of the page as stored is displayed at (300 - y, x)
    assert near(block.words[0].box, (236, 50, 252, 50 + pymupdf.get_text_length("Sideways", fontsize=10)), by=4)


# --- figures


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


# --- tables


def ruled(page: pymupdf.Page, rows: list[list[str]], left: float = 100, top: float = 100) -> None:
    width, height = 120, 24
    for number in range(len(rows) + 1):
        page.draw_line((left, top + height * number), (left + width * len(rows[0]), top + height * number))
    for number in range(len(rows[0]) + 1):
        page.draw_line((left + width * number, top), (left + width * number, top + height * len(rows)))
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            page.insert_text((left + width * x + 5, top + height * y + 16), text, fontsize=10)


def test_ruled_table_is_that_markdown(pdf: Pdf) -> None:
    page = pdf.page()
    page.insert_text((100, 90), "Table 6-2 Tightening torques", fontsize=9)
    ruled(page, [["Joint", "Size", "Torque"], ["Motor flange", "M16", "210"], ["Oil plug", "", "48"]])
    parsed = pdf.parsed()
    (table,) = parsed.tables
    assert text_of(table.words) == (
        "| Joint | Size | Torque |\n|---|---|---|\n| Motor flange | M16 | 210 |\n| Oil plug | | 48 |"
    )
    assert text_of(table.caption) == "Table 6-2 Tightening torques"
    assert near(table.region.boxes[0], (100, 100, 460, 172), by=1)
    value = next(word for word in table.words if word.text == "210")
    assert near(value.box, (345, 131, 345 + pymupdf.get_text_length("210", fontsize=10), 145), by=4)
    assert texts(parsed) == ["Table 6-2 Tightening torques"]
    assert parsed.figures == ()


def test_merged_header_cell_stands_in_its_first_column(pdf: Pdf) -> None:
    page = pdf.page()
    for y in (100, 124, 148, 172):
        page.draw_line((100, y), (340, y))
    for x, top in ((100, 100), (220, 124), (340, 100)):
        page.draw_line((x, top), (x, 172))
    for point, text in (
        ((105, 116), "Limits"),
        ((105, 140), "low"),
        ((225, 140), "high"),
        ((105, 164), "2"),
        ((225, 164), "8"),
    ):
        page.insert_text(point, text, fontsize=10)
    (table,) = pdf.parsed().tables
    assert text_of(table.words) == "| Limits | |\n|---|---|\n| low | high |\n| 2 | 8 |"


def test_rows_without_rules_between_them_are_kept_apart(pdf: Pdf) -> None:
    page = pdf.page()
    ruled(page, [["Method", "Score"]])
    page.draw_rect((100, 124, 340, 190))
    page.draw_line((220, 124), (220, 190))
    for number, (name, score) in enumerate([("plain", "61"), ("chain", "66"), ("tree", "73")]):
        page.insert_text((105, 140 + 18 * number), name, fontsize=10)
        page.insert_text((225, 140 + 18 * number), score, fontsize=10)
    (table,) = pdf.parsed().tables
    assert text_of(table.words) == "| Method | Score |\n|---|---|\n| plain | 61 |\n| chain | 66 |\n| tree | 73 |"


# --- scans


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


# --- what cannot be read


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
