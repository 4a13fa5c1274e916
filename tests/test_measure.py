"""What the layers measure of a claim, with a stand-in for the model whose log-odds are known."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from agent.validator.measure import NAMES, measure

TEXT = "The plant in Lyon employs 340 people. It was opened in 1990. Anna Weber is its director."


class Table:
    """Says "supported" with .8 where the evidence has the word, else with .1; contradicted is always .1."""

    def __init__(self, word: str) -> None:
        self.word, self.asked = word, list[tuple[str, str]]()

    def read(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        self.asked += pairs
        rows = [[0.8, 0.1, 0.1] if self.word in claim else [0.1, 0.1, 0.8] for claim, _ in pairs]
        return np.log(np.array(rows, np.float32))


def test_the_whole_and_the_weakest_statement() -> None:
    model = Table("Lyon")
    found = measure("The plant in Lyon employs 340 people, and it was built by monks.", [TEXT], model)
    assert found.whole == found.digest == pytest.approx(np.log(0.8 / 0.2), abs=1e-4)
    assert found.weakest == pytest.approx(np.log(0.1 / 0.9), abs=1e-4)
    assert found.contradicted == pytest.approx(np.log(0.1 / 0.9), abs=1e-4)
    assert [claim for claim, _ in model.asked][-2:] == [
        "The plant in Lyon employs 340 people",
        "it was built by monks.",
    ]


def test_words_numbers_and_names() -> None:
    found = measure("The plant in Paris employs 350 people.", [TEXT], Table("x"))
    assert found.covered == pytest.approx(3 / 5)  # plant, employ, people; not Paris, not 350
    assert (found.wrong_numbers, found.missing_numbers, found.missing_names) == (1.0, 0.0, 1.0)
    assert found.has_numbers == 1.0
    same = measure("The plant in Lyon employs 340 people.", [TEXT], Table("x"))
    assert (same.covered_by_one, same.verbatim, same.wrong_numbers, same.missing_names) == (1.0, 1.0, 0.0, 0.0)


def test_several_texts_are_judged_together() -> None:
    both = measure("Anna Weber employs 340 people.", ["Anna Weber is director.", "It employs 340 people."], Table("x"))
    assert both.covered == 1.0
    assert both.covered_by_one == pytest.approx(3 / 5)


def test_a_heading_counts_as_context() -> None:
    assert measure("The Pulsar weighs 12 kg.", ["It weighs 12 kg."], Table("x"), context="Pulsar").covered == 1.0


def test_the_row_is_in_the_order_of_the_names() -> None:
    found = measure("It was opened in 1990.", [TEXT], Table("x"))
    assert dict(zip(NAMES, found.row, strict=True))["has_numbers"] == found.has_numbers
    assert np.isfinite(found.row).all()


def test_no_evidence_is_no_crash() -> None:
    assert measure("Anything.", [""], Table("x")).covered == 0.0
