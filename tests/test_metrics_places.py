"""Pages and boxes, and rankings of them: values worked out on paper."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import R, Success

from evals.cases import API, Case, Gold
from evals.metrics import METRICS
from evals.metrics.places import MEASURES, iou, page_hit, ranked, region_hit, region_iou
from tests.traces import BROKEN, met, said, spot, trace
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
    assert page_hit(CASE, trace(said("48 N·m", where))).value == hit


def test_a_source_without_pages_is_hit_anywhere_and_an_api_by_its_reply() -> None:
    assert (
        page_hit(Case(id="1", question="?", gold=(Gold(source="a.jpg"),)), trace(said("x", spot("a.jpg", 1)))).value
        == 1
    )
    api = Case(id="1", question="?", gold=(Gold(source=API),))
    reply = spot(API).model_copy(update={"regions": ()})
    assert page_hit(api, trace(said("x", reply))).value == 1


def test_a_refusal_hits_nothing_and_no_answer_is_not_scored() -> None:
    assert page_hit(CASE, trace()).value == 0
    assert page_hit(CASE, BROKEN).value is None
    assert page_hit(Case(id="1", question="?"), trace()) is None


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ([(0, 0, 2, 2)], [(1, 1, 3, 3)], 1 / 7),  # 1 in common of 4 + 4 - 1
        ([(0, 0, 2, 2)], [(0, 0, 2, 2)], 1),
        ([(0, 0, 10, 10)], [(5, 0, 15, 10)], 50 / 150),
        ([(0, 0, 10, 10)], [(10, 0, 20, 10)], 0),
        ([(0, 0, 1, 1)], [(5, 5, 6, 6)], 0),
        ([(0, 0, 4, 1), (0, 1, 4, 2)], [(0, 0, 4, 2)], 1),  # two lines of text, one frame around them
        ([(0, 0, 2, 2), (1, 0, 3, 2)], [(0, 0, 3, 2)], 1),  # boxes that overlap count once
        ([], [(0, 0, 1, 1)], 0),
        ([], [], 0),
        ([(1, 1, 1, 5)], [(1, 1, 1, 5)], 0),  # no area
    ],
)
def test_iou_by_hand(one: list[Box], other: list[Box], share: float) -> None:
    assert iou(one, other) == pytest.approx(share)


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
    assert iou(one, other) == pytest.approx(len(both) / len(either) if either else 0)


def test_the_best_citation_counts_and_half_is_a_hit() -> None:
    marked = Gold(source="m.pdf", pages=(3,), regions=(Region(page=3, boxes=((0, 0, 10, 10),)),))
    case = Case(id="1", question="?", gold=(marked,))
    answer = trace(said("x", spot("m.pdf", 3, (0, 0, 10, 5))), said("y", spot("m.pdf", 4, (0, 0, 10, 10))))
    assert region_iou(case, answer).value == 0.5 and region_hit(case, answer).value == 1
    worse = trace(said("x", spot("m.pdf", 3, (0, 0, 10, 4))))
    assert region_iou(case, worse).value == pytest.approx(0.4) and region_hit(case, worse).value == 0
    assert region_iou(case, trace()).value == 0 and region_hit(case, BROKEN).value is None
    assert region_iou(CASE, answer) is None, "nobody drew a box"


RANKED = Case(id="1", question="?", gold=(Gold(source="m.pdf", pages=(2, 7)),))
TRACE = met(spot("m.pdf", 1), spot("m.pdf", 2), spot("x.pdf", 7), spot("m.pdf", 2), spot("m.pdf", 7))
"""Pages met: m1, m2*, x7, m7*: relevant at ranks 2 and 4; a page met twice counts once."""


@pytest.mark.parametrize(("k", "share"), [(1, 0), (3, 0.5), (5, 1), (20, 1)])
def test_recall_is_the_share_of_gold_pages_among_the_first(k: int, share: float) -> None:
    assert ranked(R @ k)(RANKED, TRACE).value == share


@pytest.mark.parametrize(("k", "hit"), [(1, 0), (3, 1), (5, 1)])
def test_success_is_any_gold_page(k: int, hit: float) -> None:
    assert ranked(Success @ k)(RANKED, TRACE).value == hit


def test_the_first_gold_page_at_rank_two_is_a_half() -> None:
    assert ranked(MEASURES["MRR"])(RANKED, TRACE).value == 0.5


def test_ndcg_is_the_discounted_gain_over_the_best_there_could_be() -> None:
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    best = 1 / math.log2(2) + 1 / math.log2(3)
    assert ranked(MEASURES["nDCG@10"])(RANKED, TRACE).value == pytest.approx(gain / best)


def test_ndcg_knows_grades() -> None:
    """d2 (grade 1) before d1 (grade 3): (1 + 3/log2 3) / (3 + 1/log2 3)."""
    graded = Case(id="1", question="?", gold=(Gold(source="d1.txt", grade=3), Gold(source="d2.txt")))
    score = ranked(MEASURES["nDCG@10"])(graded, met(spot("d2.txt", 4), spot("d1.txt", 1)))
    assert score.value == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_a_gold_source_without_pages_is_met_on_any_page_once() -> None:
    whole = Case(id="1", question="?", gold=(Gold(source="m.pdf"),))
    assert ranked(MEASURES["MRR"])(
        whole, met(spot("x.pdf"), spot("x.pdf", 2), spot("m.pdf", 9))
    ).value == pytest.approx(1 / 3)


@pytest.mark.parametrize("name", ["recall@5", "success@5", "MRR", "nDCG@10"])
def test_nothing_met_is_zero_no_gold_is_not_asked_and_no_answer_is_not_scored(name: str) -> None:
    score = METRICS[name].score
    assert score(RANKED, met()).value == 0
    assert score(Case(id="1", question="?", answerable=False), TRACE) is None
    broken = score(RANKED, BROKEN)
    assert (broken.value, broken.reason) == (None, "the model wrote nonsense")
