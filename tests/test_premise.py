"""What the entailment model reads beside a claim."""

from agent.validator.premise import WORDS, SourceText, premise

LONG = "\n".join(f"- Pump {n} is started by lever {n} before the valve of that line is opened." for n in range(40))


def test_question_title_heading_and_layout() -> None:
    text = "Voltage: 230 V\nLoad: 12 A\n\n| Size | Torque |\n|---|---|\n| M10 | 48 |"
    found = premise("It takes 230 V.", [SourceText("Manual", "Data", text)], "What voltage?")
    assert found == "What voltage? ¶ Manual > Data ¶ Voltage: 230 V ¶ Load: 12 A ¶ Size: M10 | Torque: 48"


def test_without_question_and_headings_it_is_the_text() -> None:
    assert premise("x", [SourceText("", "", "One line.\nAnother sentence.")]) == "One line. ¶ Another sentence."


def test_a_title_is_said_once() -> None:
    sources = [SourceText("Manual", "A", "one"), SourceText("Manual", "B", "two")]
    assert premise("x", sources) == "Manual > A ¶ one ¶ B ¶ two"


def test_long_evidence_is_cut_to_what_bears_on_the_claim() -> None:
    for words in (WORDS, 70):
        found = premise("Lever 33 starts pump 33.", [SourceText("", "", LONG)], words=words)
        assert "Pump 33 is" in found and len(found.split()) <= words + found.count("¶")


def test_a_list_item_brings_its_head() -> None:
    text = "Do not:\n- smoke near the tank\n\n" + "\n".join(
        f"Other line number {n} says nothing of it." for n in range(60)
    )
    assert premise("Smoke near the tank.", [SourceText("", "", text)], words=20).startswith("Do not: ¶ - smoke")
