"""Personal data leaves a document before it is stored: no byte of the library has it, no pixel shows it."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import docx
import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from agent.interfaces.cli.index import print_report
from tools.library.ingest import redact
from tools.library.ingest.report import Report
from tools.library.library import Library
from tools.library.parse import ocr
from tools.library.upkeep import check, mend

MAIL, CARD, PHONE = "ruth.meyer@example.com", "4111 1111 1111 1111", "+49 30 901820"
LINES = (
    "The pump holds nine litres of water.",
    f"Write to {MAIL} today.",
    f"The card is {CARD} here.",
    f"Call {PHONE} at noon.",
)
SECRETS = ("ruth.meyer", "4111 1111", "4111111111111111", "901820", "30 901")


def pdf(path: Path) -> None:
    """Two pages: words, with an address that only the page's foot has; and nothing personal."""
    with pymupdf.open() as document:
        for number in range(4):
            page = document.new_page()
            page.insert_text((72, 820), f"{MAIL}", fontsize=9)
            lines = LINES if number == 0 else (f"Page {number} is about belts and gears of the machine.",)
            for line, text in enumerate(lines):
                page.insert_text((72, 100 + 20 * line), text, fontsize=11)
        document.set_metadata({"title": f"Letter of {MAIL}", "author": MAIL})
        document.embfile_add("card.txt", CARD.encode())
        document.save(path)


def picture(path: Path) -> None:
    drawn = Image.new("RGB", (900, 420), "white")
    font = ImageFont.load_default(size=30)
    for number, text in enumerate(LINES):
        ImageDraw.Draw(drawn).text((40, 40 + 90 * number), text, fill="black", font=font)
    drawn.save(path)


def scan(path: Path) -> None:
    picture(path.with_suffix(".png"))
    with pymupdf.open() as document:
        page = document.new_page(width=900, height=420)
        page.insert_image(page.rect, filename=path.with_suffix(".png"))
        document.save(path)
    path.with_suffix(".png").unlink()


def letter(path: Path) -> None:
    document = docx.Document()
    for text in LINES:
        document.add_paragraph(text)
    document.save(str(path))


def table(path: Path) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [("what", "value"), ("water", "nine litres"), ("mail", MAIL), ("card", CARD), ("phone", PHONE)]
        )


MAKERS = {"text.pdf": pdf, "photo.png": picture, "scan.pdf": scan, "letter.docx": letter, "table.csv": table}


def contents(root: Path) -> str:
    """All bytes of the folder, unpacked where they are packed: SQLite's words and the streams of PDFs."""
    found = [path.read_bytes() for path in root.rglob("*") if path.is_file()]
    for rendition in (root / "renditions").glob("*.pdf"):
        with pymupdf.open(rendition) as document:
            found += [
                document.xref_stream(n) or b"" for n in range(1, document.xref_length()) if document.xref_is_stream(n)
            ]
            found += [page.get_text().encode() for page in document]
            found += [str(document.metadata).encode()]
            assert document.embfile_count() == 0
    return b"\n".join(found).decode("latin-1")


def test_what_ocr_still_reads_beside_a_black_box_goes_with_its_line() -> None:
    """OCR places the words of a line by guess: here the box lies too far left by half the address."""
    page = Image.new("RGB", (900, 200), "white")
    font, pen = ImageFont.load_default(size=30), ImageDraw.Draw(page)
    pen.text((40, 40), "The pump holds nine litres.", fill="black", font=font)
    pen.text((40, 120), f"Write to {MAIL} today.", fill="black", font=font)
    unreadable = redact._unreadable(page, [(40.0, 110.0, 100.0, 160.0)])
    assert [" ".join(word.text for word in line.words) for line in ocr.read(unreadable)] == [
        "The pump holds nine litres."
    ]


