"""VQA accuracy = min(1, people who gave the answer / 3), averaged over the ten ways of leaving one of them out.

Antol et al., ICCV 2015, "VQA: Visual Question Answering", for cases with ten `answers`; answers in SQuAD's plain form.
"""

from collections.abc import Sequence

from evals.cases import Case
from evals.metrics import text
from evals.metrics.score import Score
from evals.runs.trace import Trace

PEOPLE = 10
ENOUGH = 3


def score(case: Case, trace: Trace) -> Score | None:
    if len(case.answers) != PEOPLE:
        return None
    return Score(accuracy(trace.text, case.answers)) if trace.status else Score(None, trace.error)


def accuracy(said: str, answers: Sequence[str]) -> float:
    same = [text.plain(answer) == text.plain(said) for answer in answers]
    left = (sum(same) - one for one in same)  # those who agree, without this one
    return sum(min(1.0, n / ENOUGH) for n in left) / len(same)
