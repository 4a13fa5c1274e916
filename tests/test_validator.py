"""The validator as a whole: the verdict a reader would want, and why."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from agent.answer import Citation, Claim, Place, Verdict
from agent.validator import Asked, Opinion, Opinions, Seen, Span, numbers, validate
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
        ("Use a fuel mix of 20:1.", (1, "")),  # the place is found
        ("Use a fuel mix of 20:1.", (1, "a mixture of 20:1 is to be used")),
        ("Fastener: Cylinder head bolts · Size: M10 · Torque: 48 N·m", (3, HEAD)),
        ("Fastener: Cylinder head bolts · Dry: 48 N·m · Oiled: 43 N·m", (4, COLUMN_HEAD)),
    ],
)
def test_supported(text: str, citation: tuple[int, str]) -> None:
    verdict = judge(text, citation)
    assert (verdict.status, verdict.places) == ("supported", (place(citation[0], ()),)), verdict.reason


@pytest.mark.parametrize(
    ("text", "citation"),
    [
        ("The mix is 30:1.", (1, "Use a fuel mix of 20:1")),
        ("Tighten the cylinder head bolts to 48 bar.", (3, HEAD)),
        ("Tighten the cylinder head bolts to 85 N·m.", (3, HEAD)),
        ("Fastener: Cylinder head bolts · Oiled: 48 N·m", (4, COLUMN_HEAD)),
        ("Polish the chrome weekly.", (7, "Wear gloves")),
        ("Open the tank while the engine is hot.", (1, "open the tank while the engine is hot")),
        ("Open the fuel valve.", (2, "open the fuel valve")),  # "Do not:" stands two lines above
        ("Connect the black cable to the plus pole and the red cable to the minus pole.",
         (1, "Connect the red cable to the plus pole and the black cable to the minus pole")),
        ("Torque the head bolts to 85 N·m.", (1, "Torque the head bolts to 48 N·m and the main bolts to 85 N·m")),
        ("Wear a hat.", (7, "Wear a hat")),
    ],
)  # fmt: skip
def test_not_supported(text: str, citation: tuple[int, str]) -> None:
    assert judge(text, citation).status != "supported"


def test_the_structure_decides_first() -> None:
    verdict = judge("Wear gloves.", (9, "Wear gloves"))
    assert (verdict.status, verdict.decided) == ("unsupported", "structure")
    assert verdict.reason == "There is no source [9] in this conversation."


def test_a_citation_moves_to_the_source_that_has_it() -> None:
    verdict = judge("Wear gloves.", (3, "Wear gloves"))
    assert (verdict.status, verdict.decided) == ("supported", "place")
    assert verdict.claim == claim("Wear gloves.", (7, "Wear gloves"))
    assert verdict.reason == "Source [7] says this, not source [3]."


def test_every_verdict_says_what_decided_and_how_sure_it_is() -> None:
    for text in ("The maximum pressure is 8 bar.", "The mix is 30:1.", "Polish the chrome weekly."):
        verdict = judge(text, (1, "Use a fuel mix of 20:1"))
        assert verdict.score is not None and 0 <= verdict.score <= 1 and verdict.reason.endswith(".")


def test_a_title_says_what_a_source_is_about() -> None:
    assert judge("Wear gloves with Manual 7.", (7, "Wear gloves")).status in ("supported", "unconfirmed")
    assert judge("Wear gloves with Manual 8.", (7, "Wear gloves")).status not in ("supported", "unconfirmed")


def test_what_breaks_is_no_pass_and_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(numbers, "check", broken)
    verdict = judge("Wear gloves.", (7, "Wear gloves"))
    assert (verdict.status, verdict.reason) == ("unconfirmed", "The check broke down (ZeroDivisionError).")


def test_one_claim_that_breaks_takes_no_other_with_it() -> None:
    def lost(key: int, spans: Sequence[Span]) -> Place:
        if key == 7:
            raise KeyError(key)
        return place(key, spans)

    claims = [claim("Wear gloves.", (7, "Wear gloves")), claim("Use a fuel mix of 20:1.", (1, ""))]
    assert [v.status for v in validate(claims, ITEMS, lost)] == ["unconfirmed", "supported"]


def test_places_get_the_spans_of_the_quote() -> None:
    seen: list[tuple[int, str]] = []

    def note(key: int, spans: Sequence[Span]) -> Place:
        seen.extend((key, ITEMS[key].text[span.start : span.end]) for span in spans)
        return place(key, spans)

    validate([claim("Wear gloves.", (7, "wear\ngloves."))], ITEMS, note)
    assert seen == [(7, "Wear gloves")]


def test_one_verdict_a_claim_in_order() -> None:
    texts = ["Wear gloves.", "Polish the chrome weekly.", "Wear gloves."]
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


class Chat:
    """A chat model that gives one opinion on everything, and keeps what it was asked."""

    def __init__(self, answer: Seen) -> None:
        self.answer, self.calls = answer, list[Sequence[Asked]]()

    def __call__(self, asked: Sequence[Asked]) -> Sequence[Opinion]:
        self.calls.append(asked)
        return [Opinion(self.answer, "avoid to open") for _ in asked]


UNSURE = [claim("The drain is best left shut.", (1, "")), claim("Lead the pipe away from the water.", (8, ""))]


def unsure() -> list[Claim]:
    """Those of UNSURE that the shipped decision leaves open."""
    verdicts = validate(UNSURE, ITEMS, place)
    return [one for one, verdict in zip(UNSURE, verdicts, strict=True) if verdict.status == "unconfirmed"]


@pytest.mark.parametrize(("answer", "status"), [("yes", "supported"), ("no", "unsupported")])
def test_a_chat_model_is_asked_once_about_all_that_is_open(answer: Seen, status: str) -> None:
    chat, claims = Chat(answer), unsure()
    assert claims, "nothing is open: choose other claims"
    opinions = Opinions("a model", chat, {"yes": 1e3, "no": 1e-3})
    sure = claim("Use a fuel mix of 20:1.", (1, "Use a fuel mix of 20:1."))
    verdicts = validate([*claims, sure], ITEMS, place, opinions=opinions)
    assert [v.status for v in verdicts] == [*[status] * len(claims), "supported"]
    assert [[one.claim for one in asked] for asked in chat.calls] == [[one.text for one in claims]]
    assert {v.decided for v in verdicts[:-1]} == {"opinion"}


def test_an_opinion_too_few_changes_nothing() -> None:
    opinions = Opinions("a model", lambda asked: (), {"yes": 1e3, "no": 1e-3})
    assert {v.status for v in validate(unsure(), ITEMS, place, opinions=opinions)} == {"unconfirmed"}
