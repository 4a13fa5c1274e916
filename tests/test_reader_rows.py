"""A row shown to an answerer as found evidence: what it quotes is right by place, not by words."""

from collections.abc import Sequence

from agent.answer import Citation, Claim
from agent.llm.protocol import Brief, ChatModel, Decision, Draft, OnClaim
from evals.reader import rows
from evals.reader.examples import Example, GoldAnswer
from evals.reader.scores import ReaderOutcome
from tools.library.encode.answers import PassageText
from tools.tool import Tool

PASSAGES = (
    PassageText("Pump", "Data", "It weighs 12 kg. It is red."),
    PassageText("Mill", "Data", "| Size | Torque |\n|---|---|\n| M8 | 22 |"),
)
WEIGHT = Example("How heavy?", PASSAGES, (GoldAnswer(0, 10, 15, True),), "d", "k")


class Quoting(ChatModel):
    """Says the quotes it was made with, (key, quote) each."""

    name = "quoting"

    def __init__(self, *quotes: tuple[int, str]) -> None:
        self.claims = tuple(Claim(text=quote, citations=(Citation(key=key, quote=quote),)) for key, quote in quotes)
        self.asked: list[Brief] = []

    def step(self, brief: Brief, tools: Sequence[Tool], on_claim: OnClaim = lambda claim: None) -> Decision | Draft:
        self.asked.append(brief)
        return Draft(claims=self.claims)


def test_the_passages_are_evidence_of_this_turn_in_their_order() -> None:
    found = rows.brief(WEIGHT)
    assert [(one.key, one.kind, one.rank, one.fresh) for one in found.evidence] == [
        (1, "passage", 1, True),
        (2, "table", 2, True),
    ]
    assert found.evidence[0].text == PASSAGES[0].text and not found.may_search


def test_what_is_said_is_right_where_it_stands_in_the_answer() -> None:
    said = Quoting((1, "It is red."), (1, "It weighs 12 kg."), (2, "It weighs 12 kg."))
    assert rows.ask(WEIGHT, said) == ReaderOutcome(True, (False, True, False))


def test_nothing_said_is_a_refusal_and_every_row_is_asked() -> None:
    none = Example("Who?", PASSAGES, (), "d", "k")
    silent, seen = Quoting(), []
    found = rows.run([WEIGHT, none], silent, lambda done, total, name: seen.append((done, total)))
    assert found == [ReaderOutcome(True, ()), ReaderOutcome(False, ())]
    assert [brief.question for brief in silent.asked] == ["How heavy?", "Who?"] and seen == [(0, 2), (1, 2)]
