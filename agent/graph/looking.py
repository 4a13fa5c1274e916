"""Pictures read by a model that sees: each alone, with the question; what was read is remembered."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple, cast

from langgraph.runtime import Runtime

from agent.answer import Verdict
from agent.events import Looking
from agent.graph import evidence
from agent.graph.state import RuntimeContext, State
from agent.llm import pictures
from agent.llm.protocol import Call
from agent.validator import Looks, Seen
from tools.errors import ModelError, NotInLibrary, UnreadableFile
from tools.language.words import terms
from tools.library.evidence import Figure, Part, Passage, Record
from tools.library.library import Library

LOOKS_PER_CALL = 2
"""Figures of one call that a seeing model reads, best first: each costs a model call."""
UNREAD = (ModelError, UnreadableFile, NotInLibrary)
"""What keeps one picture from being read, and is no reason to give up the turn: servers refuse single pictures. One
that is down says so at the next step."""
LOOK = "look"
"""The tool that reads a picture again; only a model that sees is offered it."""
LETTERS = ("A", "B", "C")
"""Mark the figures beside the person's own picture; Llama 3.2 Vision sees four tiles."""
SAME = "Of these pictures, the picture marked {letter} shows the same thing as the one without a letter."
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
        return OwnPicture()  # text-only: the picture can be searched with, and not read

    def describe() -> str:
        return context.model.describe(context.library.picture(image), question)

    runtime.stream_writer(Looking(key=0))
    try:
        return OwnPicture(context.observations.read(image, question, OWN_PICTURE, context.model.name, describe))
    except UNREAD as problem:
        return OwnPicture(notes=(f"Your picture was not read: {problem.message}",))


class Look(NamedTuple):
    """A picture to be read: the figure with this key, or the whole page that it, or something else, stands on."""

    key: int
    item: Part
    question: str
    page: bool = False


def to_read(state: State, context: RuntimeContext) -> list[Look]:
    """What the last call asks to be read: what `look` names, or the best figures that it found and that this turn did
    not read yet. Nothing where the model cannot see."""
    if not sees(context) or not state["calls"]:
        return []
    call = state["calls"][-1]
    found = evidence.items([one for one in state["ledger"] if one.key in call.keys], context.library)
    parts = [(key, item) for key in call.keys if (item := found.get(key)) and not isinstance(item, Record)]
    if call.tool == LOOK:
        page = bool(call.args.get("page"))
        return [Look(key, item, str(call.args["question"]), page or item.kind != "figure") for key, item in parts]
    question = _standalone(state, call)
    new = [Look(key, item, question) for key, item in parts if item.kind == "figure" and key not in state["looked"]]
    return new[:LOOKS_PER_CALL]


def sees(context: RuntimeContext) -> bool:
    """Whether pictures are read at all: the model can, and `look` is set."""
    return context.model.sees and context.look


def _standalone(state: State, call: Call) -> str:
    """A follow-up says "and in that chart?": what was searched for says which."""
    words = str(call.args.get("query") or call.args.get("words") or "")
    adds = terms(words) - terms(state["question"])  # where it adds nothing, the question stands alone
    return f"{state['question']} ({words})" if state["turns"] and adds else state["question"]


def read(look: Look, context: RuntimeContext) -> str:
    """What the picture shows of the question; "" where it shows nothing of it."""
    item, library = look.item, context.library
    caption = "" if isinstance(item, Passage) else item.caption

    def read_now() -> str:
        picture = library.picture(name) if figure else _page(item, library)
        return context.model.look(picture, look.question, caption)

    figure = isinstance(item, Figure) and not look.page
    name = item.image if figure else page_name(item.source_id, item.regions[0].page)  # type: ignore[union-attr]
    return context.observations.read(name, look.question, caption, context.model.name, read_now)


def page_name(source: str, page: int) -> str:
    """What a whole page is called among the pictures that were read."""
    return f"{source}#{page}"


def _page(item: Part, library: Library) -> bytes:
    """The whole page that an item stands on, as PNG."""
    image, _ = library.page_image(item.source_id, item.regions[0].page)
    return pictures.png(image)


