"""Contains = 1 where what is said holds what a right answer has to say, else 0.

Where a case lists `must_contain`, all of it, letter by letter but for case and blanks. Else a right answer, in SQuAD's
plain form; one that is a number, by number match. An answer of more than LONGEST words is said in other words as
rightly: that takes a reader (a judge), and is not scored here.
"""

from evals.cases import Case
from evals.metrics import number_match, text
from evals.metrics.score import Score
from evals.runs.trace import Trace

LONGEST = 8
TOO_LONG = f"the right answer has more than {LONGEST} words; whether it is said takes a reader"


def score(case: Case, trace: Trace) -> Score | None:
    if not case.answerable:
        return None
    if trace.status is None:
        return Score(None, trace.error)
    if case.must_contain:
        return Score(float(all(_spaced(part) in _spaced(trace.text) for part in case.must_contain)))
    if not case.references:
        return Score(None, text.NO_REFERENCE)
    short = [reference for reference in case.references if len(reference.split()) <= LONGEST]
    return Score(max(_says(trace.text, answer) for answer in short)) if short else Score(None, TOO_LONG)


def _says(said: str, reference: str) -> float:
    if number_match.is_number(reference):
        return number_match.compare(said, reference)
    return float(f" {text.plain(reference)} " in f" {text.plain(said)} ")


def _spaced(said: str) -> str:
    return " ".join(said.lower().split())  # narrow and unbreakable blanks as well
