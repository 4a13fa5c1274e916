"""A model that plays a script: what the graph does with any model can be tested to the letter."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.answer import Citation, Claim
from agent.llm.protocol import ANSWER, Brief, ChatModel, Decision, Draft, OnClaim
from agent.validator import Asked, Opinion, Seen
from tools.tool import Tool


def claim(text: str, key: int, quote: str | None = None) -> Claim:
    return Claim(text=text, citations=(Citation(key=key, quote=quote or text),))


def call(action: str, **args) -> Decision:
    return Decision(thought="", action=action, args=args)


@dataclass
class Scripted(ChatModel):
    """`decisions` and `drafts` in order; the last of each is repeated for ever. `briefs` is what it was shown. Where
    it decides to answer, or may search no more, the step is its next draft; a draft of no claims says that all is
    missing."""

    decisions: list[Decision]
    drafts: list[tuple[Claim, ...]]
    sees: bool = False
    name: str = "scripted"
    briefs: list[Brief] = field(default_factory=list)
    confirms: Seen = "cannot tell"
    judges: bool = False
    looked: list[str] = field(default_factory=list)

    def check(self) -> None:
        pass

    def step(self, brief: Brief, tools: Sequence[Tool], on_claim: OnClaim = lambda claim: None) -> Decision | Draft:
        self.briefs.append(brief)
        if brief.may_search:
            decision = self.decisions.pop(0) if len(self.decisions) > 1 else self.decisions[0]
            if decision.action != ANSWER:
                return decision
        draft = self.drafts.pop(0) if len(self.drafts) > 1 else self.drafts[0]
        for claim in draft:
            on_claim(claim)
        return Draft(claims=draft, missing="" if draft else "all of it")

    def look(self, picture: bytes, question: str, caption: str) -> str:
        self.looked.append(caption)
        return f"It shows: {caption}"

    def describe(self, picture: bytes, question: str) -> str:
        self.looked.append(question)
        return "a picture"

    def confirm(self, picture: bytes, claim: str, about: str = "") -> Seen:
        self.looked.append(claim)
        return self.confirms

    def opinions(self, asked: Sequence[Asked]) -> Sequence[Opinion]:
        return [Opinion("cannot tell") for _ in asked]


SEARCH = call("search_text", query="oil")
DONE = call(ANSWER)
