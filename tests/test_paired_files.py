import json
from pathlib import Path

import pytest

from tools.library.sources.paired_files import caption_of


def touch(folder: Path, name: str, text: str = "") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_exactly_the_same_stem_is_a_pair(tmp_path: Path) -> None:
    picture = touch(tmp_path, "part_001.jpg")
    touch(tmp_path, "part_001.txt", " Gear, 24 teeth. \n")
    assert caption_of(picture) == "Gear, 24 teeth."


def test_what_only_looks_alike_is_none(tmp_path: Path) -> None:
    picture = touch(tmp_path, "part_01.jpg")
    for name in ("part_001.txt", "part_010.txt", "part_1.txt", "part_01b.txt", "part_01.txt.bak"):
        touch(tmp_path, name, "wrong")
    (tmp_path / "other").mkdir()
    touch(tmp_path / "other", "part_01.txt", "wrong folder")
    assert caption_of(picture) == ""


def test_metadata_that_names_the_file_or_its_stem(tmp_path: Path) -> None:
    picture = touch(tmp_path, "part_001.jpg")
    records = [{"file": "part_002.jpg", "no": "B"}, {"file": "part_001.jpg", "no": "A", "stock": 3, "fits": ["x"]}]
    touch(tmp_path, "metadata.json", json.dumps(records))
    assert caption_of(picture) == "file: part_001.jpg; no: A; stock: 3"
    touch(tmp_path, "metadata.json", json.dumps({"part_001": {"no": "C"}}))
    assert caption_of(picture) == "id: part_001; no: C"


def test_broken_metadata_pairs_with_nothing(tmp_path: Path) -> None:
    picture = touch(tmp_path, "part_001.jpg")
    for content in ("{", "[]", "7", '["part_001.jpg"]', "null"):
        touch(tmp_path, "metadata.json", content)
        assert caption_of(picture) == ""


def test_a_text_file_is_nobodys_caption(tmp_path: Path) -> None:
    text = touch(tmp_path, "a.md", "x")
    touch(tmp_path, "a.txt", "y")
    assert caption_of(text) == ""


ODD = ['{"file": "a.png", "note": "odd \\ud800 text"}', "[" * 100_000, '{"file": "a.png"']


@pytest.mark.parametrize("content", ODD)
def test_odd_json_beside_a_picture_harms_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "metadata.json").write_text(content)
    caption_of(tmp_path / "a.png").encode("utf-8")


def test_of_a_long_text_beside_a_picture_the_beginning_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n" * 50 + "oil " * 1_000_000)
    assert caption_of(tmp_path / "a.png") == ("oil " * 500)
