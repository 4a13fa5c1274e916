"""BLEU of a sentence, 0 to 1: geometric mean of 1- to 4-gram precision, as far as the sentence has such, times the
brevity penalty (Papineni et al., ACL 2002), by sacrebleu `sentence_bleu` with its defaults (exponential smoothing); the
best over the right answers. The mean over cases is no corpus BLEU."""

import sacrebleu

from evals.cases import Case
from evals.metrics import text
from evals.metrics.score import Score
from evals.runs.trace import Trace


def score(case: Case, trace: Trace) -> Score | None:
    return text.best(compare, case, trace)


def compare(said: str, reference: str) -> float:
    return sacrebleu.sentence_bleu(said, [reference]).score / 100
