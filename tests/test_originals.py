"""Words that a PDF set here would give back as other letters."""

import pytest

from tools.library.evidence import Word, text_of
from tools.library.parse.originals import Original, marked, restored
from tools.library.parse.rendition import escaped, render


@pytest.mark.parametrize(
    "text",
    [
        "الصمام الأحمر قبل التوقف",
        "लाल वाल्व बंद करें",
        "পাম্পের চাপ বারো বার",
        "วาล์วสีแดงต้องปิดก่อน",
        "பம்பின் அழுத்தம்",
        "המסתם האדום",
        "ポンプの圧力は12バール",
        "🟢 ready",
    ],
)
def test_text_of_any_script_comes_back_as_it_went_in(text: str) -> None:
    parsed = render(f"<p>{escaped(text)}</p>", "text/plain", "t")
    assert "".join(text_of(block.words) for block in parsed.blocks) == text


def test_only_words_that_need_it_are_marked() -> None:
    body, words = marked("<p>Plain and لال here</p>")
    assert words == {"word0": "لال"} and '<span id="word0">' in body and "<p>Plain and " in body
    assert marked("<p>Plain</p>") == ("<p>Plain</p>", {})


def test_a_word_set_in_pieces_is_one_word_over_all_of_them() -> None:
    pieces = [Word("ab", 1, (10, 0, 20, 10)), Word("cd", 1, (20, 0, 30, 10)), Word("end", 1, (40, 0, 60, 10))]
    found = restored(pieces, [Original("whole", (10, 0, 30, 10))], set())
    assert [(word.text, word.box) for word in found] == [("whole", (10, 0, 30, 10)), ("end", (40, 0, 60, 10))]
