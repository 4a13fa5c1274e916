"""ROUGE-L: F1 of the longest common subsequence of words (Lin, 2004), by rouge-score with its Porter stemmer; the best
over the right answers."""

from functools import cache

from rouge_score.rouge_scorer import RougeScorer

from evals.cases import Case
from evals.metrics import text
from evals.metrics.score import Score
from evals.runs.trace import Trace


def score(case: Case, trace: Trace) -> Score | None:
    return text.best(compare, case, trace)


def compare(said: str, reference: str) -> float:
    return _scorer().score(reference, said)["rougeL"].fmeasure


@cache
def _scorer() -> RougeScorer:
    return RougeScorer(["rougeL"], use_stemmer=True)
