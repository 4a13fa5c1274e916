"""The validator as a whole: the verdict a reader would want, and why."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from agent.answer import Citation, Claim, Place, Verdict
from agent.validator import Seen, Span, numbers, repair, validate
from tools.library.evidence import Figure, Item, Passage, Record, Region, Table

SHA = "0" * 64
FUEL = Passage(
    id="fuel",
    source_id=SHA,
    heading="Pulsar 300 > Fuel",
    text=(
        "Use a fuel mix of 20:1. Do not open the tank while the engine is hot. The pressure must not exceed 8 bar; "
        "check the hose every 250 h. If the engine does not start, press the choke. Connect the red cable to the plus "
        "pole and the black cable to the minus pole. Avoid to open the drain. "
        "Torque the head bolts to 48 N·m and the main bolts to 85 N·m."
    ),
    regions=(),
)
SAFETY = Passage(
    id="safety",
    source_id=SHA,
    heading="Safety",
    text="Do not:\n- smoke near the tank\n- open the fuel valve",
    regions=(),
)
TORQUES = Table(
    id="torques",
    source_id=SHA,
    heading="Engine",
    caption="Table 3. Tightening torques",
    markdown=(
        "| Fastener | Size | Class | Torque |\n|---|---|---|---|\n"
        "| Cylinder head bolts | M10 | 8.8 | 48 N·m |\n| Main bearing bolts | M12 | 8.8 | 85 N·m |"
    ),
    regions=(),
)
COLUMNS = Table(
    id="columns",
    source_id=SHA,
    markdown=(
        "| Fastener | Size | Dry (N·m) | Oiled (N·m) | Max. pressure (bar) |\n|---|---|---:|---:|---|\n"
        "| Cylinder head bolts | M10 | 48 | 43 | 8 |\n| Main bearing bolts | M12 | 85 | 77 | 9 |"
    ),
    regions=(),
)
SCREEN = Figure(id="screen", source_id=SHA, image=SHA, ocr_text="Error E07\nOil level low\nDo not start", regions=())
REPLY = Record(
    id="reply", url="http://x/parts", retrieved_at=datetime(2026, 1, 2, tzinfo=UTC), text="stock: 12\nprice: €40"
)
OTHER = Passage(
    id="other", source_id=SHA, heading="Pulsar 500 > Fuel", text="Use a fuel mix of 50:1. Wear gloves.", regions=()
)
HOSE = Passage(
    id="hose", source_id=SHA, heading="Hose", regions=(),
    text="Lead the hose to the drain with a gap of at least 45 mm, so that the water cannot come back.",
)  # fmt: skip
ITEMS: dict[int, Item] = {8: HOSE, 1: FUEL, 2: SAFETY, 3: TORQUES, 4: COLUMNS, 5: SCREEN, 6: REPLY, 7: OTHER}


def place(key: int, spans: Sequence[Span]) -> Place:
    return Place(key=key, title=f"Manual {key}", uri=f"file:///{key}.pdf")


def claim(text: str, *citations: tuple[int, str]) -> Claim:
    return Claim(text=text, citations=tuple(Citation(key=key, quote=quote) for key, quote in citations))


def judge(text: str, *citations: tuple[int, str], items: dict[int, Item] = ITEMS) -> Verdict:
    (verdict,) = validate([claim(text, *citations)], items, place)
    return verdict


HEAD = "Cylinder head bolts | M10 | 8.8 | 48 N·m"
COLUMN_HEAD = "Cylinder head bolts | M10 | 48 | 43 | 8"


@pytest.mark.parametrize(
    ("text", "citation"),
    [
        ("Use a fuel mix of 20:1.", (1, "Use a fuel mix of 20:1.")),
        ("Do not open the tank while the engine is hot.", (1, "Do not open the tank while the engine is hot")),
        ("The pressure must not exceed 8 bar.", (1, "The pressure must not exceed 8 bar")),
        ("Check the hose of the Pulsar 300 every 250 h.", (1, "check the hose every 250 h")),
        ("Fastener: Cylinder head bolts · Size: M10 · Torque: 48 N·m", (3, HEAD)),
        ("Tighten the cylinder head bolts to 48 N·m.", (3, HEAD)),
        ("The torque of the cylinder head bolts is 48 N·m.", (3, HEAD)),
        ("Fastener: Cylinder head bolts · Size: M10 · Dry (N·m): 48", (4, COLUMN_HEAD)),
        ("Fastener: Cylinder head bolts · Dry: 48 N·m · Oiled: 43 N·m", (4, COLUMN_HEAD)),
        ("Fastener: Cylinder head bolts; Size: M10; Max. pressure: 8 bar", (4, COLUMN_HEAD)),
        ("Error E07: oil level low.", (5, "Error E07\nOil level low")),
        ("The price is €40.", (6, "price: €40")),
        ("The maximum pressure is 8 bar.", (1, "The pressure must not exceed 8 bar")),
        ("The hose needs a gap of at least 45 mm.", (8, "with a gap of at least 45 mm")),
    ],
)
def test_supported(text: str, citation: tuple[int, str]) -> None:
    verdict = judge(text, citation)
    assert (verdict.status, verdict.places) == ("supported", (place(citation[0], ()),)), verdict.reason


@pytest.mark.parametrize(
    ("text", "citation", "status", "layer", "reason"),
    [
        ("Wear gloves.", (9, "Wear gloves"), "unsupported", "structure",
         "There is no source [9] in this conversation."),
        ("Wear a hat.", (7, "Wear a hat"), "unsupported", "quotes", "The quote is not in source [7]."),
        ("The mix is 30:1.", (1, "Use a fuel mix of 20:1"), "contradicted", "facts",
         "The claim says 30:1; source [1] says 20:1."),
        ("Tighten the cylinder head bolts to 48 bar.", (3, HEAD), "contradicted", "facts",
         "The claim says 48 bar; source [3] says 48 N·m."),
        ("Tighten the cylinder head bolts to 85 N·m.", (3, HEAD), "contradicted", "facts",
         "The claim says 85 N·m; source [3] says 48 N·m."),
        ("Tighten the M12 cylinder head bolts to 48 N·m.", (3, HEAD), "contradicted", "facts",
         "The claim says M12; source [3] says M10."),
        ("The pressure must be 8 bar.", (1, "exceed 8 bar"), "contradicted", "facts",
         "The claim says 8 bar; source [1] says not exceed 8 bar."),
        ("Fastener: Cylinder head bolts · Oiled: 48 N·m", (4, COLUMN_HEAD), "contradicted", "facts",
         "The table in source [4] says Oiled: 43 N·m."),
        ("Check the hose of the Pulsar 500 every 250 h.", (1, "check the hose every 250 h"), "unsupported", "facts",
         "The claim says 500; what is quoted from source [1] does not."),
        ("Polish the chrome weekly.", (7, "Wear gloves"), "unsupported", "entailment",
         "What the claim says is not quoted from source [7]."),
        ("Disconnect the red cable from the plus pole.", (1, "Connect the red cable to the plus pole"), "contradicted",
         "entailment", "The claim says otherwise than source [1]."),
    ],
)  # fmt: skip
def test_refused(text: str, citation: tuple[int, str], status: str, layer: str, reason: str) -> None:
    verdict = judge(text, citation)
    assert (verdict.status, verdict.layer, verdict.reason) == (status, layer, reason)


@pytest.mark.parametrize(
    ("text", "citation", "doubt"),
    [
        ("Open the tank while the engine is hot.", (1, "open the tank while the engine is hot"), "negations"),
        ("Open the fuel valve.", (2, "open the fuel valve"), "negations"),  # "Do not:" stands two lines above
        ("The engine does not start: do not press the choke.",
         (1, "If the engine does not start, press the choke"), "negations"),
        ("Press the choke, the engine does not start.",
         (1, "If the engine does not start, press the choke"), "condition"),
        ("Connect the black cable to the plus pole and the red cable to the minus pole.",
         (1, "Connect the red cable to the plus pole and the black cable to the minus pole"), "order"),
        ("Torque the head bolts to 85 N·m.",
         (1, "Torque the head bolts to 48 N·m and the main bolts to 85 N·m"), "several"),
        ("Open the drain.", (1, "open the drain"), "condition"),
        ("Close the fuel valve.", (2, "open the fuel valve"), "negations"),
    ],
)  # fmt: skip
def test_what_only_a_reader_could_settle_is_unchecked(text: str, citation: tuple[int, str], doubt: str) -> None:
    verdict = judge(text, citation)
    assert verdict.status == "unchecked" and doubt in verdict.reason
    assert verdict.reason.endswith("and whether it means the same is not sure.")


def test_a_quote_from_another_source_is_misattributed_and_can_be_repaired() -> None:
    verdict = judge("Wear gloves.", (3, "Wear gloves"))
    assert (verdict.status, verdict.reason) == ("misattributed", "The quote is in source [7], not in source [3].")
    repaired = repair(verdict, ITEMS)
    assert repaired == claim("Wear gloves.", (7, "Wear gloves"))
    assert validate([repaired], ITEMS, place)[0].status == "supported"


def test_the_same_words_of_another_machine_are_misattributed() -> None:
    """Both manuals say it; only one is about the machine that the claim names."""
    same = {1: FUEL, 2: FUEL.model_copy(update={"id": "b", "heading": "Pulsar 500 > Fuel"})}
    verdict = judge(
        "Check the hose of the Pulsar 500 every 250 h.", (1, "check the hose every 250 h"), items=dict(same)
    )
    assert (verdict.status, verdict.reason) == ("misattributed", "Source [2] says this, not source [1].")
    assert repair(verdict, dict(same)) == claim(verdict.claim.text, (2, "check the hose every 250 h"))


def test_only_misattributed_claims_are_repaired() -> None:
    assert repair(judge("Wear gloves.", (7, "Wear gloves")), ITEMS) is None


def test_every_citation_must_hold_and_all_of_them_count() -> None:
    text = "Use a fuel mix of 20:1 and wear gloves."
    good = judge(text, (1, "Use a fuel mix of 20:1"), (7, "Wear gloves"))
    assert (good.status, [p.key for p in good.places]) == ("supported", [1, 7])
    assert judge(text, (1, "Use a fuel mix of 20:1"), (7, "Wear goggles")).status == "unsupported"


def test_a_title_says_what_a_source_is_about() -> None:
    assert judge("Wear gloves with Manual 7.", (7, "Wear gloves")).status == "supported"


def test_a_layer_that_breaks_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(numbers, "check", broken)
    verdict = judge("Wear gloves.", (7, "Wear gloves"))
    assert (verdict.status, verdict.layer) == ("unchecked", "facts")
    assert verdict.reason == "The check of numbers and names broke down (ZeroDivisionError)."


def test_places_that_break_are_no_pass() -> None:
    def lost(key: int, spans: Sequence[Span]) -> Place:
        raise KeyError(key)

    (verdict,) = validate([claim("Wear gloves.", (7, "Wear gloves"))], ITEMS, lost)
    assert (verdict.status, verdict.places) == ("unchecked", ())


def test_places_get_the_spans_of_the_quote() -> None:
    seen: list[tuple[int, str]] = []

    def note(key: int, spans: Sequence[Span]) -> Place:
        seen.extend((key, ITEMS[key].text[span.start : span.end]) for span in spans)
        return place(key, spans)

    validate([claim("Wear gloves.", (7, "wear\ngloves."))], ITEMS, note)
    assert seen == [(7, "Wear gloves")]


def test_one_verdict_a_claim_in_order() -> None:
    texts = ["Wear gloves.", "Wear a hat.", "Wear gloves."]
    verdicts = validate([claim(text, (7, text)) for text in texts], ITEMS, place)
    assert [verdict.status for verdict in verdicts] == ["supported", "unsupported", "supported"]


TORQUES = Table(
    id="t",
    source_id="a" * 64,
    markdown="| Joint | Grade | Torque, N·m |\n|---|---|---|\n| Oil drain plug | - | 48 |\n| Filler plug | - | 30 |",
    regions=(Region(page=1, boxes=((0, 0, 1, 1),)),),
)


@pytest.mark.parametrize(("value", "status"), [("48", "supported"), ("30", "contradicted")])
def test_a_row_that_is_read_out_is_held_against_its_columns(value: str, status: str) -> None:
    """The unit stands in the header, behind a comma; the neighbour's value is not this row's."""
    text = f"Joint: Oil drain plug · Grade: - · Torque, N·m: {value}"
    claim = Claim(text=text, citations=(Citation(key=1, quote="Oil drain plug | - | 48"),))
    (verdict,) = validate([claim], {1: TORQUES}, lambda key, spans: Place(key=key, title="manual", uri="/m"))
    assert verdict.status == status


PICTURE = Figure(
    id="f",
    source_id="a" * 64,
    image="b" * 64,
    caption="Figure 1 Pump",
    regions=(Region(page=3, boxes=((0, 0, 9, 9),)),),
)


def test_what_a_picture_shows_is_unchecked_and_shown_with_the_whole_picture() -> None:
    claim = Claim(text="The pump has four bolts.", citations=(Citation(key=1, quote=""),))
    spans: list = []

    def place_of(key: int, found: Sequence[Span]) -> Place:
        spans.extend(found)
        return Place(key=key, title="manual", uri="/m", regions=PICTURE.regions)

    (verdict,) = validate([claim], {1: PICTURE}, place_of)
    assert (verdict.status, verdict.layer, verdict.places[0].regions) == ("unchecked", "vision", PICTURE.regions)
    assert [(span.start, span.end) for span in spans] == [(0, 0)]


def test_of_a_text_something_must_be_quoted() -> None:
    claim = Claim(text="The plug takes 48 N·m.", citations=(Citation(key=1, quote=""),))
    (verdict,) = validate([claim], {1: TORQUES}, lambda key, spans: Place(key=key, title="manual", uri="/m"))
    assert (verdict.status, verdict.layer) == ("unsupported", "structure")


@pytest.mark.parametrize(
    ("asked", "status", "layer"),
    [("yes", "supported", "judge"), ("no", "unsupported", "judge"), ("cannot tell", "unchecked", "judge")],
)
def test_a_chat_model_may_judge_what_the_validator_is_unsure_of(asked: Seen, status: str, layer: str) -> None:
    heard: list[tuple[str, str]] = []

    def judges(text: str, sources: str) -> Seen:
        heard.append((text, sources))
        return asked

    unsure = claim("Open the drain.", (1, "open the drain"))
    (verdict,) = validate([unsure], ITEMS, place, judges=judges)
    assert (verdict.status, verdict.layer) == (status, layer)
    assert heard[0][0] == "Open the drain." and "Avoid to open the drain." in heard[0][1]


def test_a_judge_is_not_asked_about_what_is_sure() -> None:
    def judges(text: str, sources: str) -> Seen:
        raise AssertionError("there was no need to ask")

    sure = [
        claim("Use a fuel mix of 20:1.", (1, "Use a fuel mix of 20:1.")),
        claim("The mix is 30:1.", (1, "Use a fuel mix of 20:1")),
    ]
    assert [v.status for v in validate(sure, ITEMS, place, judges=judges)] == ["supported", "contradicted"]


def test_a_judge_or_a_look_that_breaks_passes_nothing() -> None:
    def breaks(*given: object) -> Seen:
        raise TimeoutError

    unsure = claim("Open the drain.", (1, "open the drain"))
    seen = claim("The lamp is red.", (5, ""))
    verdicts = validate([unsure, seen], ITEMS, place, judges=breaks, look=breaks)
    assert [(v.status, v.layer) for v in verdicts] == [("unchecked", "entailment"), ("unchecked", "vision")]
    assert "broke down (TimeoutError)" in verdicts[0].reason


def test_every_verdict_of_the_entailment_layer_has_its_probability() -> None:
    verdict = judge("The maximum pressure is 8 bar.", (1, "The pressure must not exceed 8 bar"))
    assert verdict.layer == "entailment" and verdict.score is not None and 0.5 < verdict.score <= 1
    assert judge("The mix is 30:1.", (1, "Use a fuel mix of 20:1")).score is None
