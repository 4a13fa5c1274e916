"""Words of any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.language.scripts import paired, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The AR\u2011240 weighs", ["the", "ar-240", "weighs"]),
        ("Клапан закрыт.", ["клапан", "закрыт"]),
        ("लाल वाल्व", ["लाल", "वाल्व"]),
        ("水泵压力", ["水泵", "泵压", "压力"]),
        ("阀", ["阀"]),
        ("on 4 March 2026", ["on", "4", "march", "2026", "2026-03-04"]),
        ("on 2026-03-04", ["on", "2026-03-04"]),
    ],
)
def test_words_are_those_that_a_question_shares(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text())
def test_any_text_has_words_and_letters_are_not_lost(text: str) -> None:
    words(text)
    assert set(text.replace(" ", "")) <= set(paired(text))
