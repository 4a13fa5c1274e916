"""What is said of a picture: told by its caption or lettering, by looking again, or not at all."""

import pytest
from agent.validator.vision import Seen

from agent.validator import vision
from agent.validator.decision import supports
from tools.library.evidence import Figure

SHA = "0" * 64
CHOKE = Figure(
    id="choke", source_id=SHA, image=SHA, caption="Figure 2. The choke lever, left of the air filter", regions=(),
    ocr_text="CHOKE 12 mm",
)  # fmt: skip


def never(figure: Figure, claim: str) -> Seen:
    raise AssertionError("there was no need to look")


def test_what_the_caption_says_needs_no_look() -> None:
    found = vision.check("Figure 2: The choke lever, left of the air filter.", [CHOKE], "source [5]", supports, never)
    assert (found.status, found.reason) == ("supported", "The caption or lettering of source [5] says so.")


def test_a_number_against_the_lettering_needs_no_look() -> None:
    found = vision.check("The choke lever of Figure 2 has 15 mm.", [CHOKE], "source [5]", supports, never)
    assert found.status == "contradicted"
    assert "15 mm" in found.reason and "12 mm" in found.reason


@pytest.mark.parametrize(
    ("seen", "status"), [("yes", "supported"), ("no", "contradicted"), ("cannot tell", "unchecked")]
)
def test_beyond_the_words_one_look_decides(seen: Seen, status: str) -> None:
    asked: list[tuple[Figure, str]] = []

    def look(figure: Figure, claim: str) -> Seen:
        asked.append((figure, claim))
        return seen

    assert vision.check("The handle is painted red.", [CHOKE], "source [5]", supports, look).status == status
    assert asked == [(CHOKE, "The handle is painted red.")]


def test_without_eyes_it_is_unchecked() -> None:
    found = vision.check("The handle is painted red.", [CHOKE], "source [5]", supports, None)
    assert (found.status, found.reason) == (
        "unchecked",
        "It tells what the picture of source [5] shows, and nobody has looked again.",
    )
