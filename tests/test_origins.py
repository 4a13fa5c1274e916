"""Where the numbers of a claim come from."""

import pytest

from agent.validator.origins import Evidence, margin, origins, rival, shares_of
from agent.validator.premise import SourceText
from tools.language.numbers import extract

OIL = "Fill quantity: RK-220 14 litres; RK-320 21 litres, plus 2.5 litres if plug C was opened."
TABLE = (
    "| Task | RK-220 | RK-320 |\n|---|---|---|\n| Change oil | 6,000 OH | 5,000 OH |\n| Change belt | 500 OH | 400 OH |"
)


def evidence(text: str, question: str = "", heading: str = "") -> Evidence:
    return Evidence((SourceText("Manual", heading, text),), question)


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("The RK-320 takes 21 litres.", ["read", "read"]),
        ("Then the RK-320 takes 23.5 litres.", ["computed", "read"]),
        ("The RK-320 takes 97 litres.", ["nowhere", "read"]),
        ("The RK-320 takes more than 20 litres.", ["bounded", "read"]),
        ("The RK-320 takes 21 gallons.", ["unit", "read"]),
    ],
)
def test_each_number_has_an_origin(claim: str, found: list[str]) -> None:
    assert [one.how for one in origins(claim, evidence(OIL))] == found


def test_a_number_of_the_question_or_a_heading_is_context() -> None:
    asked = evidence("It has two exits.", "How many exits for 600 m²?", "Class 7")
    assert [one.how for one in origins("At 600 m² class 7 has two exits.", asked)] == ["context", "context", "read"]


def test_how_it_was_computed_is_told() -> None:
    (total, _) = origins("Then the RK-320 takes 23.5 litres.", evidence(OIL))
    assert total.how_text == "21 litres + 2.5 litres" and total.chance == 0


def test_words_for_shares_are_computed() -> None:
    (half,) = shares_of("It takes half as long.", evidence("The old one takes 40 minutes, the new one 20 minutes."))
    assert half.how == "computed"


def test_the_place_of_a_number_fits_its_words_or_those_of_a_rival() -> None:
    assert margin("Change the oil of the RK-320 after 5,000 OH.", evidence(TABLE)) > 0
    assert margin("Change the oil of the RK-320 after 6,000 OH.", evidence(TABLE)) < 0


def test_a_rival_is_a_number_of_the_same_kind_among_the_same_words() -> None:
    claim = "The RK-320 takes 97 litres."
    (value,) = [one for one in extract(claim) if one.dimension]
    assert rival(claim, value, evidence(OIL)) > 0.5
    assert rival(claim, value, evidence("The shed is 5 m long.")) == 0


def test_a_table_in_thousands() -> None:
    text = "Segments, EUR thousand\n\n| Item | 2023 |\n|---|---|\n| Quarry | 1,150 |"
    (found, *_) = origins("The quarry had EUR 1.15 million.", evidence(text))
    assert found.how == "computed"
