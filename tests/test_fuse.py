from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.library.search.fuse import convex, reciprocal
from tools.library.store import Scored


def ranking(*items: str, **scores: float) -> list[Scored]:
    """Items with falling scores, or with those given."""
    return [Scored(item, -n) for n, item in enumerate(items)] + [Scored(i, s) for i, s in scores.items()]


def test_the_sum_of_reciprocal_ranks_done_by_hand() -> None:
    """b: 1/(60+2) + 1/(60+1) = .0325; a: 1/61 = .0164; c: 1/62 = .0161."""
    fused = reciprocal({"text": ranking("a", "b"), "bm25": ranking("b", "c")}, {})
    assert [f.item for f in fused] == ["b", "a", "c"]
    assert fused[0].score == pytest.approx(1 / 62 + 1 / 61)
    assert fused[0].ranks == {"text": 2, "bm25": 1}


def test_the_convex_sum_done_by_hand() -> None:
    """bm25 from 0: a 8/8, b 4/8. text from its last: b (.9-.1)/(.9-.1), c (.5-.1)/.8, a 0. At .7 and .3: a .7,
    b .35 + .3 = .65, c .15."""
    rankings = {"bm25": ranking(a=8.0, b=4.0), "text": ranking(b=0.9, c=0.5, a=0.1)}
    fused = convex(rankings, {"bm25": 0.7, "text": 0.3})
    assert [(f.item, round(f.score, 6)) for f in fused] == [("a", 0.7), ("b", 0.65), ("c", 0.15)]
    assert fused[0].ranks == {"bm25": 1, "text": 3}


def test_by_how_much_a_leg_prefers_an_item_counts_where_scores_are_fused() -> None:
    """By ranks a and b tie; by scores the leg that is sure of b decides."""
    rankings = {"one": ranking(a=1.0, b=0.99, c=0.0), "two": ranking(b=1.0, a=0.1, c=0.0)}
    assert [f.item for f in reciprocal(rankings, {})] == ["a", "b", "c"]
    assert [f.item for f in convex(rankings, {})] == ["b", "a", "c"]


def test_a_weight_counts_as_written() -> None:
    """With weight .3 the first of the weak leg (.3/61) loses to the second of the strong one (1/62)."""
    fused = reciprocal({"bm25": ranking("a", "b"), "clip": ranking("c")}, {"clip": 0.3})
    assert [f.item for f in fused] == ["a", "b", "c"]
    assert fused[2].score == pytest.approx(0.3 / 61)


def test_the_only_item_of_a_leg_is_its_best() -> None:
    assert [f.score for f in convex({"text": ranking(a=0.2)}, {})] == [1.0]


@pytest.mark.parametrize("fuse", [convex, reciprocal])
def test_ties_do_not_depend_on_the_order_of_the_legs(fuse: Callable) -> None:
    one = fuse({"text": ranking("a"), "bm25": ranking(b=1.0)}, {})
    other = fuse({"bm25": ranking(b=1.0), "text": ranking("a")}, {})
    assert [f.item for f in one] == [f.item for f in other] == ["a", "b"]


@pytest.mark.parametrize("fuse", [convex, reciprocal])
@given(st.dictionaries(st.sampled_from(["text", "bm25", "clip"]), st.lists(st.text(max_size=3), unique=True)))
def test_nothing_is_lost_and_nothing_doubled(fuse: Callable, rankings: dict[str, list[str]]) -> None:
    fused = [f.item for f in fuse({leg: ranking(*items) for leg, items in rankings.items()}, {})]
    assert sorted(fused) == sorted({item for ranking in rankings.values() for item in ranking})
