"""What is said of a picture: one label or caption sentence says it, or only looking again tells."""

import pytest

from agent.answer import Citation, Claim, Verdict
from agent.validator import Seen, validate
from evals.validator import untitled
from tools.library.evidence import Figure

CHART = Figure(
    id="f", source_id="0" * 64, image="0" * 64, heading="Results",
    caption="Figure 2. Sales of the north and the south.", ocr_text="North 31\nSouth 22\nTotal cost 40 EUR", regions=(),
)  # fmt: skip


def check(text: str, seen: str = "", answer: Seen | None = None, question: str = "") -> tuple[Verdict, list[str]]:
    asked: list[str] = []

    def look(figure: Figure, claim: str) -> Seen:
        asked.append(claim)
        return answer or "cannot tell"

    claim = Claim(text=text, citations=(Citation(key=1),))
    readings = {1: seen} if seen else {}
    (verdict,) = validate(
        [claim], {1: CHART}, untitled, question=question, seen=readings, look=look if answer else None
    )
    return verdict, asked


def test_what_one_label_says_is_supported() -> None:
    verdict, _ = check("Total cost 40 EUR")
    assert (verdict.status, verdict.decided) == ("supported", "picture")


def test_words_from_anywhere_in_the_picture_prove_nothing() -> None:
    verdict, _ = check("North sales were lower than south sales.")
    assert verdict.status == "unconfirmed"


def test_a_number_that_the_lettering_gives_otherwise() -> None:
    verdict, _ = check("The total cost is 90 EUR.")
    assert (verdict.status, verdict.decided) == ("contradicted", "picture")


@pytest.mark.parametrize(
    ("answer", "status"), [("yes", "supported"), ("no", "contradicted"), ("cannot tell", "unconfirmed")]
)
def test_looking_again_decides(answer: Seen, status: str) -> None:
    verdict, asked = check("The lever is red.", answer=answer)
    assert (verdict.status, asked) == (status, ["The lever is red."])


def test_a_claim_with_a_pronoun_is_looked_at_with_its_question() -> None:
    _, asked = check("It is red.", answer="yes", question="What colour is the lever?")
    assert asked == ["It is red. (It answers: What colour is the lever?)"]


def test_without_eyes_it_is_unconfirmed_and_shown_whole() -> None:
    verdict, _ = check("The lever is red.")
    assert (verdict.status, verdict.decided, len(verdict.places)) == ("unconfirmed", "picture", 1)


def test_a_difference_is_computed_from_what_was_read() -> None:
    verdict, _ = check("The gap is 1,337 units.", seen="The red bar is at 4,102, the blue bar at 2,765.")
    assert (verdict.status, verdict.reason) == (
        "supported", "Computed from what was read in the picture of source [1]: 4,102 − 2,765."
    )  # fmt: skip
    assert (
        check("The gap is 1,437 units.", seen="The red bar is at 4,102, the blue bar at 2,765.")[0].status
        != "supported"
    )
