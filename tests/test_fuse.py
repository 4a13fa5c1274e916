import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.library.fuse import fuse


def test_the_sum_done_by_hand() -> None:
    """b: 1/(60+2) + 1/(60+1) = .0325; a: 1/61 = .0164; c: 1/62 = .0161."""
    fused = fuse({"text": ["a", "b"], "bm25": ["b", "c"]}, {})
    assert [f.item for f in fused] == ["b", "a", "c"]
    assert fused[0].score == pytest.approx(1 / 62 + 1 / 61)
    assert fused[0].ranks == {"text": 2, "bm25": 1}


def test_a_weight_counts_as_written() -> None:
    """With weight .3 the first of the weak leg (.3/61) loses to the second of the strong one (1/62)."""
    fused = fuse({"bm25": ["a", "b"], "clip": ["c"]}, {"clip": 0.3})
    assert [f.item for f in fused] == ["a", "b", "c"]
    assert fused[2].score == pytest.approx(0.3 / 61)


def test_ties_do_not_depend_on_the_order_of_the_legs() -> None:
    one = fuse({"text": ["a"], "bm25": ["b"]}, {})
    other = fuse({"bm25": ["b"], "text": ["a"]}, {})
    assert [f.item for f in one] == [f.item for f in other] == ["a", "b"]


@given(st.dictionaries(st.sampled_from(["text", "bm25", "clip"]), st.lists(st.text(max_size=3), unique=True)))
def test_nothing_is_lost_and_nothing_doubled(rankings: dict[str, list[str]]) -> None:
    fused = [f.item for f in fuse(rankings, {})]
    assert sorted(fused) == sorted({item for ranking in rankings.values() for item in ranking})
