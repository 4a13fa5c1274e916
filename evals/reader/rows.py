"""The answerer that ships, shown the passages of a row as if the search had found them: what does it say?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.llm.protocol import Brief, Draft, Shown
from evals.console import OnProgress
from evals.reader.examples import Example
from evals.reader.scores import AnswerPlaces, ReaderOutcome
from tools.language import markdown

if TYPE_CHECKING:
    from agent.llm.protocol import ChatModel


def brief(example: Example) -> Brief:
    """The passages as evidence of this turn, in their order; nothing more may be searched."""
    shown = tuple(
        Shown(
            key=number,
            kind="table" if markdown.rows(passage.text) else "passage",
            title=passage.title,
            page=None,
            heading=passage.heading,
            text=passage.text,
            tool="search_text",
            rank=number,
        )
        for number, passage in enumerate(example.passages, 1)
    )
    return Brief(question=example.question, evidence=shown, may_search=False, may_give_up=True)


def run(examples: Sequence[Example], model: "ChatModel", on_progress: OnProgress) -> list[ReaderOutcome]:
    found = []
    for number, example in enumerate(examples):
        on_progress(number, len(examples), example.question)
        found.append(ask(example, model))
    return found


def ask(example: Example, model: "ChatModel") -> ReaderOutcome:
    draft = model.step(brief(example), ())
    claims = draft.claims if isinstance(draft, Draft) else ()
    places = AnswerPlaces(example)
    said = tuple(any(places.has(c.quote, c.key - 1) for c in claim.citations) for claim in claims)
    return ReaderOutcome(bool(example.answers), said)
