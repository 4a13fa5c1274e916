"""What `exhibit doctor` says of the library's language."""

from pathlib import Path

from agent import settings
from agent.interfaces import checks
from tools.library.library import Library

GERMAN = (
    "Der Riemen wird alle 500 Stunden geprüft und bei Bedarf ersetzt. Vor jeder Arbeit ist der Hauptschalter "
    "auszuschalten und gegen Wiedereinschalten zu sichern. Das Getriebe fasst 4,2 Liter Öl, das nach 2000 Stunden "
    "gewechselt werden muss; dabei ist auch der Filter zu erneuern, sofern er nicht erst kürzlich eingesetzt wurde."
)
ENGLISH = "The belt is checked every 500 hours, and it is replaced where that is due. " * 5


def suggested(root: Path, text: str, **chosen: str) -> list[checks.Check]:
    (root / "manual.txt").write_text(text)
    with Library(root / "library", create=True) as library:
        library.add([root / "manual.txt"])
    return checks._language(settings.read(library=root / "library", **chosen))


def test_a_library_in_another_language_gets_a_suggestion_and_no_failure(tmp_path: Path) -> None:
    (line,) = suggested(tmp_path, GERMAN)
    assert line.ok and "minilm and extractive" in line.message
    assert "EXHIBIT_TEXT_ENCODER=sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2" in line.next_step


def test_an_english_library_gets_none(tmp_path: Path) -> None:
    assert suggested(tmp_path, ENGLISH) == []


def test_where_there_is_no_library_the_other_line_says_so(tmp_path: Path) -> None:
    assert checks._language(settings.read(library=tmp_path / "none")) == []


def test_a_few_words_are_of_no_language() -> None:
    assert checks.is_english(["Riemen Filter Antrieb"])
    assert not checks.is_english([GERMAN])
