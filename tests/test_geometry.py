"""Boxes and runs, counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.library.parse.layout.geometry import bounds, cover, holds, joined, overlap, runs, same_row, touching

SIDE = st.integers(0, 60)
BOXES = st.lists(st.tuples(SIDE, SIDE, st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=12)


def test_boxes_by_hand() -> None:
    a, b = (0.0, 0.0, 10.0, 10.0), (5.0, 8.0, 20.0, 12.0)
    assert bounds([a, b]) == (0, 0, 20, 12)
    assert overlap(a, b) == 5 * 2
    assert overlap(a, (30.0, 0.0, 40.0, 10.0)) == 0
    assert holds((0.0, 0.0, 20.0, 20.0), b) and not holds(a, b)  # the middle of b is (12.5, 10)
    assert same_row(a, (50.0, 4.0, 60.0, 14.0)) and not same_row(a, (50.0, 6.0, 60.0, 16.0))  # 6 and 4 of 10 shared


def test_runs_are_cut_where_one_does_not_go_on() -> None:
    assert runs([1, 2, 3, 7, 8, 20], lambda run, item: item == run[-1] + 1) == [[1, 2, 3], [7, 8], [20]]
    assert runs([], lambda run, item: True) == []


def test_neighbours_are_joined() -> None:
    assert joined([1, 2, 10, 3, 4, 10], lambda a, b: a + b if a + b < 10 else None) == [3, 10, 7, 10]


def test_cover_counts_the_spans_over_each_cell() -> None:
    assert cover([(0, 8), (5, 9), (16, 17)], 4.0) == [1, 2, 2, 0, 1]


@pytest.mark.parametrize(("cell", "groups"), [(1.0, [["a"], ["b"], ["c"]]), (4.0, [["a", "b"], ["c"]])])
def test_what_lies_within_a_cell_touches(cell: float, groups: list[list[str]]) -> None:
    boxes = {"a": (0.0, 0.0, 10.0, 10.0), "b": (14.0, 0.0, 20.0, 10.0), "c": (60.0, 60.0, 70.0, 70.0)}
    assert touching(list(boxes), boxes.__getitem__, (0.0, 0.0, 100.0, 100.0), cell) == groups


@given(BOXES)
def test_boxes_that_overlap_are_in_one_group_and_none_is_lost(made: list[tuple[int, int, int, int]]) -> None:
    boxes = [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h in made]
    groups = touching(range(len(boxes)), boxes.__getitem__, (0.0, 0.0, 100.0, 100.0), 1.0)
    assert sorted(number for group in groups for number in group) == list(range(len(boxes)))
    group_of = {number: index for index, group in enumerate(groups) for number in group}
    for a in range(len(boxes)):
        for b in range(a):
            if overlap(boxes[a], boxes[b]) > 0:
                assert group_of[a] == group_of[b]
