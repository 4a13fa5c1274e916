"""Where a claim stands in what it cites."""

import pytest

from agent.answer import Citation, Claim, Place
from agent.validator.case import Case
from tools.library.evidence import Figure, Item, Passage

TEXT = "Use a fuel mix of 20:1. Do not open the tank while the engine is hot. The tank holds 4.5 litres."
ITEMS: dict[int, Item] = {
    1: Passage(id="fuel", source_id="0" * 64, heading="Pulsar", text=TEXT, regions=()),
    2: Figure(id="f", source_id="0" * 64, image="0" * 64, caption="The choke lever", regions=()),
}


def case(text: str, key: int, quote: str) -> Case:
    claim = Claim(text=text, citations=(Citation(key=key, quote=quote),))
    return Case(claim, ITEMS, lambda key, spans: Place(key=key, title="Manual", uri=""))


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("The tank holds 4.5 litres", "The tank holds 4.5 litres"),  # exact
        ("The tank hold 4.5 liters", "The tank holds 4.5 litres."),  # inexact
        ("", "The tank holds 4.5 litres."),  # empty
        ("Something else entirely, made up", "The tank holds 4.5 litres."),
        ("Use a fuel mix of 20:1", "Use a fuel mix of 20:1 … The tank holds 4.5 litres."),  # not where the claim stands
    ],
)
def test_the_place_is_found_whatever_is_quoted(quote: str, place: str) -> None:
    assert case("The tank has a volume of 4.5 litres.", 1, quote).placed.citations[0].quote == place


def test_a_picture_without_a_quote_is_cited_whole() -> None:
    found = case("The lever is red.", 2, "")
    assert (found.pictures, found.spans[0][0].end, found.placed) == ([ITEMS[2]], 0, found.claim)


def test_the_sources_have_title_and_heading() -> None:
    (source,) = case("x", 1, "").sources
    assert (source.title, source.heading, source.text) == ("Manual", "Pulsar", TEXT)
