"""Letters."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drawn import texts
from tools.errors import UnreadableFile
from tools.library.parse import parse


def letter(folder: Path, html: bool = False) -> Path:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ada <ada@example.org>", "bo@example.org", "Seal kit Größe 5"
    message.set_content("The kit arrives on Friday.")
    if html:
        message.add_alternative("<p>The kit arrives on <b>Monday</b>.</p><img src='http://example.org/a.png'>", "html")
    message.add_attachment(b"Kit;Price\nK1;45\nK2;60\n", maintype="text", subtype="csv", filename="prices.csv")
    path = folder / "a.eml"
    path.write_bytes(bytes(message))
    return path


def test_head_body_and_attachment(tmp_path: Path) -> None:
    parsed = parse(letter(tmp_path), ocr=None)
    assert (parsed.media_type, parsed.title, parsed.pages) == ("message/rfc822", "Seal kit Größe 5", 2)
    text = " ".join(texts(parsed))
    assert "From: Ada <ada@example.org>" in text and "The kit arrives on Friday." in text
    assert parsed.tables[0].region.page == 2


def test_the_formatted_body_is_read_and_nothing_fetched(tmp_path: Path) -> None:
    assert "The kit arrives on Monday." in " ".join(texts(parse(letter(tmp_path, html=True), ocr=None)))


def test_what_is_no_letter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text("\nno head at all")
    with pytest.raises(UnreadableFile, match="no letter"):
        parse(tmp_path / "a.eml")
    (tmp_path / "b.msg").write_bytes(b"\xd0\xcf\x11\xe0" + b"\x00" * 600)
    with pytest.raises(UnreadableFile, match=r"b\.msg is broken"):
        parse(tmp_path / "b.msg")


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("m") / "a.eml"
    path.write_bytes(b"Subject: x\n" + data)
    try:
        assert parse(path, ocr=None).pages >= 1
    except UnreadableFile as error:
        assert str(error)
