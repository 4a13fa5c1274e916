"""What is measured of a claim, with a stand-in for the model whose log-odds are known."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from agent.answer import Citation, Claim, Place
from agent.validator.case import Case
from agent.validator.measure import NAMES, Measures, measured
from tools.library.evidence import Passage

TEXT = "The plant in Lyon employs 340 people. It was opened in 1990. Anna Weber leads it. It made 21 cars and 34 vans."


class Says:
    """Says "supported" with .8 where the claim has the word, else with .1; contradicted is always .1."""

    def __init__(self, word: str = "x") -> None:
        self.word, self.asked = word, list[tuple[str, str]]()

    def read(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        self.asked += pairs
        rows = [[0.8, 0.1, 0.1] if self.word in claim else [0.1, 0.1, 0.8] for claim, _ in pairs]
        return np.log(np.array(rows, np.float32))


def case(claim: str, text: str = TEXT, calculation: str = "", heading: str = "", quote: str = "") -> Case:
    item = Passage(id="p", source_id="0" * 64, text=text, heading=heading, regions=())
    cited = Claim(text=claim, citations=(Citation(key=1, quote=quote),), calculation=calculation)
    return Case(cited, {1: item}, lambda key, spans: Place(key=key, title="Report", uri=""))


def measures(claim: str, **given: str) -> Measures:
    return measured([case(claim, **given)], Says())[0].measures


def test_all_claims_are_read_in_one_call_each_with_its_evidence() -> None:
    model = Says("Lyon")
    found = measured([case("The plant is in Lyon."), case("It is in Paris.")], model)
    assert [one.measures.read for one in found] == pytest.approx([np.log(4), np.log(1 / 9)], abs=1e-4)
    assert found[0].measures.against == pytest.approx(0, abs=1e-4)
    assert model.asked[0] == ("The plant is in Lyon.", f"Report ¶ {TEXT}")


def test_words() -> None:
    found = measures("The plant in Paris employs 350 people.")
    assert found.covered < measures("The plant in Lyon employs 340 people.").covered == 1.0
    assert measures("The plant in Lyon employs 340 people.").verbatim == 1.0
    assert measures("It was opened in 1990. Anna Weber leads it.").verbatim == 1.0
    assert found.verbatim == 0.0


def test_numbers_and_names() -> None:
    wrong = measures("The plant in Paris employs 3,517 people.")
    assert (wrong.nowhere, wrong.names) == (0.5, 0.5) and wrong.rival > 0.3
    right = measures("The plant in Lyon employs 340 people.")
    assert (right.nowhere, right.names, right.rival) == (0.0, 0.0, 0.0)
    total = measures("It made 55 vehicles.")
    assert total.computed > 0 and total.nowhere == 0


def test_a_word_that_turns_the_statement() -> None:
    text = "The guard may be removed by staff."
    assert measures("The guard may be removed by staff.", text=text).turned == 0
    assert measures("The guard must be removed by staff.", text=text).turned == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("calculation", "says"), [("21 + 34", 1.0), ("21 + 30", -1.0), ("21 * 34", -1.0), ("", 0.0), ("a + b", 0.0)]
)
def test_the_models_own_calculation(calculation: str, says: float) -> None:
    assert measures("It made 55 vehicles.", calculation=calculation).calculation == says


def test_a_heading_counts_as_context() -> None:
    assert measures("The Pulsar weighs 12 kg.", text="It weighs 12 kg.", heading="Pulsar").covered == 1.0


def test_the_row_is_in_the_order_of_the_names() -> None:
    found = measures("It was opened in 1990.")
    assert dict(zip(NAMES, found.row, strict=True))["numbers"] == found.numbers
    assert np.isfinite(found.row).all()


def test_no_evidence_is_no_crash() -> None:
    assert measures("Anything.", text="").covered == 0.0