@pytest.mark.parametrize("name", MAKERS)
def test_no_byte_and_no_pixel_of_it_is_stored(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    MAKERS[name](folder / name)
    before = (folder / name).read_bytes()
    with Library(tmp_path / "library", create=True, redact=True, workers=1) as library:
        report = library.add([folder])
        (source,) = library.sources()
        assert source.redacted and set(report.redacted) == {"e-mail", "card", "phone"}, report
        items = [item for number in range(1, source.pages + 1) for item in library.page(source.id, number)]
        text = "\n".join(item.text for item in items if item.kind != "record")
        assert "nine litres" in text and "[e-mail]" in text and "[card]" in text and "[phone]" in text, text
        words = [word.text for item in items for word in library.catalog.words(item.id)]
        assert not any(secret in " ".join(words) for secret in SECRETS)
        payloads = [str(point.payload) for point in library.store.scan()]
        for number in range(1, source.pages + 1):
            page, _ = library.page_image(source.id, number, dpi=150)
            seen = " ".join(word.text for line in ocr.read(page) for word in line.words)
            assert not any(secret in seen for secret in SECRETS), seen
            assert "meyer" not in seen and "1111" not in seen
        assert (np.asarray(library.page_image(source.id, 1, dpi=150)[0]).max(axis=2) < 8).mean() > 0.005, "black boxes"
        for sha in library.catalog.pictures():
            with Image.open(io.BytesIO(library.picture(sha))) as stored:
                seen = " ".join(word.text for line in ocr.read(stored) for word in line.words)
            assert not any(secret in seen for secret in SECRETS), seen
        assert not any(secret in payload for secret in SECRETS for payload in payloads)
    stored = contents(tmp_path / "library")
    assert not [secret for secret in SECRETS if secret in stored]
    assert (folder / name).read_bytes() == before


def test_another_setting_reads_it_again_and_the_file_is_never_shown(tmp_path: Path, folder: Path) -> None:
    (folder / "c.txt").write_text(f"Write to {MAIL} about the pump.\n")
    root = tmp_path / "library"
    with Library(root, create=True, redact=True, workers=1) as library:
        assert len(library.add([folder]).read) == 3
        assert len(library.add([folder]).unchanged) == 3
        (hit,) = (hit for hit in library.search("pump") if "pump" in hit.item.text)
        assert hit.item.text == "Write to [e-mail] about the pump."
    with Library(root, redact=False, workers=1) as library:
        report = library.add([folder])
        assert len(report.read) == 3 and not report.redacted
        assert any(MAIL in hit.item.text for hit in library.search("pump"))
    with Library(root, redact=True, workers=1) as library:
        assert library.add([folder]).redacted == {"e-mail": 1}
        assert len(library.sources()) == 3
    with Library(root) as library:
        assert not any(MAIL in hit.item.text for hit in library.search("pump"))


def test_a_library_that_redacted_goes_on_until_it_is_asked_not_to(tmp_path: Path) -> None:
    """A forgotten flag brings nothing back, not into a new document, not into one that changed."""
    (tmp_path / "a.txt").write_text(f"Write to {MAIL} about the pump.\n")
    assert not index(tmp_path, None).redacted
    first = index(tmp_path, True)
    assert first.redacted == {"e-mail": 1} and not first.no_longer_redacted
    assert len(index(tmp_path, None).unchanged) == 1
    (tmp_path / "b.txt").write_text(f"The belt is sold by {MAIL}.\n")
    (tmp_path / "a.txt").write_text(f"Write to {MAIL} about the old pump.\n")
    assert index(tmp_path, None).redacted == {"e-mail": 2}
    assert not [value for value in texts(tmp_path) if MAIL in value]
    undone = index(tmp_path, False)
    assert undone.no_longer_redacted and len(undone.read) == 2 and not undone.redacted
    later = index(tmp_path, None)
    assert not later.no_longer_redacted and len(later.unchanged) == 2
    assert len([value for value in texts(tmp_path) if MAIL in value]) == 2


def test_a_library_of_before_it_was_noted_goes_on_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Write to {MAIL} about the pump.\n")
    index(tmp_path, True)
    with Library(tmp_path / "library") as library:
        library.catalog.put_meta(redact="")
        assert library.catalog.redacts
    assert len(index(tmp_path, None).unchanged) == 1


def test_mending_reads_again_without_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Write to {MAIL} about the pump.\n")
    index(tmp_path, True)
    with Library(tmp_path / "library", workers=1) as library:
        for rendition in (tmp_path / "library" / "renditions").iterdir():
            rendition.unlink()
        found = check.check(library.index)
        assert found.faults
        mend.mend(library.index, found.faults)
        assert not check.check(library.index).faults
    assert not [value for value in texts(tmp_path) if MAIL in value]


def index(folder: Path, redact: bool | None) -> Report:
    with Library(folder / "library", create=True, redact=redact, workers=1) as library:
        return library.add(sorted(folder.glob("*.txt")))


def texts(folder: Path) -> list[str]:
    with Library(folder / "library") as library:
        return [item.text for source in library.sources() for item in library.page(source.id, 1)]


def test_the_command_says_that_it_was_undone(capsys: pytest.CaptureFixture) -> None:
    report = Report(removed=["a.txt"], no_longer_redacted=True)
    print_report(report)
    assert "exhibit index --redact" in " ".join(capsys.readouterr().out.split())
    print_report(replace(report, no_longer_redacted=False))
    assert "--redact" not in capsys.readouterr().out
