"""HTML, set as pages and read from there."""

import io
import socket
import string
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.drawn import all_text, written
from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse.html import parse_html

PAGE = """<!DOCTYPE html><html><head><title>Service note 7</title><style>p {color: red}</style>
<script>var hidden = 1</script></head><body><!-- not for readers --><h1>Spider</h1>
<p>Old spiders <b>crack</b> at the root.</p><h2>Which machines</h2>
<table><tr><th>Serial</th><th>Action</th></tr><tr><td>AR-1 to AR-9</td><td>Replace now</td></tr>
<tr><td>AR-10</td><td></td></tr></table><ul><li>One bolt</li><li>Two nuts</li></ul></body></html>"""


def test_html_has_pages_headings_and_tables(tmp_path: Path) -> None:
    parsed = parse_html(written(tmp_path, "note.html", PAGE))
    assert (parsed.media_type, parsed.title, parsed.pages) == ("text/html", "Service note 7", 1)
    texts = {text_of(block.words): block.heading for block in parsed.blocks}
    assert texts == {
        "Spider": "Spider",
        "Old spiders crack at the root.": "Spider",
        "Which machines": "Spider > Which machines",
        "• One bolt": "Spider > Which machines",
        "• Two nuts": "Spider > Which machines",
    }
    (table,) = parsed.tables
    assert text_of(table.words) == "| Serial | Action |\n|---|---|\n| AR-1 to AR-9 | Replace now |\n| AR-10 | |"
    assert table.heading == "Spider > Which machines"


def test_boxes_are_those_of_the_rendition(tmp_path: Path) -> None:
    parsed = parse_html(written(tmp_path, "note.html", PAGE))
    assert parsed.rendition is not None
    page = pymupdf.open(stream=parsed.rendition, filetype="pdf")[0]
    word = next(word for block in parsed.blocks for word in block.words if word.text == "crack")
    assert page.get_textbox(pymupdf.Rect(word.box)).strip() == "crack"


def test_picture_is_a_figure_and_its_alternative_text_the_caption(tmp_path: Path) -> None:
    Image.effect_noise((300, 200), 80).save(tmp_path / "wear.png")
    parsed = parse_html(
        written(tmp_path, "n.html", '<p>See:</p><img src="wear.png" alt="Pad between the jaws"><p>End.</p>')
    )
    (figure,) = parsed.figures
    assert text_of(figure.caption) == "Pad between the jaws"
    assert figure.box[2] - figure.box[0] == pytest.approx(225, abs=3)  # 300 px at 96 dpi, in points
    assert Image.open(io.BytesIO(figure.image)).width >= 300


@pytest.mark.parametrize(
    "source",
    [
        "https://example.org/a.png",
        "//example.org/a.png",
        "../secret.png",
        "/etc/hostname",
        "file:///etc/hostname",
        "missing.png",
        "note.html",
    ],
)
def test_nothing_is_fetched_from_outside_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(socket, "socket", lambda *a, **k: pytest.fail("the network was touched"))
    Image.effect_noise((300, 200), 80).save(tmp_path / "secret.png")
    (tmp_path / "inner").mkdir()
    parsed = parse_html(written(tmp_path / "inner", "note.html", f'<p>Text.</p><img src="{source}" alt="shown">'))
    assert parsed.figures == ()
    assert "shown" in all_text(parsed)
    assert len(parsed.notes) == 1


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("<p>Überdruck</p>".encode(), "Überdruck"),
        ("<p>Überdruck</p>".encode("latin-1"), "Überdruck"),
        (b"\xef\xbb\xbf<p>Temp\xc3\xa9rature</p>", "Température"),
        ("<p>Давление</p>".encode("utf-16"), "Давление"),
    ],
)
def test_encodings(tmp_path: Path, data: bytes, word: str) -> None:
    assert all_text(parse_html(written(tmp_path, "a.html", data))) == word


WORDS = st.lists(
    st.text(string.ascii_letters + string.digits + "äöüßéñλπЖщ", min_size=1, max_size=12),
    min_size=1,
    max_size=60,
)


@settings(max_examples=40, deadline=None)
@given(WORDS)
def test_every_word_comes_out(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    path = written(tmp_path_factory.mktemp("m"), "a.html", f"<p>{' '.join(words)}</p>")
    assert all_text(parse_html(path)).split() == words


@settings(max_examples=30, deadline=None)
@given(st.one_of(st.text(), st.binary()))
def test_anything_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: str | bytes) -> None:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    try:
        assert parse_html(written(tmp_path_factory.mktemp("m"), "a.html", raw), read=None).pages >= 1
    except UnreadableFile as error:
        assert str(error)


DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def picture(folder: Path) -> None:
    Image.effect_noise((200, 120), 60).save(folder / "kiln.png")


@pytest.mark.parametrize(
    "tag",
    [
        f'<img src="{DOT}" data-src="kiln.png" alt="Kiln">',
        '<img class="lazy" data-original="kiln.png" alt="Kiln"><noscript><img src="kiln.png" alt="Kiln"></noscript>',
        '<img srcset="small.png 1x,kiln.png 2x" alt="Kiln">',
        '<picture><source srcset="kiln.png 1x"><img srcset="kiln.png 1x" alt="Kiln"></picture>',
    ],
)
def test_pictures_that_a_script_would_load_are_taken_in_once(tmp_path: Path, tag: str) -> None:
    picture(tmp_path)
    parsed = parse_html(written(tmp_path, "a.html", f"<p>The kiln is wired as shown here.</p>{tag}"), None)
    assert [text_of(figure.caption) for figure in parsed.figures] == ["Kiln"]


def test_a_drawing_in_the_page_is_a_figure(tmp_path: Path) -> None:
    svg = '<svg width="300" height="200"><rect x="20" y="20" width="200" height="120" fill="teal"/></svg>'
    parsed = parse_html(written(tmp_path, "a.html", f"<p>The loop is drawn here.</p>{svg}"), None)
    assert len(parsed.figures) == 1


def test_struck_out_text_is_none(tmp_path: Path) -> None:
    parsed = parse_html(written(tmp_path, "a.html", "<p>The fuse is <del>10 A</del> 6 A.</p>"), None)
    assert all_text(parsed) == "The fuse is 6 A."


@pytest.mark.parametrize("name", ["kiln two.png", "kiln,w200.png", "kiln.png?v=3"])
def test_a_picture_may_have_any_name(tmp_path: Path, name: str) -> None:
    picture(tmp_path)
    (tmp_path / "kiln.png").rename(tmp_path / name.partition("?")[0])
    parsed = parse_html(written(tmp_path, "a.html", f'<p>See the kiln.</p><img src="{name}" alt="Kiln">'), None)
    assert [text_of(figure.caption) for figure in parsed.figures] == ["Kiln"]


def test_a_drawing_beside_the_page_is_a_figure(tmp_path: Path) -> None:
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">'
    (tmp_path / "loop.svg").write_text(f'{head}<rect width="200" height="120" fill="teal"/></svg>')
    parsed = parse_html(written(tmp_path, "a.html", '<p>See the loop.</p><img src="loop.svg" alt="Loop">'), None)
    assert [text_of(figure.caption) for figure in parsed.figures] == ["Loop"]
