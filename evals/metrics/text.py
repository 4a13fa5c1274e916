"""The shared step of the metrics that compare words: both texts in one form, and the best over the right answers."""

import re
import string
import unicodedata
from collections.abc import Callable

from evals.cases import Case
from evals.metrics.score import Score
from evals.runs.trace import Trace

NO_REFERENCE = "nobody wrote a right answer down"
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def plain(text: str) -> str:
    """SQuAD's form (Rajpurkar et al., EMNLP 2016): lower case, without punctuation, articles and doubled blanks."""
    text = unicodedata.normalize("NFKC", text).lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def best(compare: Callable[[str, str], float], case: Case, trace: Trace) -> Score | None:
    """The best of compare(said, reference) over the references; a refusal says nothing and gets what nothing gets."""
    if not case.answerable:
        return None
    if trace.status is None:
        return Score(None, trace.error)
    if not case.references:
        return Score(None, NO_REFERENCE)
    return Score(max(compare(trace.text, reference) for reference in case.references))
