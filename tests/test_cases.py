"""The suite's own judge: what it calls right must be right."""

from pathlib import Path

import pytest

from agent.answer import Answer, Citation, Claim, Place, Verdict
from evals import cases
from evals.cases import Case, judge
from evals.demo import DEMO, SUITE
from tests.conftest import SAMPLE
from tools.library.evidence import Region

CASE = Case(id="1", question="?", must_contain=("48",), source="manual/m.pdf", pages=(14,))


def answer(text: str, uri: str, page: int | None, status: str = "answered") -> Answer:
    regions = (Region(page=page, boxes=((0, 0, 1, 1),)),) if page else ()
    claim = Claim(text=text, citations=(Citation(key=1, quote=text),))
    place = Place(key=1, title="t", uri=uri, regions=regions)
    verdict = Verdict(claim=claim, status="supported", reason="", layer="quotes", places=(place,))
    shown = () if status == "not_found" else (verdict,)
    return Answer(question="?", status=status, verdicts=shown, answered_by="x", thread="t", seconds=0)


@pytest.mark.parametrize(
    ("said", "right"),
    [
        (answer("48 N·m", "/x/manual/m.pdf", 14), True),
        (answer("48 N·m", "/x/manual/m.pdf", 15), False),
        (answer("48 N·m", "/x/other/m.pdf", 14), False),
        (answer("30 N·m", "/x/manual/m.pdf", 14), False),
        (answer("48", "", None, "not_found"), False),
    ],
)
def test_right_is_the_right_words_at_the_right_place(said: Answer, right: bool) -> None:
    assert judge(CASE, said).right is right


def test_an_unanswerable_case_is_right_only_when_refused() -> None:
    none = CASE.model_copy(update={"answerable": False})
    assert judge(none, answer("48", "", None, "not_found")).right
    assert not judge(none, answer("48 N·m", "/x/manual/m.pdf", 14)).right


def test_an_apis_answer_is_at_its_url() -> None:
    api = CASE.model_copy(update={"source": "api"})
    assert judge(api, answer("48", "http://127.0.0.1/parts/1", None)).right
    assert not judge(api, answer("48", "/x/manual/m.pdf", 14)).right


def test_the_samples_cases_name_files_that_exist() -> None:
    todo = cases.read(SUITE / "cases.jsonl")
    assert len(todo) >= 40 and len({case.id for case in todo}) == len(todo)
    assert sum(not case.answerable for case in todo) >= 8
    for case in todo:
        assert case.image is None or (SUITE / case.image).is_file()
        assert case.source in (None, "api") or (SAMPLE / case.source).is_file()
    assert [case.kind for case in todo[:DEMO]] == [
        "text", "table", "figure", "photo", "follow_up", "api", "unanswerable",
    ]  # fmt: skip


def test_a_broken_line_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text('{"id": "1"}\n')
    with pytest.raises(ValueError, match="question"):
        cases.read(tmp_path / "cases.jsonl")
