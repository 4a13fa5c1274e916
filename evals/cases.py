"""Cases of a suite: a question, what a right answer holds, and where it has to point. Asked, and judged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from agent.answer import Answer
from agent.assistant import Assistant, new_thread


class Case(BaseModel):
    """One line of cases.jsonl. `image` is relative to the suite, `source` to its library folder; pages from 1.

    `source` is "api" where the answer comes from an API. `turns` are the questions asked before, in order.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    image: str | None = None
    turns: tuple[str, ...] = ()
    answer: str = ""
    must_contain: tuple[str, ...] = ()
    source: str | None = None
    pages: tuple[int, ...] = ()
    tool: str = ""
    kind: str = ""
    answerable: bool = True


@dataclass(frozen=True)
class Judged:
    """A case that was asked. `right`: it says what it must and every claim it needs points at the gold place;
    for an unanswerable one, it was refused."""

    case: Case
    answer: Answer
    says_it: bool
    points_there: bool

    @property
    def right(self) -> bool:
        if not self.case.answerable:
            return self.answer.status == "not_found"
        return self.says_it and self.points_there


def read(path: Path) -> list[Case]:
    """The cases of a JSONL file; a line that is none is an error that names it."""
    lines = path.read_text("utf-8").splitlines()
    return [Case.model_validate_json(line) for line in lines if line.strip()]


def run(assistant: Assistant, cases: Sequence[Case], suite: Path) -> Iterator[Judged]:
    """Each case in a conversation of its own, unless it goes on from a case that was just asked."""
    threads: dict[tuple[str, ...], str] = {}
    for case in cases:
        thread = threads.get(case.turns) or _prepare(assistant, case, cases, suite)
        image = suite / case.image if case.image else None
        answer = assistant.ask(case.question, image=image, thread=thread)
        threads[(*case.turns, case.question)] = thread
        yield judge(case, answer)


def _prepare(assistant: Assistant, case: Case, cases: Sequence[Case], suite: Path) -> str:
    """A new conversation in which the earlier turns were asked, with the pictures they had."""
    thread = new_thread()
    pictures = {other.question: other.image for other in cases if other.image}
    for turn in case.turns:
        image = pictures.get(turn)
        assistant.ask(turn, image=suite / image if image else None, thread=thread)
    return thread


def judge(case: Case, answer: Answer) -> Judged:
    said = " ".join(answer.text.replace("\u202f", " ").replace("\xa0", " ").lower().split())
    says_it = all(part.lower() in said for part in case.must_contain)
    return Judged(case, answer, says_it, any(_is_gold(case, place) for v in answer.verdicts for place in v.places))


def _is_gold(case: Case, place) -> bool:
    if case.source == "api":
        return place.uri.startswith("http") and not place.regions
    pages = {region.page for region in place.regions}
    return place.uri.endswith(f"/{case.source}") and (not case.pages or bool(pages & set(case.pages)))
