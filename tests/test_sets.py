"""Folders of labelled claims, as they come."""

import gzip
import json
from pathlib import Path

import pytest

from evals.validator.sets import pairs, read
from tools.errors import SettingsError


def write(path: Path, *rows: dict[str, object]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def test_both_kinds_of_file_and_of_label(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", {"claim": "x", "evidence": "y", "label": "supported"})
    write(
        tmp_path / "b.jsonl.gz",
        {"claim": "x", "evidence": "y", "label": "partial"},
        {"claim": "x", "evidence": "z", "label": 1},
    )
    found = read(tmp_path)
    assert {name: [row.supported for row in rows] for name, rows in found.items()} == {"a": [True], "b": [False, True]}


def test_pairs_are_those_named_or_else_the_same_claim_with_both_labels(tmp_path: Path) -> None:
    write(
        tmp_path / "named.jsonl",
        {"claim": "x", "evidence": "1", "label": "supported", "pair": "p"},
        {"claim": "y", "evidence": "1", "label": "not", "pair": "p"},
        {"claim": "z", "evidence": "1", "label": "not", "pair": "q"},
    )
    write(
        tmp_path / "free.jsonl",
        {"claim": "x", "evidence": "1", "label": "supported"},
        {"claim": "y", "evidence": "1", "label": "supported"},
        {"claim": "X", "evidence": "2", "label": "not"},
    )
    found = read(tmp_path)
    assert list(pairs(found["named"])) == [[0, 1]]
    assert list(pairs(found["free"])) == [[0, 2]]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no claims"):
        read(tmp_path)
    write(tmp_path / "a.jsonl", {"claim": "x", "label": "not"})
    with pytest.raises(SettingsError, match="line 1 has no evidence"):
        read(tmp_path)


def written(folder: Path, **claim: object) -> None:
    text = "Limits in bar.\n| Line | Limit |\n|---|---|\n| A | 40 |\nFootnote: cold."
    passages = [
        {"key": 1, "heading": "1 Pump", "text": "The pump is red."},
        {"key": 3, "heading": "2 Limits", "text": text},
    ]
    write(folder / "documents_x.jsonl.gz", {"id": "d", "title": "Manual", "passages": passages})
    row = {"document": "d", "question": "What limit?", "claim": "Line A may reach 40 bar.", "label": "supported"}
    cited = {"kind": "table_cell", "pair": "d-p1", "citations": [{"key": 3, "quote": "| A | 40 |"}]}
    write(folder / "claims_x.jsonl", {**row, **cited, **claim})


def test_claims_beside_their_documents(tmp_path: Path) -> None:
    written(tmp_path)
    (row,) = read(tmp_path)["written"]
    assert (row.question, row.title, row.kind, row.pair, row.document) == (
        "What limit?",
        "Manual",
        "table_cell",
        "d-p1",
        "d",
    )
    assert list(row.items) == [3]  # the label holds of what is cited alone
    item = row.items[3]
    assert item.kind == "table" and item.caption == "Limits in bar." and item.heading == "2 Limits"
    assert row.citations[0].quote in item.text and "Footnote: cold." in item.text
    assert row.evidence.startswith("Manual\n2 Limits\n")


def test_claims_that_cite_nothing_there_are_named(tmp_path: Path) -> None:
    written(tmp_path, citations=[{"key": 2, "quote": "x"}])
    with pytest.raises(SettingsError, match="cites passage 2"):
        read(tmp_path)
    written(tmp_path, document="e")
    with pytest.raises(SettingsError, match="no document e"):
        read(tmp_path)


def test_splits_are_by_document_and_do_not_overlap(tmp_path: Path) -> None:
    rows = [{"claim": "x", "evidence": "y", "label": "not", "document": f"d{n}"} for n in range(500)]
    write(tmp_path / "a.jsonl", *rows)
    found = {
        split: {row.document for row in read(tmp_path, split=split)["a"]}
        for split in ("fit", "calibration", "development")
    }
    assert found["fit"] | found["development"] == {f"d{n}" for n in range(500)}
    assert not found["fit"] & found["development"] and found["calibration"] < found["fit"]
    assert 0.35 < len(found["development"]) / 500 < 0.45 and 0.15 < len(found["calibration"]) / 500 < 0.25
    with pytest.raises(SettingsError, match="no split"):
        read(tmp_path, split="other")
