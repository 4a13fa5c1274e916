"""Citation recall and precision as ALCE defines them (Gao et al., EMNLP 2023), our validator in the place of its NLI.

Recall of an answer = share of its statements that all their citations together support. Precision = share of its
citations that are not irrelevant: one is irrelevant where it alone does not support the statement and the others do
without it; where a statement is not supported at all, none of its citations is precise.

A statement the validator can neither support nor refute is left out and counted; so is an answer with nothing else.
A refusal states nothing and has neither.
"""

from collections.abc import Sequence

from agent.answer import Status
from evals.cases import Case
from evals.metrics.score import Score
from evals.runs.trace import Cited, Trace

NO_VERDICT = "the validator could check none of the statements"


def recall(case: Case, trace: Trace) -> Score | None:
    return _mean([[c.status == "supported"] for c in trace.cited], trace)


def precision(case: Case, trace: Trace) -> Score | None:
    return _mean([precise(c) for c in trace.cited], trace)


def precise(cited: Cited) -> list[bool]:
    """For each citation of a statement whether it is precise."""
    if cited.status != "supported":
        return [False] * len(cited.alone)
    return [not _irrelevant(alone, without) for alone, without in zip(cited.alone, cited.without, strict=True)]


def _irrelevant(alone: Status, without: Status) -> bool:
    return alone != "supported" and without == "supported"


def _mean(parts: Sequence[Sequence[bool]], trace: Trace) -> Score | None:
    """Over the parts of the statements that could be checked."""
    if not trace.said:
        return None
    checked = [
        one for part, cited in zip(parts, trace.cited, strict=True) if cited.status != "unchecked" for one in part
    ]
    return Score(sum(checked) / len(checked)) if checked else Score(None, NO_VERDICT)
