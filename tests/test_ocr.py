"""Reading text in pictures. The expected boxes are those the font says it draws."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from tools.errors import SettingsError
from tools.library.parse import ocr
from tools.library.parse.ocr import read

DATA = Path(__file__).parents[2] / "shared" / "data"


def drawn(text: str, size: tuple[int, int] = (900, 200), at: tuple[int, int] = (60, 80)) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).text(at, text, fill="black", font=ImageFont.load_default(size=36))
    return picture


def test_words_and_their_boxes() -> None:
    (line,) = read(drawn("Discharge temperature 109 degrees"))
    assert [word.text for word in line.words] == ["Discharge", "temperature", "109", "degrees"]
    font = ImageFont.load_default(size=36)
    for number, word in enumerate(line.words):
        before = "Discharge temperature 109 degrees".split(word.text)[0]
        assert word.box[0] == pytest.approx(60 + font.getlength(before), abs=16), number
        assert word.box[2] == pytest.approx(60 + font.getlength(before + word.text), abs=16), number
        assert 70 < word.box[1] < 100 < word.box[3] < 140


def test_boxes_are_pixels_of_the_picture_that_was_given() -> None:
    large = drawn("Oil level MIN").resize((3600, 800))
    small = drawn("Oil level MIN").resize((450, 100))
    for picture, scale in ((large, 4.0), (small, 0.5)):
        (line,) = read(picture)
        assert line.box[0] == pytest.approx(60 * scale, abs=14 * scale)
        assert line.box[1] == pytest.approx(88 * scale, abs=16 * scale)


def test_two_lines_come_top_to_bottom() -> None:
    picture = drawn("upper line", size=(600, 300), at=(50, 40))
    ImageDraw.Draw(picture).text((50, 180), "lower line", fill="black", font=ImageFont.load_default(size=36))
    assert [" ".join(word.text for word in line.words) for line in read(picture)] == [
        "upper line",
        "lower line",
    ]


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (200, 2), (300, 200)])
def test_picture_without_text_has_none(size: tuple[int, int]) -> None:
    assert read(Image.new("RGB", size, "gray")) == []


@pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data")
def test_most_words_of_a_scanned_receipt_are_found() -> None:
    item = json.loads((DATA / "receipts" / "items.jsonl").read_text().splitlines()[1])
    lines = read(Image.open(DATA / "receipts" / item["image"]))
    gold = _words(" ".join(item["text_lines"]))
    found = _words(" ".join(word.text for line in lines for word in line.words))
    assert (gold & found).total() > 0.85 * gold.total()


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[A-Z0-9]{2,}", text.upper()))


@pytest.mark.skipif(shutil.which("tesseract") is not None, reason="Tesseract is installed")
def test_tesseract_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    with pytest.raises(SettingsError, match="Tesseract cannot read eng here .* Install tesseract-ocr"):
        ocr.tesseract(Image.new("RGB", (60, 40), "white"))


def lines(score: float, *, standing: bool = False) -> list[ocr.OcrLine]:
    box = (10.0, 10.0, 30.0, 200.0) if standing else (10.0, 10.0, 200.0, 30.0)
    return [ocr.OcrLine((ocr.OcrWord("some letters", box),), box, score) for _ in range(4)]


@pytest.mark.parametrize(
    ("found", "turn"),
    [
        (lines(0.98), 0),
        (lines(0.7), 180),
        (lines(0.96, standing=True), 270),
        (lines(0.7, standing=True), 90),
        (lines(0.7)[:2], 0),  # too little to tell
        ([], 0),
    ],
)
def test_the_way_of_a_text_is_told_by_how_it_was_read(found: list[ocr.OcrLine], turn: int) -> None:
    assert ocr.turn_of(found) == turn


def test_a_long_strip_is_read_piece_by_piece_each_line_once() -> None:
    strip = Image.new("RGB", (500, 6000), "white")
    pen, font = ImageDraw.Draw(strip), ImageFont.load_default(size=28)
    for number in range(12):
        pen.text((40, 100 + 500 * number), f"Line number {number}", fill="black", font=font)
    found = read(strip)
    assert [" ".join(word.text for word in line.words) for line in found] == [f"Line number {n}" for n in range(12)]
    assert [round(line.box[1] / 500) for line in found] == list(range(12))
