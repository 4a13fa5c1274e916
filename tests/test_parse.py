"""Which parser a file goes to, and what is refused before any does."""

from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse import can_parse, parse


def test_content_wins_over_suffix(tmp_path: Path) -> None:
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "hello there")
    document.save(tmp_path / "really.txt")
    Image.new("RGB", (20, 10)).save(tmp_path / "photo", "PNG")
    assert parse(tmp_path / "really.txt").media_type == "application/pdf"
    assert parse(tmp_path / "photo", ocr=None).media_type == "image/png"


def test_text_that_begins_like_a_bitmap_is_text(tmp_path: Path) -> None:
    (tmp_path / "cars.txt").write_text("BMW and others")
    assert text_of(parse(tmp_path / "cars.txt").blocks[0].words) == "BMW and others"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.pdf", b"", r"empty\.pdf is empty \(0 bytes\)\. Get another copy"),
        ("song.mp3", b"ID3\x03", r"song\.mp3 is of a kind that is not read \(\.mp3\)\. Save it as PDF"),
        ("papers.zip", b"PK\x03\x04rest", r"papers\.zip is an archive"),
        ("renamed.txt", b"PK\x03\x04rest", r"renamed\.txt is binary data"),
        ("noise.html", b"\x00\x01\x02", r"noise\.html is binary data"),
        ("fake.pdf", b"just text", r"fake\.pdf is broken and cannot be opened as PDF"),
        ("fake.png", b"just text", r"fake\.png is broken and cannot be opened as a picture"),
        ("no_suffix", b"\x7fELF", r"no_suffix is of a kind that is not read \(no suffix\)"),
    ],
)
def test_refusals_say_what_happened(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableFile, match=message):
        parse(tmp_path / name)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        parse(tmp_path / "gone.pdf")
    with pytest.raises(UnreadableFile, match="directory"):
        parse(tmp_path)


def test_can_parse_goes_by_suffix() -> None:
    assert can_parse(Path("A.PDF"))
    assert can_parse(Path("notes.md"))
    assert not can_parse(Path("song.mp3"))


def test_caption_reaches_the_picture(tmp_path: Path) -> None:
    Image.new("RGB", (20, 10)).save(tmp_path / "a.png")
    assert text_of(parse(tmp_path / "a.png", "Oil filter", ocr=None).figures[0].caption) == "Oil filter"


def test_old_or_locked_office_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(UnreadableFile, match="office file of before 2007, or locked with a password. Save it as DOCX"):
        parse(tmp_path / "old.doc")
