"""Groundedness = claims shown that their sources support / claims shown, by the whole validator, whatever layers the
run itself was held to. (FActScore's form, Min et al., EMNLP 2023, over cited sources.)

Claims that the validator cannot check are neither: `unchecked` counts them. `unsupported` counts the claims that were
shown and that it refuses.
"""

from evals.cases import Case
from evals.metrics.citations import NO_VERDICT
from evals.metrics.score import Score
from evals.runs.trace import Trace


def score(case: Case, trace: Trace) -> Score | None:
    if not trace.said:
        return None
    checked = [c.status == "supported" for c in trace.cited if c.status != "unchecked"]
    return Score(sum(checked) / len(checked)) if checked else Score(None, NO_VERDICT)


def unsupported(case: Case, trace: Trace) -> Score | None:
    """Claims shown that are contradicted, unsupported or misattributed: a number from 0."""
    return _count(trace, ("contradicted", "unsupported", "misattributed"))


def unchecked(case: Case, trace: Trace) -> Score | None:
    """Claims shown that nobody could check: a number from 0."""
    return _count(trace, ("unchecked",))


def _count(trace: Trace, statuses: tuple[str, ...]) -> Score | None:
    if trace.status is None:
        return Score(None, trace.error)
    return Score(float(sum(cited.status in statuses for cited in trace.cited)))
