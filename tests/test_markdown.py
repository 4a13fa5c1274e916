"""Markdown, set as pages and read from there."""

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.drawn import all_text, written
from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse.markdown import parse_markdown


def test_markdown_table_title_and_code(tmp_path: Path) -> None:
    parsed = parse_markdown(
        written(
            tmp_path,
            "check.md",
            (
                "# Weekly check\n\nTakes *12* minutes.\n\n| Point | Good |\n|---|---|\n| Mat | grey |\n\n"
                "```\nrun --fast\n```\n"
            ),
        )
    )
    assert (parsed.media_type, parsed.title) == ("text/markdown", "Weekly check")
    assert text_of(parsed.tables[0].words) == "| Point | Good |\n|---|---|\n| Mat | grey |"
    assert "Takes 12 minutes." in all_text(parsed)
    assert "run --fast" in all_text(parsed)


def test_pictures_of_a_folder_beside_and_those_within_the_text_are_taken_in(tmp_path: Path) -> None:
    for folder in ("images", "pages"):
        (tmp_path / folder).mkdir()
    Image.effect_noise((300, 200), 80).save(tmp_path / "images" / "wear.png")
    data = base64.b64encode((tmp_path / "images" / "wear.png").read_bytes()).decode()
    text = f"A first paragraph of words.\n\n![](../images/wear.png)\n\n*The pad.*\n\n![](data:image/png;base64,{data})"
    parsed = parse_markdown(written(tmp_path / "pages", "n.md", text))
    assert parsed.notes == ()
    first, second = parsed.figures
    assert (text_of(first.caption), first.mention) == ("The pad.", "A first paragraph of words.")
    assert second.box[2] - second.box[0] == pytest.approx(225, abs=3)


def test_a_picture_of_markdown_within_html_is_a_picture(tmp_path: Path) -> None:
    Image.effect_noise((300, 200), 80).save(tmp_path / "a.png")
    text = 'One.\n\n<p align="center">\n    ![The pad](a.png) and words\n</p>\n\n`![no](a.png)` Two.'
    parsed = parse_markdown(written(tmp_path, "note.md", text))
    assert len(parsed.figures) == 1 and parsed.notes == ()
    assert "and words" in all_text(parsed) and "![no](a.png)" in all_text(parsed)


def test_pictures_of_a_folder_two_levels_up_are_taken_in_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "book" / "pages" / "intro").mkdir(parents=True)
    for folder in (tmp_path / "book" / "images" / "intro", tmp_path / "other"):
        folder.mkdir(parents=True)
        Image.effect_noise((300, 200), 80).save(folder / "a.png")
    text = "One.\n\n![](../../images/intro/a.png)\n\nTwo.\n\n![](../../../other/a.png)"
    parsed = parse_markdown(written(tmp_path / "book" / "pages" / "intro", "note.md", text))
    assert len(parsed.figures) == 1 and len(parsed.notes) == 1


def test_long_word_is_not_lost_at_the_edge(tmp_path: Path) -> None:
    word = "abcdefghij" * 30
    assert (
        all_text(parse_markdown(written(tmp_path, "a.md", f"before {word} after"))).replace(" ", "")
        == f"before{word}after"
    )


@settings(max_examples=30, deadline=None)
@given(st.one_of(st.text(), st.binary()))
def test_anything_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: str | bytes) -> None:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    try:
        assert parse_markdown(written(tmp_path_factory.mktemp("m"), "a.md", raw), read=None).pages >= 1
    except UnreadableFile as error:
        assert str(error)


def test_front_matter_is_no_text_and_struck_out_text_none(tmp_path: Path) -> None:
    source = (
        "---\ntitle: Lamp guide\ntags:\n  - lamp\n---\n\n# Lamp\n\nThe lamp draws ~~10~~ 12 W.\n\n---\n\nEnd: here.\n"
    )
    text = all_text(parse_markdown(written(tmp_path, "a.md", source), None))
    assert text.split("\n") == ["Lamp", "The lamp draws 12 W.", "End: here."]
