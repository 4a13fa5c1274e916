"""Exact match = 1 where what is said, in SQuAD's plain form, is a right answer, else 0 (Rajpurkar et al., EMNLP 2016).

An assistant that answers in whole sentences rarely matches a gold answer of two words: read it beside `contains`.
"""

from evals.cases import Case
from evals.metrics import text
from evals.metrics.score import Score
from evals.runs.trace import Trace


def score(case: Case, trace: Trace) -> Score | None:
    return text.best(compare, case, trace)


def compare(said: str, reference: str) -> float:
    return float(text.plain(said) == text.plain(reference))