def second_look(context: RuntimeContext) -> Looks | None:
    """What asks the model whether a picture shows a claim; None where it cannot see."""
    if not sees(context):
        return None

    def look(figure: Figure, claim: str) -> Seen:
        def confirm() -> str:
            about = "\n".join(part for part in (figure.heading, figure.caption) if part)
            return context.model.confirm(context.library.picture(figure.image), claim, about)

        name = context.model.name
        try:
            return cast(Seen, context.observations.read(figure.image, f"Is it so: {claim}", "", name, confirm))
        except UNREAD:
            return "cannot tell"

    return look


def unseen_is_unsupported(verdict: Verdict, seen: Mapping[int, str]) -> Verdict:
    """A claim about what a picture shows, where no model has seen that in it, has no source at all."""
    pictures = [citation.key for citation in verdict.claim.citations if citation.quote == ""]
    blind = [key for key in pictures if not seen.get(key)]
    if verdict.status != "unchecked" or not blind:
        return verdict
    reason = f"Nobody has read this in the picture of source [{blind[0]}]."
    return verdict.model_copy(update={"status": "unsupported", "layer": "vision", "reason": reason, "places": ()})


def alike_is_unchecked(verdict: Verdict, state: State, context: RuntimeContext) -> Verdict:
    """A claim about the person's picture that rests on a figure which looks like it: the figure's words are there, but
    do both show the same thing? A model that sees compares them side by side; else the reader is told."""
    alike = {one.key: one.origin for one in state["ledger"] if one.tool == "search_by_image"}
    cited = {citation.key for citation in verdict.claim.citations}
    if not state["image"] or verdict.status != "supported" or not cited <= alike.keys():
        return verdict
    itself = {item.id for item in context.library.catalog.figures_of_picture(state["image"])}
    if {alike[key] for key in cited} <= itself:
        return verdict  # the same bytes: no other picture that looks like it
    seen = _same(state, cited, context) if sees(context) else "cannot tell"
    if seen == "yes":
        return verdict
    if seen == "no":
        reason = "The source's picture shows another thing than yours."
        return verdict.model_copy(update={"status": "contradicted", "layer": "vision", "reason": reason})
    reason = "The source's picture looks like yours; whether both show the same thing, nobody has looked."
    return verdict.model_copy(update={"status": "unchecked", "layer": "vision", "reason": reason})


def _same(state: State, cited: Set[int], context: RuntimeContext) -> Seen:
    """Whether a cited figure shows the same thing as the person's picture, seen in one picture with the best hits."""
    found = evidence.items(state["ledger"], context.library)
    hits = [key for call in state["calls"] if call.tool == "search_by_image" for key in call.keys]
    figures = {key: found[key] for key in dict.fromkeys([*hits, *cited]) if isinstance(found.get(key), Figure)}
    best = sorted(figures, key=lambda key: key not in cited)[: len(LETTERS)]
    shown = [key for key in figures if key in best]  # by rank, so that its place does not tell which one is meant
    images = [cast(Figure, figures[key]).image for key in shown]
    pairs = [(letter, key) for letter, key in zip(LETTERS, shown) if key in cited]
    seen = [_compared(cast(str, state["image"]), images, letter, context) for letter, _ in pairs]
    if "yes" in seen:
        return "yes"
    return "no" if seen and set(seen) == {"no"} else "cannot tell"


def _compared(own: str, images: Sequence[str], letter: str, context: RuntimeContext) -> Seen:
    """What the model says of the picture with this letter, beside the person's own; all by their SHA-256."""
    claim = SAME.format(letter=letter)

    def compare() -> str:
        sheet = pictures.sheet([context.library.picture(one) for one in (own, *images)], ("", *LETTERS))
        return context.model.confirm(sheet, claim)

    name = images[LETTERS.index(letter)]
    try:
        question = " ".join([claim, own, *images])
        return cast(Seen, context.observations.read(name, question, "", context.model.name, compare))
    except UNREAD:
        return "cannot tell"
