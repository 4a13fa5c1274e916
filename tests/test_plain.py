"""Text, set as pages and read from there."""

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse.parts import Parsed
from tools.library.parse.plain import parse_plain


def parsed(folder: Path, name: str, text: str | bytes) -> Parsed:
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return parse_plain(path)


def test_text_has_paragraphs_on_a_page(tmp_path: Path) -> None:
    result = parsed(tmp_path, "a.txt", "First paragraph\ngoes on.\n\n\nSecond <b>one</b> & more.\n")
    assert [text_of(block.words) for block in result.blocks] == [
        "First paragraph goes on.",
        "Second <b>one</b> & more.",
    ]
    assert (result.media_type, result.title, result.pages) == ("text/plain", "a.txt", 1)
    assert result.rendition
    assert 40 < result.blocks[0].words[0].box[0] < 70


WORD = st.text(string.ascii_letters + string.digits + "äöüλЖ", min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(WORD, min_size=1, max_size=30), min_size=1, max_size=6))
def test_every_word_of_a_text_comes_out(tmp_path_factory: pytest.TempPathFactory, paragraphs: list[list[str]]) -> None:
    result = parsed(tmp_path_factory.mktemp("p"), "a.txt", "\n\n".join(map(" ".join, paragraphs)))
    assert [word.text for block in result.blocks for word in block.words] == [w for p in paragraphs for w in p]


@settings(max_examples=20, deadline=None)
@given(st.one_of(st.text(), st.binary()))
def test_anything_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: str | bytes) -> None:
    try:
        assert parsed(tmp_path_factory.mktemp("p"), "a.txt", data).pages >= 1
    except UnreadableFile as error:
        assert str(error)
