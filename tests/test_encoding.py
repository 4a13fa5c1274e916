"""Bytes as text."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.library.parse.encoding import decode


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("7–9 bar, 5 €".encode("cp1252"), "", "7–9 bar, 5 €"),  # in Latin-1 the dash and the € are control characters
        ("7–9 bar".encode("cp1252"), "iso-8859-1", "7–9 bar"),  # what the web calls Latin-1
        ("Größe 5 µm".encode() + b" \x80", "", "Größe 5 µm €"),  # a stray byte of Windows in UTF-8
        ("Давление насоса двенадцать бар, клапан закрыт".encode("cp1251"), "", None),
        ("Клапан".encode("koi8-r"), "koi8-r", "Клапан"),
        ("ポンプの圧力".encode("shift_jis"), "shift_jis", "ポンプの圧力"),
        (codecs.BOM_UTF16_BE + "a–b".encode("utf-16-be"), "", "a–b"),
        (codecs.BOM_UTF8 + b"a", "", "a"),
        (b"plain", "no-such-encoding", "plain"),
    ],
)
def test_text_comes_out_as_it_was_written(data: bytes, declared: str, text: str | None) -> None:
    wanted = data.decode("cp1251") if text is None else text
    assert decode(data, declared) == wanted


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_utf8_is_never_anything_else(text: str) -> None:
    assert decode(text.encode()) == text.removeprefix("\ufeff") or "\x00" in text


@given(st.binary(), st.sampled_from(["", "utf-8", "latin-1", "nonsense", "cp1251"]))
def test_any_bytes_are_some_text(data: bytes, declared: str) -> None:
    assert isinstance(decode(data, declared), str)
