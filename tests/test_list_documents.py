"""The catalogue's reply: how many documents, and a line for each that the words name."""

from pathlib import Path

from tools import list_documents
from tools.library.library import Library
from tools.tool import Context


def test_all_documents_are_counted_and_named(library: Library) -> None:
    lines = list_documents.tell(library, "").text.split("\n")
    assert lines == ["Documents in the library: 2", "a.txt, pages: 1", "Belt (b.md), pages: 1"]


def test_words_of_a_title_name_one(library: Library) -> None:
    (hit,) = list_documents.tool(library).run(list_documents.ListDocuments(words="How many pages has Belt?"), Context())
    assert hit.item.text == "Belt (b.md), pages: 1"


def test_its_record_changes_with_the_library(library: Library, tmp_path: Path) -> None:
    before = list_documents.tell(library, "").id
    assert list_documents.tell(library, "").id == before
    more = tmp_path / "c.txt"
    more.write_text("One more.")
    library.add([more])
    assert list_documents.tell(library, "").id != before
