"""Documents written as files, indexed whole and in halves, and asked about through the assistant."""

from pathlib import Path

from evals.reader import documents
from evals.reader.examples import Example, GoldAnswer
from tools.library.encode.answers import PassageText

PUMP = PassageText("RK-220 pump manual", "5 Care > 5.1 Oil", "The gearbox of the RK-220 takes 14 litres of oil.")
LEAVE = PassageText("Staff handbook", "Leave", "Staff may carry over up to five days of leave.")


def example(document: str, passage: PassageText, question: str) -> Example:
    return Example(question, (passage,), (GoldAnswer(0, 0, len(passage.text)),), document, "written")


OIL = example("pump", PUMP, "How much oil does the gearbox of the RK-220 take?")
DAYS = example("leave", LEAVE, "How many days of leave may staff carry over?")


def test_a_document_is_a_file_with_its_headings(tmp_path: Path) -> None:
    (path,) = documents.write(tmp_path / "new", {"pump": OIL})
    assert path.name == "pump.md"
    assert path.read_text("utf-8") == f"# RK-220 pump manual\n\n## 5 Care\n\n### 5.1 Oil\n\n{PUMP.text}\n"


def test_every_document_is_in_one_half() -> None:
    one, other = documents.halves([OIL, DAYS, OIL])
    assert one == {"leave"} and other == {"pump"}


def test_asked_where_it_is_and_where_it_is_not(tmp_path: Path) -> None:
    found = documents.run([OIL, DAYS], tmp_path, lambda done, total, name: None)
    assert [one.answerable for one in found] == [True, True, False, False]
    assert found[0].said and found[0].said[0]
    assert not any(any(one.said) for one in found[2:])  # what is said there is not what answers
