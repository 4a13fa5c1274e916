"""What kind of thing is asked, by examples, in the space of the embedded text encoder."""

import pytest

from agent.llm.intents import intent
from tools.library.library import Library


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("which pdfs do you know?", "library"),
        ("How many pages has the service manual?", "library"),
        ("hi there", "library"),
        ("Please summarise chapter 7", "summary"),
        ("Give me a short summary of the chapter on safety", "summary"),
        ("What torque goes on the oil drain plug?", "content"),
        ("How many hours are paid for changing the coupling?", "content"),
        ("Show me the wiring diagram.", "content"),
        ("And the filler plug?", "content"),
    ],
)
def test_examples_decide(library: Library, question: str, kind: str) -> None:
    assert intent(question, library.similarity) == kind


def test_a_space_in_which_all_is_near_still_tells_kinds_apart() -> None:
    def near(text: str, others: list[str]) -> list[float]:
        return [0.95 if other.startswith("How do I change") else 0.9 for other in others]

    assert intent("How is the belt changed?", near) == "content"  # type: ignore[arg-type]
