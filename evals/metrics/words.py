"""Metrics that compare the words of an answer with those of a right one, 0 to 1; the best over the right answers.

SQuAD's plain form (Rajpurkar et al., EMNLP 2016) is lower case without punctuation, articles and doubled blanks.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import sacrebleu

from evals.cases import Case
from evals.metrics import numbers
from evals.metrics.score import NO_REFERENCE, Score, asked_where
from evals.runs.trace import Trace

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer

LONGEST = 8
"""Words of a reference up to which `contains` can tell; a longer one is answered in other words as rightly."""
TOO_LONG = f"the right answer has more than {LONGEST} words; whether it is given takes a reader"
PEOPLE = 10
"""Answers that a VQA case has."""
ENOUGH = 3
"""People who have to give an answer for it to count in full."""
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def plain(text: str) -> str:
    """A text in SQuAD's plain form."""
    text = unicodedata.normalize("NFKC", text).lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def exact_match(answer: str, reference: str) -> float:
    """1 where both are the same in plain form, else 0 (Rajpurkar et al., EMNLP 2016).

    An assistant that answers in whole sentences rarely matches a gold answer of two words: read it beside `contains`.
    """
    return float(plain(answer) == plain(reference))


def token_f1(answer: str, reference: str) -> float:
    """2PR / (P + R) of the words as bags in plain form: P = common / answer, R = common / reference (the same)."""
    one, other = Counter(plain(answer).split()), Counter(plain(reference).split())
    common = (one & other).total()
    return 2 * common / (one.total() + other.total()) if common else 0.0


def bleu(answer: str, reference: str) -> float:
    """Geometric mean of 1- to 4-gram precision, as far as the sentence has such, times the brevity penalty (Papineni et
    al., ACL 2002), by sacrebleu `sentence_bleu` with its defaults (exponential smoothing). Its mean over cases is no
    corpus BLEU."""
    return sacrebleu.sentence_bleu(answer, [reference]).score / 100


def rouge_l(answer: str, reference: str) -> float:
    """F1 of the longest common subsequence of words (Lin, 2004), by rouge-score with its Porter stemmer."""
    return _rouge().score(reference, answer)["rougeL"].fmeasure


@cache
def _rouge() -> "RougeScorer":
    from rouge_score.rouge_scorer import RougeScorer  # it brings nltk, whose import takes seconds

    return RougeScorer(["rougeL"], use_stemmer=True)


@asked_where(lambda case: case.answerable)
def contains(case: Case, trace: Trace) -> float | Score:
    """1 where the answer holds what a right answer has to say, else 0.

    Where a case lists `must_contain`, all of it, letter by letter but for case and blanks. Else a right answer, in
    plain form; one that is a number, by number match. References of more than LONGEST words are not scored.
    """
    if case.must_contain:
        return float(all(_spaced(part) in _spaced(trace.text) for part in case.must_contain))
    if not case.references:
        return Score(None, NO_REFERENCE)
    short = [reference for reference in case.references if len(reference.split()) <= LONGEST]
    return max(_holds(trace.text, reference) for reference in short) if short else Score(None, TOO_LONG)


def _holds(answer: str, reference: str) -> float:
    if numbers.is_number(reference):
        return numbers.match(answer, reference)
    return float(f" {plain(reference)} " in f" {plain(answer)} ")


def _spaced(text: str) -> str:
    return " ".join(text.lower().split())  # narrow and unbreakable blanks as well


@asked_where(lambda case: len(case.answers) == PEOPLE)
def vqa_accuracy(case: Case, trace: Trace) -> float:
    """min(1, people who gave the answer / 3), averaged over the ten ways of leaving one of them out, in plain form
    (Antol et al., ICCV 2015, "VQA: Visual Question Answering"); for cases with ten `answers`."""
    return _agreement(trace.text, case.answers)


def _agreement(answer: str, answers: Sequence[str]) -> float:
    same = [plain(other) == plain(answer) for other in answers]
    rest = (sum(same) - one for one in same)  # those who agree, without this one
    return sum(min(1.0, n / ENOUGH) for n in rest) / len(same)
