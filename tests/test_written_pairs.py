"""Written claims as training pairs: split by document, true beside false, the premise as the validator writes it."""

import json
from pathlib import Path
from random import Random

import pytest

from evals.training.entailment import written_pairs
from evals.validator import sets

TABLE = "| Line | Limit |\n|---|---|\n| A | 40 bar |\n| B | 60 bar |"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents, claims = [], []
    for name in (f"d{n}" for n in range(60)):
        passages = [
            {"key": 1, "heading": "1 Limits", "text": TABLE},
            {"key": 2, "heading": "2 Pump", "text": "The pump of Aral is red."},
        ]
        documents.append({"id": name, "title": "Manual", "passages": passages})
        for claim, label, kind in (
            ("Line A bears up to 40 bar.", "supported", "bound"),
            ("Line A bears up to 60 bar.", "not", "wrong_number"),
        ):
            row = {"document": name, "question": "How much does A bear?", "claim": claim, "label": label, "kind": kind}
            claims.append(row | {"pair": f"{name}-p1", "citations": [{"key": 1, "quote": "| A | 40 bar |"}]})
        cited = {"citations": [{"key": 2, "quote": "The pump of Aral is red."}]}
        claims.append({"document": name, "claim": "It is red.", "label": "supported", "kind": "anaphora", **cited})
    (tmp_path / "documents.jsonl").write_text("\n".join(map(json.dumps, documents)))
    (tmp_path / "claims.jsonl").write_text("\n".join(map(json.dumps, claims)))
    return tmp_path


def test_nothing_of_development_or_calibration_is_trained_on(folder: Path) -> None:
    documents = {row.document for row in written_pairs.read(folder)}
    assert documents == {f"d{n}" for n in range(60) if sets.hashed(f"d{n}") % 5 < 2}


def test_the_premise_has_question_title_heading_and_rows(folder: Path) -> None:
    row = sets.read(folder)["written"][0]
    text = written_pairs.text(row)
    assert text.startswith("How much does A bear? ¶ Manual > 1 Limits ¶ ")
    assert "Line: A" in text and "40 bar" in text


def test_pairs_stand_in_one_group_with_their_finer_labels(folder: Path) -> None:
    found = list(written_pairs.draw(sets.read(folder)["written"], Random(1)))
    first = [
        pair for pair in found if pair.group == "written:d0-p1" and not pair.kind.endswith(("edited", "elsewhere"))
    ]
    assert [pair.label for pair in first] == ["supported", "contradicted"]
    elsewhere = [pair for pair in found if pair.kind == "written:elsewhere"]
    assert elsewhere and {pair.label for pair in elsewhere} == {"unsupported"}
    assert all(("red" in pair.evidence) != pair.claim.endswith("red.") for pair in elsewhere)
    edited = [pair for pair in found if pair.kind == "written:edited"]
    assert edited and all(
        pair.label == "contradicted" and pair.claim != "Line A bears up to 40 bar." for pair in edited
    )


def test_what_needs_its_heading_keeps_it(folder: Path) -> None:
    rows = [row for row in sets.read(folder)["written"] if row.kind == "anaphora"]
    found = [pair for pair in written_pairs.draw(rows, Random(2)) if pair.kind == "written:anaphora"]
    assert all(pair.evidence.startswith("Manual > 2 Pump ¶ ") for pair in found)
