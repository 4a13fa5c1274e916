import hashlib
import json
from pathlib import Path

import pytest

from evals import pages, suites
from tools.library.evidence import Hit, Passage, Region


def hit(source: str, *on: int, rank: int = 1) -> Hit:
    sha = hashlib.sha256(source.encode()).hexdigest()
    regions = tuple(Region(page=page, boxes=((0, 0, 1, 1),)) for page in on)
    return Hit(item=Passage(id=f"{source}{on}", source_id=sha, text="t", regions=regions), rank=rank)


def test_pages_come_in_the_order_of_the_hits_each_once() -> None:
    found = pages.pages_of([hit("a", 3, 4), hit("b", 1), hit("a", 4, 5)])
    names = {hashlib.sha256(name.encode()).hexdigest(): name for name in "ab"}
    assert [(names[source], page) for source, page in found] == [("a", 3), ("a", 4), ("b", 1), ("a", 5)]


def test_only_questions_that_can_be_scored_are_asked(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "question": "1", "doc": "a.txt", "answer": "x", "gold_pages": [1]},
        {"id": "2", "question": "2", "doc": "a.txt", "answer": "x", "gold_pages": [], "answerable": False},
        {"id": "3", "question": "3", "doc": "a.txt", "answer": "x", "gold_pages": [2], "page_ok": False},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (only,) = pages.questions(suites.load(tmp_path))
    assert only.id == "1"


def test_a_set_is_scored_leg_by_leg(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """One of two questions asks for what stands in its document: 50 % by words."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    rows = [
        {"id": "1", "answer": "4.2", "question": "Oil in the gearbox?", "doc": "docs/a.txt", "gold_pages": [1]},
        {"id": "2", "answer": "", "question": "Zyzzyva?", "doc": "docs/a.txt", "gold_pages": [7]},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert pages.main([str(tmp_path), "--library", str(tmp_path / "library")]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.strip("│ ").startswith("all "))
    assert " 2 " in line and "50 / 50" in line
