"""Pages and boxes: areas worked out on paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.cases import API, Case, Gold
from evals.metrics import page_hit, region_iou
from tests.told import BROKEN, said, spot, trace
from tools.library.evidence import Box, Region

CASE = Case(id="1", question="?", gold=(Gold(source="manual/m.pdf", pages=(14, 17)),))


@pytest.mark.parametrize(
    ("where", "hit"),
    [
        (spot("manual/m.pdf", 14), 1),
        (spot("manual/m.pdf", 17), 1),
        (spot("manual/m.pdf", 15), 0),
        (spot("m.pdf", 14), 0),
    ],
)
def test_a_citation_hits_on_any_gold_page_of_the_gold_source(where, hit: float) -> None:
    assert page_hit.score(CASE, trace(said("48 N·m", where))).value == hit


def test_a_source_without_pages_is_hit_anywhere_and_an_api_by_its_reply() -> None:
    assert (
        page_hit.score(
            Case(id="1", question="?", gold=(Gold(source="a.jpg"),)), trace(said("x", spot("a.jpg", 1)))
        ).value
        == 1
    )
    api = Case(id="1", question="?", gold=(Gold(source=API),))
    reply = spot(API).model_copy(update={"regions": ()})
    assert page_hit.score(api, trace(said("x", reply))).value == 1


def test_a_refusal_hits_nothing_and_no_answer_is_not_scored() -> None:
    assert page_hit.score(CASE, trace()).value == 0
    assert page_hit.score(CASE, BROKEN).value is None
    assert page_hit.score(Case(id="1", question="?"), trace()) is None


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ([(0, 0, 2, 2)], [(1, 1, 3, 3)], 1 / 7),  # 1 in common of 4 + 4 - 1
        ([(0, 0, 2, 2)], [(0, 0, 2, 2)], 1),
        ([(0, 0, 1, 1)], [(5, 5, 6, 6)], 0),
        ([(0, 0, 4, 1), (0, 1, 4, 2)], [(0, 0, 4, 2)], 1),  # two lines of text, one frame around them
        ([(0, 0, 2, 2), (1, 0, 3, 2)], [(0, 0, 3, 2)], 1),  # boxes that overlap count once
        ([], [(0, 0, 1, 1)], 0),
        ([], [], 0),
        ([(1, 1, 1, 5)], [(1, 1, 1, 5)], 0),  # no area
    ],
)
def test_iou_by_hand(one: list[Box], other: list[Box], share: float) -> None:
    assert region_iou.iou(one, other) == pytest.approx(share)


boxes = st.lists(
    st.tuples(*[st.integers(0, 6)] * 4).map(
        lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
    ),
    max_size=4,
)


def cells(held: list[Box]) -> set[tuple[int, int]]:
    return {(x, y) for x0, y0, x1, y1 in held for x in range(int(x0), int(x1)) for y in range(int(y0), int(y1))}


@given(boxes, boxes)
def test_iou_is_what_counting_squares_gives(one: list[Box], other: list[Box]) -> None:
    both, either = cells(one) & cells(other), cells(one) | cells(other)
    assert region_iou.iou(one, other) == pytest.approx(len(both) / len(either) if either else 0)


def test_the_best_citation_counts_and_half_is_a_hit() -> None:
    marked = Gold(source="m.pdf", pages=(3,), regions=(Region(page=3, boxes=((0, 0, 10, 10),)),))
    case = Case(id="1", question="?", gold=(marked,))
    answer = trace(said("x", spot("m.pdf", 3, (0, 0, 10, 5))), said("y", spot("m.pdf", 4, (0, 0, 10, 10))))
    assert region_iou.score(case, answer).value == 0.5 and region_iou.hit(case, answer).value == 1
    worse = trace(said("x", spot("m.pdf", 3, (0, 0, 10, 4))))
    assert region_iou.score(case, worse).value == pytest.approx(0.4) and region_iou.hit(case, worse).value == 0
    assert region_iou.score(case, trace()).value == 0 and region_iou.hit(case, BROKEN).value is None
    assert region_iou.score(CASE, answer) is None, "nobody drew a box"
