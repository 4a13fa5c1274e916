"""How the assistant went about it: the case as a whole, refusals, tools, follow-ups. 0 or 1 a case, but for `steps`."""

from evals.cases import Case
from evals.metrics.places import hits, page_hit
from evals.metrics.score import Score, asked_where
from evals.metrics.words import contains
from evals.runs.trace import Trace


@asked_where(lambda case: True)
def right(case: Case, trace: Trace) -> float | Score:
    """1 where the case went as it should, else 0: what makes a case pass or fail.

    An unanswerable question: it was refused. Any other: the answer contains the right one (`contains`), and a citation
    stands at a gold place (`page_hit`), as far as the case names one.
    """
    refused = trace.status == "not_found"
    if refused or not case.answerable:
        return float(refused and not case.answerable)
    says, points = contains(case, trace), page_hit(case, trace)
    if points and points.value == 0:
        return 0.0
    return says or Score(None)


def refusal_precision(case: Case, trace: Trace) -> Score | None:
    """Refused and unanswerable / refused: the mean over the refused, whose status is "not_found" (precision of "no
    answer" as in SQuAD 2.0, Rajpurkar et al., ACL 2018)."""
    return Score(float(not case.answerable)) if trace.status == "not_found" else None


@asked_where(lambda case: not case.answerable)
def refusal_recall(case: Case, trace: Trace) -> float:
    """Refused and unanswerable / unanswerable: the mean over the unanswerable."""
    return float(trace.status == "not_found")


@asked_where(lambda case: case.tool)
def tool_choice(case: Case, trace: Trace) -> float:
    """1 where the tool that the case expects was called in the turn, else 0. Calling every tool would be right each
    time: read it beside `steps`."""
    return float(case.tool in {call.action for call in trace.calls})


@asked_where(lambda case: True)
def steps(case: Case, trace: Trace) -> float:
    """Tool calls of the turn: a number from 0."""
    return len(trace.calls)


@asked_where(lambda case: case.turns and case.gold)
def references_resolved(case: Case, trace: Trace) -> float:
    """Follow-ups: 1 where the evidence at hand in the turn has a gold place, else 0. Without what "it" stands for,
    nothing leads there."""
    return float(any(hits(found.spot, gold) for found in trace.evidence for gold in case.gold))


def evidence_reused(case: Case, trace: Trace) -> Score | None:
    """Follow-ups: citations of evidence that an earlier turn had found / citations."""
    keys = [citation.key for checked in trace.said for citation in checked.claim.citations]
    if not case.turns or not keys:
        return None
    old = {found.key for found in trace.evidence if not found.fresh}
    return Score(sum(key in old for key in keys) / len(keys))
