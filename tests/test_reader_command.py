"""python -m evals reader: both layouts, a table and a JSON file."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.__main__ import app
from evals.reader.command import COLUMNS
from tools.errors import SettingsError

TEXT = "Staff may carry over up to five days of leave. The canteen is on the first floor."


def run(*words: str) -> str:
    found = CliRunner().invoke(app, ["reader", *words], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    passage = {"title": "Handbook", "heading": "Leave", "text": TEXT}
    row = {"passages": [passage], "doc": "1", "source": "s", "kind": "span", "answers": []}
    asked = [
        {**row, "question": "How many days of leave may staff carry over?"},
        {**row, "question": "Who painted the ceiling of the chapel?"},
    ]
    asked[0]["answers"] = [{"passage": 0, "start": 27, "end": 36, "text": "five days"}]
    (tmp_path / "dev_s.jsonl").write_text("\n".join(map(json.dumps, asked)), "utf-8")
    return tmp_path


def test_rows(rows: Path, tmp_path: Path) -> None:
    run(str(rows), "--out", str(tmp_path / "found.json"))
    (found,) = json.loads((tmp_path / "found.json").read_text("utf-8")).values()
    assert set(COLUMNS) < set(found) and (found["answerable"], found["unanswerable"]) == (1, 1)
    assert all(0 <= found[name] <= 1 for name in COLUMNS)
    assert found["first"] == 1.0


def test_rankers_beside_the_reader(rows: Path) -> None:
    run(str(rows), "--compare", "--limit", "2")


def test_documents_and_claims(tmp_path: Path) -> None:
    passages = [{"key": 1, "heading": "Leave", "text": TEXT}]
    (tmp_path / "documents.jsonl").write_text(json.dumps({"id": "d1", "title": "Handbook", "passages": passages}))
    claim = {
        "document": "d1",
        "question": "How many days of leave may staff carry over?",
        "claim": "Five.",
        "kind": "x",
    }
    claim |= {"label": "supported", "citations": [{"key": 1, "quote": TEXT.split(". ")[0]}]}
    (tmp_path / "claims.jsonl").write_text(json.dumps(claim))
    run(str(tmp_path), "--out", str(tmp_path / "found.json"))
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))["claims.jsonl"]
    assert found["among_said"] == 1.0 and found["unanswerable"] == 1


def test_an_empty_folder_says_what_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no questions"):
        run(str(tmp_path))
