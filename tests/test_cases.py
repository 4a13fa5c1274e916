from pathlib import Path

import pytest

from evals import cases, suites
from evals.cases import API, Case, Gold, SuiteError
from evals.demo import DEMO
from tests.conftest import SAMPLE


def test_the_samples_cases_name_files_that_exist() -> None:
    todo = suites.load("sample").cases
    assert len(todo) >= 40 and sum(not case.answerable for case in todo) >= 8
    for case in todo:
        assert case.image is None or (suites.SAMPLE / case.image).is_file()
        assert all(gold.source == API or (SAMPLE / gold.source).is_file() for gold in case.gold)
        assert bool(case.gold) is case.answerable
    assert [case.kind for case in todo[:DEMO]] == [
        "text", "table", "figure", "photo", "follow_up", "api", "unanswerable",
    ]  # fmt: skip


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    todo = (
        Case(id="1", question="Is 5 < 6 “so”?", gold=(Gold(source="a.pdf", pages=(2,)),)),
        Case(id="2", question="?"),
    )
    (tmp_path / "cases.jsonl").write_text(cases.lines(todo), "utf-8")
    assert cases.read(tmp_path / "cases.jsonl") == todo


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"id": "1"}\n', "line 1: question"),
        ('{"id": "1", "question": "?", "answr": "x"}\n', "line 1: answr"),
        ('{"id": "1", "question": "?"}\n\n{"id": "1", "question": "!"}\n', "line 3: there is a case '1'"),
        ("not JSON\n", "line 1"),
    ],
)
def test_a_broken_line_is_an_error_that_names_it(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "cases.jsonl").write_text(text)
    with pytest.raises(SuiteError, match=complaint):
        cases.read(tmp_path / "cases.jsonl")


def test_a_case_that_cannot_be_answered_has_no_right_answer() -> None:
    assert Case(id="1", question="?", answer="It does not say.", answerable=False).references == ()
    assert Case(id="1", question="?", answer="a", answers=("b", "c")).references == ("b", "c")
    assert Case(id="1", question="?").references == ()
