"""Files attached to a PDF."""

from pathlib import Path

import pymupdf
import pytest

from tests.drawn import Pdf, photo, texts
from tools.library.evidence import text_of
from tools.library.parse import parse
from tools.library.parse.parts import Parsed


@pytest.fixture
def pdf(tmp_path: Path) -> Pdf:
    return Pdf(tmp_path / "a.pdf")


def attached(pdf: Pdf, *files: tuple[str, bytes]) -> Parsed:
    pdf.page().insert_text((72, 100), "The lease begins in May.", fontsize=11)
    for name, data in files:
        pdf.document.embfile_add(name, data, filename=name)
    pdf.document.save(pdf.path)
    return parse(pdf.path, ocr=None)


def test_what_is_attached_stands_on_the_pages_behind(pdf: Pdf) -> None:
    parsed = attached(pdf, ("annex.txt", b"The rent is 640 EUR."))
    assert texts(parsed) == ["The lease begins in May.", "The rent is 640 EUR."]
    assert (parsed.pages, parsed.blocks[1].words[0].page) == (2, 2)
    assert "attached: annex.txt, from page 2" in parsed.notes
    with pymupdf.open(stream=parsed.rendition, filetype="pdf") as shown:
        assert "640 EUR" in shown[1].get_text()


def test_a_picture_is_a_page_with_a_figure(pdf: Pdf) -> None:
    parsed = attached(pdf, ("crane.png", photo()))
    assert [figure.page for figure in parsed.figures] == [2]


def test_what_cannot_be_read_is_a_note(pdf: Pdf) -> None:
    parsed = attached(pdf, ("tool.exe", b"MZ\x00\x01"), ("../../way/out.txt", b"The lamp is red."))
    assert any("tool.exe" in note for note in parsed.notes)
    assert text_of(parsed.blocks[-1].words) == "The lamp is red."


def test_files_in_attached_files_are_left(pdf: Pdf) -> None:
    inner = pymupdf.open()
    inner.new_page().insert_text((72, 100), "Inner page.", fontsize=11)
    inner.embfile_add("deep.txt", b"Too deep.", filename="deep.txt")
    assert texts(attached(pdf, ("inner.pdf", inner.tobytes())))[-1] == "Inner page."


def test_a_pdf_without_files_has_no_rendition(pdf: Pdf) -> None:
    assert attached(pdf).rendition is None
