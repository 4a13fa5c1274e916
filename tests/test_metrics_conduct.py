"""How it went about it: refusals, tools, follow-ups; and what makes a case right."""

import pytest

from evals.cases import Case, Gold, Turn
from evals.metrics import conduct
from tests.traces import BROKEN, call, found, said, spot, trace

ASKED = Case(id="1", question="?", must_contain=("48",), gold=(Gold(source="m.pdf", pages=(14,)),), tool="search_text")
NO_ANSWER = Case(id="1", question="?", answerable=False)


@pytest.mark.parametrize(
    ("case", "answer", "value"),
    [
        (ASKED, trace(said("48 N·m", spot("m.pdf", 14))), 1),
        (ASKED, trace(said("48 N·m", spot("m.pdf", 15))), 0),
        (ASKED, trace(said("30 N·m", spot("m.pdf", 14))), 0),
        (ASKED, trace(), 0),
        (ASKED, BROKEN, None),
        (NO_ANSWER, trace(), 1),
        (NO_ANSWER, trace(said("48 N·m", spot("m.pdf", 14))), 0),
        (Case(id="1", question="?", must_contain=("48",)), trace(said("48")), 1),
        (Case(id="1", question="?", gold=ASKED.gold), trace(said("x", spot("m.pdf", 14))), None),
        (Case(id="1", question="?", gold=ASKED.gold), trace(said("x", spot("m.pdf", 9))), 0),
    ],
)
def test_right_is_the_right_words_at_the_right_place_or_a_refusal(case: Case, answer, value: float | None) -> None:
    assert conduct.right(case, answer).value == value


def test_refusals_precision_is_over_the_refused_recall_over_the_unanswerable() -> None:
    """3 refused, 2 of them rightly; 3 unanswerable, 2 of them refused, 1 without an answer at all."""
    pairs = [(NO_ANSWER, trace()), (NO_ANSWER, trace()), (ASKED, trace()), (ASKED, trace(said("x")))]
    pairs += [(NO_ANSWER, trace(said("x"))), (NO_ANSWER, BROKEN)]
    precision = [s.value for case, answer in pairs if (s := conduct.refusal_precision(case, answer))]
    recall = [s.value for case, answer in pairs if (s := conduct.refusal_recall(case, answer))]
    assert precision == [1, 1, 0] and recall == [1, 1, 0, None]


def test_the_expected_tool_is_among_the_calls() -> None:
    answer = trace(steps=(call("search_images", 1), call("search_text", 2)))
    assert conduct.tool_choice(ASKED, answer).value == 1 and conduct.steps(ASKED, answer).value == 2
    assert conduct.tool_choice(ASKED, trace()).value == 0
    assert conduct.tool_choice(NO_ANSWER, answer) is None and conduct.tool_choice(ASKED, BROKEN).value is None


def test_a_follow_up_is_resolved_by_evidence_and_may_reuse_it() -> None:
    follow = ASKED.model_copy(update={"turns": (Turn(question="before?"),)})
    old, new = found(1, spot("m.pdf", 14), fresh=False), found(2, spot("x.pdf", 1))
    answer = trace(said("48", keys=(1,)), said("and so", keys=(1, 2)), evidence=(old, new))
    assert conduct.references_resolved(follow, answer).value == 1
    assert conduct.evidence_reused(follow, answer).value == pytest.approx(2 / 3)
    assert conduct.references_resolved(follow, trace(evidence=(new,))).value == 0
    assert conduct.evidence_reused(follow, trace()) is None and conduct.references_resolved(ASKED, answer) is None
    assert conduct.references_resolved(follow, BROKEN).value is None
