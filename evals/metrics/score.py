"""What a metric gives for one case: a number, or the reason why there is none."""

from collections.abc import Callable
from dataclasses import dataclass

from evals.cases import Case
from evals.runs.trace import Trace

NO_REFERENCE = "nobody wrote a right answer down"


@dataclass(frozen=True)
class Score:
    """`value` is None where the case could not be scored, and `reason` says why: counted apart, never zero.

    A metric that a case does not ask for (a refusal where there is an answer) gives no Score at all.
    """

    value: float | None
    reason: str = ""


Scorer = Callable[[Case, Trace], Score | None]


def asked_where(asks: Callable[[Case], object]) -> Callable[[Callable[[Case, Trace], float | Score]], Scorer]:
    """Makes a metric of a function: no Score where the case does not ask for it, the trace's error where the case got
    no answer, else what the function gives."""

    def decorate(measure: Callable[[Case, Trace], float | Score]) -> Scorer:
        def score(case: Case, trace: Trace) -> Score | None:
            if not asks(case):
                return None
            if trace.status is None:
                return Score(None, trace.error)
            found = measure(case, trace)
            return found if isinstance(found, Score) else Score(float(found))

        score.__doc__ = measure.__doc__
        return score

    return decorate


def best_of(
    compare: Callable[[str, str], float], asks: Callable[[Case], object] = lambda case: case.answerable
) -> Scorer:
    """The best of compare(answer, reference) over the right answers; a refusal is compared as the empty answer."""

    @asked_where(asks)
    def best(case: Case, trace: Trace) -> float | Score:
        if not case.references:
            return Score(None, NO_REFERENCE)
        return max(compare(trace.text, reference) for reference in case.references)

    return best
