"""Source code."""

from pathlib import Path

from tests.drawn import texts
from tools.library.parse import parse


def test_lines_have_their_numbers_and_blank_ones_part(tmp_path: Path) -> None:
    path = tmp_path / "pump.py"
    path.write_text("def start():\n    return 7\n\nLIMIT = 12\n")
    parsed = parse(path, ocr=None)
    assert [text.split() for text in texts(parsed)] == [
        ["1", "def", "start():", "2", "return", "7"],
        ["4", "LIMIT", "=", "12"],
    ]
    assert parsed.title == "pump.py"


def test_numbers_are_those_that_an_editor_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.c"
    path.write_bytes(b"int a;\r\n\x0c\nint b; /* \xe2\x80\xa8 */\n\nint c;")
    numbers = [text.split()[0] for text in texts(parse(path, ocr=None))]
    assert numbers == ["1", "3", "5"]
