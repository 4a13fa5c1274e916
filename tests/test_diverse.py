import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.library.search.diverse import spread

SPACE = {"a": np.float32([1, 0]), "b": np.float32([0.8, 0.6]), "c": np.float32([0, 1])}
SCORES = {"a": 1.0, "b": 0.9, "c": 0.5}


def test_the_choice_done_by_hand() -> None:
    """At .5: a first (1.0). Then b: .45 - .5·.8 = .05, c: .25 - 0 = .25. So c, then b."""
    assert spread(["a", "b", "c"], SCORES, [SPACE], 0.5) == ["a", "c", "b"]


def test_without_diversity_the_order_stays() -> None:
    assert spread(["a", "b", "c"], SCORES, [SPACE], 0.0) == ["a", "b", "c"]


def test_items_that_share_no_space_are_not_alike() -> None:
    assert spread(["a", "b"], SCORES, [{"a": SPACE["a"]}, {"b": SPACE["b"]}], 0.9) == ["a", "b"]


@pytest.mark.parametrize("diversity", [0.0, 0.3, 1.0])
@given(st.lists(st.sampled_from("abcdef"), unique=True))
def test_nothing_is_lost(diversity: float, items: list[str]) -> None:
    scores = {item: 1 / (1 + n) for n, item in enumerate(items)}
    assert sorted(spread(items, scores, [SPACE], diversity)) == sorted(items)
