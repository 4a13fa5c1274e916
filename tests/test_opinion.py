"""A second opinion counts for what it was measured to be worth, and no more."""

from collections.abc import Sequence

import pytest

from agent.answer import Citation, Claim, Verdict
from agent.validator.opinion import Asked, Opinion, Opinions, weighed

CLAIM = Claim(text="The pump runs at night.", citations=(Citation(key=1, quote="x"),))
OPEN = Verdict(claim=CLAIM, status="unconfirmed", reason="Not sure.", decided="reading", score=0.5)


def opinions(yes: float, no: float) -> Opinions:
    def ask(asked: Sequence[Asked]) -> Sequence[Opinion]:
        return [Opinion("yes") for _ in asked]

    return Opinions("a model", ask, {"yes": yes, "no": no})


@pytest.mark.parametrize(
    ("answer", "worth", "status", "score"),
    [
        ("yes", 4.0, "supported", 0.8),  # even odds times 4: 4 to 1
        ("no", 4.0, "unsupported", 0.2),
        ("yes", 1.5, "unconfirmed", 0.6),
        ("cannot tell", 4.0, "unconfirmed", 0.5),
    ],
)
def test_by_hand(answer: str, worth: float, status: str, score: float) -> None:
    found = weighed(OPEN, Opinion(answer, "at night"), opinions(worth, 1 / worth), 0.7, 0.3)  # type: ignore[arg-type]
    assert (found.status, found.decided, found.score) == (status, "opinion", pytest.approx(score))
    assert "a model, asked," in found.reason
