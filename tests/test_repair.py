"""Citations put right: to the place that says it, and to no more places than needed."""

from collections.abc import Sequence

from agent.validator.repair import found_elsewhere, moved, needed, requoted

from agent.answer import Citation, Claim, Place
from agent.validator import Span, repair, validate
from agent.validator.case import Case
from agent.validator.decision import is_supported
from tools.library.evidence import Figure, Item, Passage

SHA = "0" * 64


def passage(name: str, text: str) -> Passage:
    return Passage(id=name, source_id=SHA, heading="", text=text, regions=())


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


def test_a_quote_of_another_source_is_cited_there() -> None:
    found = moved(case("Wear gloves at all times.", (2, "Wear gloves at all times.")))
    assert found and [c.key for c in found.claim.citations] == [1]
    assert moved(case("Wear a hat.", (2, "Wear a hat."))) is None


def test_what_another_source_says_is_quoted_from_there() -> None:
    found = found_elsewhere(
        case("The plant in Lyon employs 340 people.", (1, "Wear gloves at all times.")), is_supported
    )
    assert found and found.claim.citations == (Citation(key=2, quote="The plant in Lyon employs 340 people."),)
    wrong = case("The plant in Lyon employs 900 people.", (1, "Wear gloves at all times."))
    assert found_elsewhere(wrong, is_supported) is None


def test_a_misattributed_claim_is_repaired_and_then_supported() -> None:
    claim = case("The plant in Lyon employs 340 people.", (1, "Wear gloves at all times.")).claim
    (verdict,) = validate([claim], ITEMS, place)
    assert (verdict.status, verdict.reason) == ("misattributed", "Source [2] says this, not source [1].")
    mended = repair(verdict, ITEMS)
    assert mended and validate([mended], ITEMS, place)[0].status == "supported"


def test_the_wrong_sentence_of_the_right_source_is_put_right() -> None:
    claim = case("The plant was opened by the mayor in 1990.", (2, "The plant in Lyon employs 340 people.")).claim
    (verdict,) = validate([claim], ITEMS, place)
    assert verdict.reason == "Source [2] says this, but in another place than the one quoted."
    mended = repair(verdict, ITEMS)
    assert mended and mended.citations == (Citation(key=2, quote="It was opened by the mayor in 1990."),)


def test_a_citation_that_adds_nothing_is_left_out() -> None:
    quotes = [(2, "The plant in Lyon employs 340 people."), (3, "The noise of the engine is 92 dB at full speed.")]
    both = case("The plant in Lyon employs 340 people.", *quotes)
    assert [c.key for c in needed(both, is_supported).claim.citations] == [2]
    (verdict,) = validate([both.claim], ITEMS, place)
    assert verdict.status == "supported"
    assert [c.key for c in verdict.claim.citations] == [p.key for p in verdict.places] == [2]


def test_what_takes_two_sources_keeps_both() -> None:
    both = case(
        "The plant in Lyon employs 340 people. The noise of the engine is 92 dB at full speed.",
        (2, "The plant in Lyon employs 340 people."),
        (3, "The noise of the engine is 92 dB at full speed."),
    )
    assert needed(both, is_supported) is both


def requoted_one(quote: str, key: int = 2, text: str = "The plant in Lyon employs 340 people.") -> str:
    claim = requoted(Claim(text=text, citations=(Citation(key=key, quote=quote),)), ITEMS)
    return claim.citations[0].quote


def test_an_inexact_or_missing_quote_becomes_what_really_stands_there() -> None:
    for quote in ("", "plant in Lyon has 340 people"):
        assert requoted_one(quote) == "The plant in Lyon employs 340 people."


def test_a_quote_that_stands_in_its_source_or_in_another_stays() -> None:
    assert requoted_one("employs 340 people") == "employs 340 people"
    other = "The noise of the engine is 92 dB at full speed."
    assert requoted_one(other) == other


def test_what_is_quoted_of_a_picture_and_not_printed_in_it_was_seen_there() -> None:
    figure = Figure(id="f", source_id=SHA, regions=(), image=SHA, caption="The drain plug")
    claim = Claim(text="The plug is orange.", citations=(Citation(key=9, quote="A plug in signal orange."),))
    assert requoted(claim, {9: figure}).citations[0].quote == ""
    printed = claim.model_copy(update={"citations": (Citation(key=9, quote="drain plugs"),)})
    assert requoted(printed, {9: figure}).citations[0].quote == "The drain plug"
