"""ALCE's two figures and groundedness, on answers whose verdicts are given."""

import pytest

from evals.cases import Case
from evals.metrics import citations
from evals.runs.trace import Cited, Trace
from tests.traces import BROKEN, said, trace

CASE = Case(id="1", question="?")
NEEDED = Cited(status="supported", alone=("supported",), without=("unsupported",))
JOINT = Cited(status="supported", alone=("unsupported", "unsupported"), without=("unsupported", "unsupported"))
"""Neither citation carries it alone; together they do."""
PADDED = Cited(status="supported", alone=("supported", "unsupported"), without=("unsupported", "supported"))
"""The second citation adds nothing."""
TWICE = Cited(status="supported", alone=("supported", "supported"), without=("supported", "supported"))
"""Two sources say it: neither is irrelevant, for each alone supports it."""
FALSE = Cited(status="contradicted", alone=("contradicted", "supported"), without=("supported", "contradicted"))
OPEN = Cited(status="unconfirmed", alone=("unconfirmed",), without=("unsupported",))


def answer(*cited: Cited) -> Trace:
    return trace(*(said("x") for _ in cited), cited=cited)


@pytest.mark.parametrize(
    ("cited", "precise"),
    [
        (NEEDED, [True]),
        (JOINT, [True, True]),
        (PADDED, [True, False]),
        (TWICE, [True, True]),
        (FALSE, [False, False]),
    ],
)
def test_a_citation_is_precise_unless_it_adds_nothing(cited: Cited, precise: list[bool]) -> None:
    assert citations.precise(cited) == precise


def test_recall_counts_statements_and_precision_citations() -> None:
    shown = answer(NEEDED, PADDED, FALSE)
    assert citations.recall(CASE, shown).value == pytest.approx(2 / 3)
    assert citations.precision(CASE, shown).value == pytest.approx(2 / 5)


def test_what_nobody_could_check_is_no_zero() -> None:
    assert citations.recall(CASE, answer(NEEDED, OPEN)).value == 1
    assert citations.groundedness(CASE, answer(NEEDED, OPEN)).value == 1
    assert citations.unconfirmed(CASE, answer(NEEDED, OPEN)).value == 1
    for metric in (citations.recall, citations.precision, citations.groundedness):
        nothing = metric(CASE, answer(OPEN))
        assert nothing.value is None and "could check none" in nothing.reason


def test_groundedness_is_claims_that_hold_and_what_does_not_is_counted() -> None:
    shown = answer(NEEDED, JOINT, TWICE, FALSE)
    assert citations.groundedness(CASE, shown).value == 0.75
    assert citations.unsupported(CASE, shown).value == 1
    assert citations.unsupported(CASE, trace()).value == 0


def test_a_refusal_states_nothing_and_a_broken_case_is_not_scored() -> None:
    for metric in (citations.recall, citations.precision, citations.groundedness):
        assert metric(CASE, trace()) is None
    assert citations.unsupported(CASE, BROKEN).value is None
