"""Citations put right: to the source that says it, and to no more sources than needed."""

from collections.abc import Sequence

from agent.answer import Citation, Claim, Place
from agent.validator import Span, validate
from agent.validator.case import Case
from agent.validator.moving import others, without
from tools.library.evidence import Item, Passage


def passage(name: str, text: str) -> Passage:
    return Passage(id=name, source_id="0" * 64, heading="", text=text, regions=())


ITEMS: dict[int, Item] = {
    1: passage("fuel", "Use a fuel mix of 20:1 in the engine. Wear gloves at all times."),
    2: passage("staff", "The plant in Lyon employs 340 people. It was opened by the mayor in 1990."),
    3: passage("noise", "The noise of the engine is 92 dB at full speed."),
}


def place(key: int, spans: Sequence[Span]) -> Place:
    return Place(key=key, title="", uri="")


def case(text: str, *citations: tuple[int, str]) -> Case:
    claim = Claim(text=text, citations=tuple(Citation(key=key, quote=quote) for key, quote in citations))
    return Case(claim, ITEMS, place)


def test_other_sources_with_its_quote_or_its_words() -> None:
    found = others(case("Wear gloves at all times.", (2, "Wear gloves at all times.")))
    assert [one.claim.citations for one in found] == [(Citation(key=1, quote="Wear gloves at all times."),)]
    assert [one.keys for one in others(case("The plant in Lyon employs 340 people.", (1, "x")))] == [[2]]
    assert others(case("Wear a hat in winter.", (2, "Wear a hat."))) == []


def test_a_claim_is_moved_to_the_source_that_carries_it() -> None:
    (verdict,) = validate([case("The plant in Lyon employs 340 people.", (1, "Wear gloves")).claim], ITEMS, place)
    assert (verdict.status, verdict.decided) == ("supported", "place")
    assert verdict.reason == "Source [2] says this, not source [1]."
    assert verdict.claim.citations == (Citation(key=2, quote="The plant in Lyon employs 340 people."),)


def test_what_no_source_says_is_not_moved() -> None:
    (verdict,) = validate([case("The plant in Lyon employs 900 people.", (1, "Wear gloves")).claim], ITEMS, place)
    assert verdict.status != "supported"


def test_a_citation_that_adds_no_word_may_go() -> None:
    text = "The plant in Lyon employs 340 people."
    assert [one.keys for one in without(case(text, (2, text), (3, "92 dB")))] == [[2]]
    both = "Wear gloves; the noise is 92 dB."
    assert without(case(both, (1, "Wear gloves"), (3, "92 dB"))) == []
    assert without(case(text, (2, text))) == []
