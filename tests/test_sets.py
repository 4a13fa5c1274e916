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
