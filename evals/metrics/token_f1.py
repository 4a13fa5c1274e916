"""Token F1 = 2PR / (P + R) of the words said and the words of a right answer, as bags in SQuAD's plain form.

P = common / said, R = common / reference (Rajpurkar et al., EMNLP 2016); the best over the right answers.
"""

from collections import Counter

from evals.cases import Case
from evals.metrics import text
from evals.metrics.score import Score
from evals.runs.trace import Trace


def score(case: Case, trace: Trace) -> Score | None:
    return text.best(compare, case, trace)


def compare(said: str, reference: str) -> float:
    one, other = Counter(text.plain(said).split()), Counter(text.plain(reference).split())
    common = (one & other).total()
    return 2 * common / (one.total() + other.total()) if common else 0.0
