"""Number match = 1 where every number of a right answer is said, else 0; asked of answers that are numbers.

An answer is a number where digits are at least as many as letters, and none are joined as in a date or a telephone
number. Two numbers match where they are the same after rounding to the decimals the gold one has, or, for one with
decimals, within a relative tolerance: "relaxed accuracy" as in PlotQA (Methani et al., WACV 2020), at 1 % in the place
of its 5 %. A whole number has to be met: 2018 is not 2019. Other numbers may be said beside it: what else is said,
groundedness and token F1 weigh.
"""

import re

from evals.cases import Case
from evals.metrics import text
from evals.metrics.score import Score
from evals.runs.trace import Trace

TOLERANCE = 0.01
_NUMBER = re.compile(r"(?<![\w.])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_JOINED = re.compile(r"\d\s*[/:–-]\s*\d|\d\s\d")


def score(case: Case, trace: Trace) -> Score | None:
    if not any(map(is_number, case.references)):
        return None
    return text.best(compare, case, trace)


def is_number(answer: str) -> bool:
    digits, letters = sum(map(str.isdigit, answer)), sum(map(str.isalpha, answer))
    return bool(numbers(answer)) and digits >= letters and not _JOINED.search(answer)


def compare(said: str, reference: str) -> float:
    there = [float(number) for number in numbers(said)]
    return float(all(any(matches(number, gold) for number in there) for gold in numbers(reference)))


def numbers(text: str) -> list[str]:
    """The numbers of a text as Python reads them: "1,234.50" is "1234.50"."""
    return [found.replace(",", "").replace("−", "-") for found in _NUMBER.findall(text)]


def matches(number: float, gold: str) -> bool:
    decimals = len(gold.partition(".")[2])
    if round(number, decimals) == float(gold):
        return True
    return decimals > 0 and abs(number - float(gold)) <= TOLERANCE * abs(float(gold))
