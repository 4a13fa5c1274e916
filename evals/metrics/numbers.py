"""Number match: the right numbers are in the answer, to their decimals."""

import re

from evals.cases import Case

TOLERANCE = 0.01
"""Relative, of a number with decimals: "relaxed accuracy" as in PlotQA (Methani et al., WACV 2020), with 5 %."""
_NUMBER = re.compile(r"(?<![\w.])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_JOINED = re.compile(r"\d\s*[/:–-]\s*\d|\d\s\d")


def match(answer: str, reference: str) -> float:
    """1 where every number of the reference is in the answer, else 0.

    Two numbers match where they are the same after rounding to the decimals the reference has, or, for one with
    decimals, within TOLERANCE. A whole number has to be met: 2018 is not 2019. Other numbers may stand beside it: those
    are weighed by groundedness and token F1.
    """
    there = [float(number) for number in numbers(answer)]
    return float(all(any(_same(number, gold) for number in there) for gold in numbers(reference)))


def asks(case: Case) -> bool:
    """Whether a right answer of the case is a number."""
    return any(map(is_number, case.references))


def is_number(answer: str) -> bool:
    """Digits are at least as many as letters, and none are joined as in a date or a telephone number."""
    digits, letters = sum(map(str.isdigit, answer)), sum(map(str.isalpha, answer))
    return bool(numbers(answer)) and digits >= letters and not _JOINED.search(answer)


def numbers(text: str) -> list[str]:
    """The numbers of a text as Python reads them: "1,234.50" is "1234.50"."""
    return [found.replace(",", "").replace("−", "-") for found in _NUMBER.findall(text)]


def _same(number: float, gold: str) -> bool:
    decimals = len(gold.partition(".")[2])
    if round(number, decimals) == float(gold):
        return True
    return decimals > 0 and abs(number - float(gold)) <= TOLERANCE * abs(float(gold))
