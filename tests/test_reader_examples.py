"""Rows and written claims read as questions, and their answers found among the units."""

import json
from pathlib import Path

import pytest

from evals.reader.examples import Example, GoldAnswer, labels, rows, statements, written
from tools.language.blocks import units
from tools.library.encode.answers import PassageText

TABLE = "Values\n\n| Size | Torque (N·m) |\n|---|---|\n| M8 | 22 |\n| M10 | 48 |"
PROSE = "The tank behind the seat of the driver holds\nonly 4.5 litres. It is filled at the back."

TANK = "The tank behind the seat of the driver holds only 4.5 litres."


def example(text: str, quote: str, short: bool = True) -> Example:
    at = text.index(quote)
    return Example("?", (PassageText("", "", text),), (GoldAnswer(0, at, at + len(quote), short),), "d", "k")


def said(one: Example) -> list[tuple[str, str | None]]:
    found = []
    for label in labels(one):
        text = units(one.passages[label.passage].text)[label.unit].text
        found.append((text, text[label.span[0] : label.span[1]] if label.span else None))
    return found


def test_a_cell_is_its_row_and_its_value_with_the_unit_of_the_header() -> None:
    assert said(example(TABLE, "48")) == [("Size: M10 | Torque (N·m): 48 N·m", "48 N·m")]


def test_a_span_over_a_line_end_stands_in_the_joined_sentence() -> None:
    assert said(example(PROSE, "holds\nonly 4.5 litres")) == [(TANK, "holds only 4.5 litres")]


def test_an_answer_over_two_sentences_is_both_units() -> None:
    assert [text for text, _ in said(example(PROSE, PROSE, short=False))] == [
        TANK,
        "It is filled at the back.",
    ]
    assert all(span is None for _, span in said(example(PROSE, PROSE, short=False)))


def test_two_answers_in_one_unit_leave_the_span_open() -> None:
    text = "Bolts M8 and M10."
    one = Example("?", (PassageText("", "", text),), (GoldAnswer(0, 6, 8, True), GoldAnswer(0, 13, 16, True)), "d", "k")
    assert said(one) == [("Bolts M8 and M10.", None)]


def test_a_row_of_a_file(tmp_path: Path) -> None:
    passage = {"title": "T", "heading": "H", "text": PROSE}
    row = {"question": "How much?", "passages": [passage], "doc": "7", "source": "s", "kind": "number"}
    row["answers"] = [{"passage": 0, "start": 15, "end": 18, "text": "nd "}]
    (tmp_path / "dev_s.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    (one,) = rows(tmp_path / "dev_s.jsonl")
    assert one == Example("How much?", (PassageText("T", "H", PROSE),), (GoldAnswer(0, 15, 18, True),), "7", "s:number")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    passages = [{"key": 4, "heading": "Tank", "text": PROSE}, {"key": 5, "heading": "", "text": "Nothing."}]
    document = {"id": "d1", "title": "Pump", "passages": passages}
    cites = [{"key": 4, "quote": "It is filled at the back."}]
    claims = [
        {"question": "Where?", "claim": "At the back.", "label": "supported", "kind": "paraphrase"},
        {"question": "Where?", "claim": "At the front.", "label": "not", "kind": "wrong"},
        {"question": "Why?", "claim": "For fun.", "label": "not", "kind": "unanswered"},
        {"question": "When?", "claim": "In May.", "label": "not", "kind": "wrong_date"},
    ]
    (tmp_path / "documents.jsonl").write_text(json.dumps(document), "utf-8")
    lines = [json.dumps({**claim, "document": "d1", "citations": cites}) for claim in claims]
    (tmp_path / "claims.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def test_what_true_claims_cite_answers_and_a_doubtful_question_is_left_out(folder: Path) -> None:
    found = {one.question: one for one in written(folder)}
    assert set(found) == {"Where?", "Why?"}
    assert said(found["Where?"]) == [("It is filled at the back.", None)]
    assert found["Why?"].answers == () and len(found["Why?"].passages) == 2
    assert written(folder, "all", folder / "claims.jsonl") == written(folder)


def test_a_true_claim_is_a_question_whether_it_is_so(folder: Path) -> None:
    (one,) = statements(folder)
    assert one.question == "At the back?" and said(one) == [("It is filled at the back.", None)]
