"""Ranking metrics against values worked out on paper."""

import math

import pytest

from evals.cases import Case, Gold
from evals.metrics import METRICS, ndcg, recall, reciprocal_rank, success
from tests.told import BROKEN, met, spot

CASE = Case(id="1", question="?", gold=(Gold(source="m.pdf", pages=(2, 7)),))
TRACE = met(spot("m.pdf", 1), spot("m.pdf", 2), spot("x.pdf", 7), spot("m.pdf", 2), spot("m.pdf", 7))
"""Pages met: m1, m2*, x7, m7*: relevant at ranks 2 and 4; a page met twice counts once."""


@pytest.mark.parametrize(("k", "share"), [(1, 0), (3, 0.5), (5, 1), (20, 1)])
def test_recall_is_the_share_of_gold_pages_among_the_first(k: int, share: float) -> None:
    assert recall.at(k, CASE, TRACE).value == share


@pytest.mark.parametrize(("k", "hit"), [(1, 0), (3, 1), (5, 1)])
def test_success_is_any_gold_page(k: int, hit: float) -> None:
    assert success.at(k, CASE, TRACE).value == hit


def test_the_first_gold_page_at_rank_two_is_a_half() -> None:
    assert reciprocal_rank.score(CASE, TRACE).value == 0.5


def test_ndcg_is_the_discounted_gain_over_the_best_there_could_be() -> None:
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    best = 1 / math.log2(2) + 1 / math.log2(3)
    assert ndcg.at_10(CASE, TRACE).value == pytest.approx(gain / best)


def test_ndcg_knows_grades() -> None:
    """d2 (grade 1) before d1 (grade 3): (1 + 3/log2 3) / (3 + 1/log2 3)."""
    graded = Case(id="1", question="?", gold=(Gold(source="d1.txt", grade=3), Gold(source="d2.txt")))
    score = ndcg.at_10(graded, met(spot("d2.txt", 4), spot("d1.txt", 1)))
    assert score.value == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_a_gold_source_without_pages_is_met_on_any_page_once() -> None:
    whole = Case(id="1", question="?", gold=(Gold(source="m.pdf"),))
    assert reciprocal_rank.score(whole, met(spot("x.pdf"), spot("x.pdf", 2), spot("m.pdf", 9))).value == pytest.approx(
        1 / 3
    )


@pytest.mark.parametrize("name", ["recall@5", "success@5", "MRR", "nDCG@10"])
def test_nothing_met_is_zero_no_gold_is_not_asked_and_no_answer_is_not_scored(name: str) -> None:
    score = METRICS[name].score
    assert score(CASE, met()).value == 0
    assert score(Case(id="1", question="?", answerable=False), TRACE) is None
    broken = score(CASE, BROKEN)
    assert (broken.value, broken.reason) == (None, "the model wrote nonsense")
