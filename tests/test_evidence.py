import pytest
from pydantic import ValidationError

from tools.library.evidence import Region, Word, regions_of, text_of


def test_text_is_words_and_what_follows_them() -> None:
    words = [Word("a", 1, (0, 0, 1, 1)), Word("b", 1, (2, 0, 3, 1), "\n"), Word("c", 1, (0, 2, 1, 3), "")]
    assert text_of(words) == "a b\nc"


def test_words_of_a_line_share_a_box_and_pages_are_kept_apart() -> None:
    words = [
        Word("one", 1, (10, 10, 30, 20)),
        Word("two", 1, (33, 11, 50, 21)),
        Word("below", 1, (10, 30, 40, 40)),
        Word("next", 2, (10, 10, 40, 20)),
    ]
    assert regions_of(words) == (
        Region(page=1, boxes=((10, 10, 50, 21), (10, 30, 40, 40))),
        Region(page=2, boxes=((10, 10, 40, 20),)),
    )


def test_two_columns_on_one_height_are_two_boxes() -> None:
    words = [Word("left", 1, (10, 10, 30, 20)), Word("right", 1, (300, 10, 330, 20))]
    assert len(regions_of(words)[0].boxes) == 2


def test_pages_count_from_one_and_nouns_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Region(page=0, boxes=())
    with pytest.raises(ValidationError):
        Region(page=1, boxes=()).page = 2  # type: ignore[misc]
