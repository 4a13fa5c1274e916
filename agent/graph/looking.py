"""Pictures read by a model that sees: each alone, with the question; what was read is remembered."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from langgraph.runtime import Runtime

from agent.answer import Verdict
from agent.events import Looking
from agent.graph import evidence
from agent.graph.state import RuntimeContext, State
from agent.validator import Looks, Seen
from tools.errors import ModelNonsense, NotInLibrary, UnreadableFile
from tools.library.evidence import Figure

LOOKS_PER_CALL = 2
"""Figures of one call that a seeing model reads, best first: each costs a model call."""
UNREAD = (ModelNonsense, UnreadableFile, NotInLibrary)
"""What keeps one picture from being read, and is no reason to give up the turn."""
OWN_PICTURE = "(the person's own picture)"
"""Stands where a figure's caption would, among what was read in pictures."""


class OwnPicture(NamedTuple):
    """What the person's own picture shows, and what kept it from being read."""

    text: str = ""
    notes: tuple[str, ...] = ()


def read_own(image: str | None, question: str, runtime: Runtime[RuntimeContext]) -> OwnPicture:
    """Reads the person's picture, where there is one and the model sees. `image` is its SHA-256 in the library."""
    context = runtime.context
    if not image or not context.model.sees:
        return OwnPicture()

    def describe() -> str:
        return context.model.describe(context.library.picture(image), question)

    runtime.stream_writer(Looking(key=0))
    try:
        return OwnPicture(context.observations.read(image, question, OWN_PICTURE, context.model.name, describe))
    except UNREAD as problem:
        return OwnPicture(notes=(f"Your picture was not read: {problem.message}",))


def unread_figures(state: State, context: RuntimeContext) -> dict[int, Figure]:
    """The best figures of the last call that this question was not read in; empty where the model cannot see."""
    if not (context.model.sees and context.look):
        return {}
    keys = state["calls"][-1].keys
    found = evidence.items([one for one in state["ledger"] if one.key in keys], context.library)
    figures = [(key, found.get(key)) for key in keys if key not in state["looked"]]
    return dict([(key, item) for key, item in figures if isinstance(item, Figure)][:LOOKS_PER_CALL])


def read_figure(figure: Figure, question: str, context: RuntimeContext) -> str:
    """What the figure shows of the question."""

    def look() -> str:
        return context.model.look(context.library.picture(figure.image), question, figure.caption)

    return context.observations.read(figure.image, question, figure.caption, context.model.name, look)


def second_look(context: RuntimeContext) -> Looks | None:
    """What asks the model whether a picture shows a claim; None where it cannot see."""
    if not (context.look and context.model.sees):
        return None

    def look(figure: Figure, claim: str) -> Seen:
        def confirm() -> str:
            return context.model.confirm(context.library.picture(figure.image), claim)

        name = context.model.name
        return cast(Seen, context.observations.read(figure.image, f"Is it so: {claim}", "", name, confirm))

    return look


def unseen_is_unsupported(verdict: Verdict, seen: Mapping[int, str]) -> Verdict:
    """A claim about what a picture shows, where no model has seen that in it, has no source at all."""
    pictures = [citation.key for citation in verdict.claim.citations if citation.quote == ""]
    blind = [key for key in pictures if not seen.get(key)]
    if verdict.status != "unchecked" or not blind:
        return verdict
    reason = f"Nobody has read this in the picture of source [{blind[0]}]."
    return verdict.model_copy(update={"status": "unsupported", "layer": "vision", "reason": reason, "places": ()})


def alike_is_unchecked(verdict: Verdict, state: State) -> Verdict:
    """A claim about the person's picture that rests on a figure which looks like it: the figure's words are there, but
    nobody checked that both show the same thing, and the reader must know."""
    alike = {one.key for one in state["ledger"] if one.tool == "search_by_image"}
    cited = {citation.key for citation in verdict.claim.citations}
    if not state["image"] or verdict.status != "supported" or not cited <= alike:
        return verdict
    reason = "The source's picture looks like yours; whether both show the same thing, nobody has looked."
    return verdict.model_copy(update={"status": "unchecked", "layer": "vision", "reason": reason})
