"""What Chromium tells of a page, as parts. The pages themselves are captured in test_web.py."""

import io

import pytest
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse import web_page
from tools.library.parse.web_page import _cuts, _parsed, _Slices


def word(text: str, x: float, y: float, *, ends: bool = False) -> list:
    return [text, x, y, x + 40, y + 16, ends]


def text(*words: list, level: int = 0) -> dict:
    return {"kind": "text", "level": level, "words": list(words)}


PARTS = [
    text(word("Pump", 10, 10, ends=True), level=1),
    text(word("The", 10, 40), word("pump", 60, 40, ends=True), word("moves", 10, 60)),
    {"kind": "figure", "alt": "a red box", "caption": [], "inside": [], "box": [10, 100, 310, 300]},
    text(word("Filter", 10, 1590), level=2),
    {
        "kind": "table",
        "box": [10, 2000, 300, 2100],
        "caption": [word("Torques", 10, 1980)],
        "rows": [
            [{"words": [word("Joint", 10, 2000)], "span": 2}],
            [{"words": [word("Flange", 10, 2020)], "span": 1}, {"words": [word("210", 100, 2020)], "span": 1}],
        ],
    },
]
SEEN = {"title": " Pumps ", "width": 400, "height": 2600, "parts": PARTS}


def parsed(seen: dict):
    cuts = list(_cuts(seen))
    shots = [Image.new("RGB", (600, round(1.5 * (end - top))), (200, 0, 0)) for top, end in cuts]
    return _parsed("http://a.test/", seen, _Slices(cuts, shots))


def test_pictures_are_cut_where_no_line_is_torn() -> None:
    assert list(_cuts(SEEN)) == [(0, 1588), (1588, 2600)]  # 1600 would go through the word at 1590


def test_parts_stand_on_their_picture_in_points() -> None:
    found = parsed(SEEN)
    assert (found.title, found.pages, found.notes) == ("Pumps", 2, ())
    assert [(text_of(block.words), block.heading) for block in found.blocks] == [
        ("Pump", "Pump"),
        ("The pump\nmoves", "Pump"),
        ("Filter", "Pump > Filter"),
    ]
    assert found.blocks[0].words[0].box == (7.5, 7.5, 37.5, 19.5)  # 0.75 points per CSS pixel
    assert (found.blocks[2].words[0].page, found.blocks[2].words[0].box[1]) == (2, 1.5)
    (figure,) = found.figures
    assert (text_of(figure.caption), figure.mention, figure.box) == (
        "a red box",
        "The pump moves",
        (7.5, 75, 232.5, 225),
    )
    assert Image.open(io.BytesIO(figure.image)).size == (450, 300)
    (table,) = found.tables
    assert text_of(table.words) == "| Joint | |\n|---|---|\n| Flange | 210 |"
    assert (text_of(table.caption), table.heading) == ("Torques", "Pump > Filter")


def test_a_very_long_page_is_read_at_its_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_page, "MAX_PAGES", 1)
    assert parsed(SEEN).notes == ("only the top of the page was read: it is very long",)


def test_a_page_that_shows_nothing_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="shows nothing that can be read"):
        parsed(SEEN | {"parts": []})
