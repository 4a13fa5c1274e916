"""What the answer reader reads in one pass: every unit once, in order, within the limit."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.library.encode.answers.packing import LIMIT, MARK, PassageText, asked, tokenizer, units_of, windows

TABLE = "Tighten evenly.\n\n| Size | Torque (N·m) |\n|---|---|\n| M8 | 22 |\n| M10 | 48 |\n"
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=300)


def text_of(ids: tuple[int, ...]) -> str:
    return tokenizer().decode(list(ids), skip_special_tokens=False)


def test_question_then_title_and_heading_then_units_behind_marks() -> None:
    (window,) = windows("What torque?", [PassageText("Manual", "5 > Torque", TABLE)])
    assert text_of(window.ids) == (
        "[CLS] what torque? [SEP] manual > 5 > torque ¶ tighten evenly. ¶ size : m8 | torque ( n · m ) : 22 n · m "
        "¶ size : m10 | torque ( n · m ) : 48 n · m [SEP]"
    )
    assert window.types.count(0) == 5  # [CLS] what torque ? [SEP]
    assert [part.unit for part in window.parts] == [0, 1, 2]


def test_the_tokens_of_a_part_are_those_of_its_unit() -> None:
    passages = [PassageText("Manual", "", TABLE)]
    (window,), (units,) = windows("What torque?", passages), units_of(passages)
    part = window.parts[2]
    assert text_of(window.ids[part.first : part.last]).startswith("size : m10")
    assert window.ids[part.first - 1] == tokenizer().token_to_id(MARK)
    start, end = part.offsets[-4][0], part.offsets[-1][1]
    assert units[2].text[start:end] == "48 N·m"


def test_what_was_asked_before_stands_before_the_question() -> None:
    assert asked("And how often?", "How do I oil it?") == "How do I oil it? ¶ And how often?"
    assert asked("How often?") == "How often?"


def test_a_long_passage_is_read_in_several_windows_under_the_same_heading() -> None:
    text = " ".join(f"Sentence number {n} says something about the pump." for n in range(40))
    found = windows("Where?", [PassageText("Pump", "", text)])
    assert len(found) > 1
    assert [part.unit for window in found for part in window.parts] == list(range(40))
    assert all(text_of(window.ids).startswith("[CLS] where? [SEP] pump ¶") for window in found)


def test_passages_are_never_mixed_and_an_empty_one_has_no_window() -> None:
    found = windows("Who?", [PassageText("", "", "Ann."), PassageText("T", "H", ""), PassageText("", "", "Bob.")])
    assert [window.passage for window in found] == [0, 2]
    assert windows("Who?", []) == []


@given(WORDS, WORDS, WORDS, WORDS)
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_whole_or_cut_at_the_limit(question: str, title: str, heading: str, text: str) -> None:
    passages = [PassageText(title, heading, text)]
    found, (units,) = windows(question, passages), units_of(passages)
    assert [part.unit for window in found for part in window.parts] == list(range(len(units)))
    for window in found:
        assert len(window.ids) == len(window.types) <= LIMIT
        for part in window.parts:
            assert part.last - part.first == len(part.offsets)
            assert all(0 <= a <= b <= len(units[part.unit].text) for a, b in part.offsets)
