"""The nodes of the graph: State in, partial State out. Budgets live in the routers; every loop ends."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.runtime import Runtime
from pydantic import ValidationError

from agent import events, validator
from agent.answer import Answer, AnswerStatus, Claim, Place, Verdict
from agent.graph import ledger
from agent.graph.calls import repeated, stagnant
from agent.graph.observations import Observations
from agent.graph.state import ANSWER, Brief, Call, Decision, Shown, State, Turn
from agent.llm import ChatModel
from agent.validator import Seen
from agent.validator.spans import Span
from tools import OWN_TOOLS
from tools.errors import ApiDown, ModelNonsense, NotInLibrary, ToolError, UnreadableFile
from tools.library.evidence import Evidence, Figure, Item, Record, by_page
from tools.library.library import Library
from tools.tool import Context, Tool

LOOKS_PER_CALL = 2
"""Figures of one call that a seeing model reads, best first: each costs a model call."""
UNREAD = (ModelNonsense, UnreadableFile, NotInLibrary)
"""What keeps one picture from being read, and is no reason to give up the turn."""
OWN_PICTURE = "(the person's own picture)"
"""Stands where a figure's caption would, among what was read in pictures."""
UNWRITTEN = "The model's answer could not be read in full"
BY_RULE = "Some steps were taken by rule, for the model's replies were unusable."
SAID = ("supported", "unchecked")
"""Verdicts with which a claim reaches the reader; `unchecked` is marked there."""


@dataclass(frozen=True)
class Workshop:
    """What the nodes work with; the same for all turns of a conversation. Times in seconds."""

    model: ChatModel
    library: Library
    tools: Mapping[str, Tool]
    observations: Observations = field(default_factory=Observations)
    max_steps: int = 6
    max_rounds: int = 2
    max_seconds: float = 300.0
    look: bool = True
    judge: bool = False
    layers: tuple[str, ...] = validator.LAYERS


# nodes


def begin(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """The turn's channels afresh; ledger, seen and turns go on from the conversation. The person's own picture is read
    before anything else, so that it can be searched with."""
    question, image = str(state["messages"][-1].text).strip(), state.get("image")
    own = _pictured(image, question, runtime)
    return {
        "question": question,
        "image": image,
        "pictured": own.text,
        "looked": [],
        "notes": own.notes,
        "ledger": state.get("ledger", []),
        "seen": state.get("seen", {}),
        "turns": state.get("turns", []),
        "calls": [],
        "claims": [],
        "verdicts": [],
        "feedback": [],
        "rounds": 0,
        "started": time.time(),
    }


def decide(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """One action of the tool table, or "answer". Out of steps or time, the answer is all that is left."""
    shop = runtime.context
    if len(state["calls"]) >= shop.max_steps or _late(state, shop):
        return {"decision": Decision(thought="The budget of this turn is spent.", action=ANSWER)}
    if stagnant(state["calls"]):
        return {"decision": Decision(thought="The last calls brought nothing new.", action=ANSWER)}
    decision = shop.model.decide(_brief(state, shop), list(shop.tools.values()))
    step = events.Decided(action=decision.action, args=decision.args, fallback=decision.fallback)
    runtime.stream_writer(step)
    notes = [*state["notes"], BY_RULE] if decision.fallback and BY_RULE not in state["notes"] else state["notes"]
    if decision.action == ANSWER:
        return {"decision": decision, "notes": notes}
    call = {"name": decision.action, "args": decision.args, "id": f"call_{len(state['messages'])}"}
    said = AIMessage(content=decision.thought, tool_calls=[call])
    return {"decision": decision, "notes": notes, "messages": [said]}


def act(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """Runs the call; what it finds is numbered, what goes wrong is told to the model."""
    shop, decision = runtime.context, state["decision"]
    noted = ledger.Noted(state["ledger"], ())
    error, passing = "", False
    try:
        hits = _run(state, shop)
        noted = ledger.note(state["ledger"], decision.action, str(decision.args), hits)
    except ToolError as problem:
        error, passing = str(problem), isinstance(problem, ApiDown)
    call = Call(tool=decision.action, args=decision.args, keys=noted.keys, error=error, passing=passing)
    titles = _titles(noted, shop)
    runtime.stream_writer(events.Acted(tool=call.tool, keys=call.keys, titles=titles, error=error))
    found = " ".join(f"[{key}]" for key in noted.keys)
    message = ToolMessage(
        content=error or (f"Found {found}" if found else "Found nothing."),
        tool_call_id=str(cast(AIMessage, state["messages"][-1]).tool_calls[0]["id"]),
        status="error" if error else "success",
    )
    return {"ledger": noted.ledger, "calls": [*state["calls"], call], "messages": [message]}


def look(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """Reads each new figure of the last call, alone, with the question; what was seen stays with the figure's key."""
    shop, seen, notes = runtime.context, dict(state["seen"]), state["notes"]
    figures = _unseen(state, shop)
    for key, figure in figures.items():
        runtime.stream_writer(events.Looking(key=key))
        try:
            seen[key] = _look(figure, state["question"], shop)
        except UNREAD as problem:
            seen.pop(key, None)
            notes = [*notes, f"The picture of [{key}] was not read: {problem.message}"]
    return {"seen": seen, "looked": [*state["looked"], *figures], "notes": notes}


def write(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """The claims. Each is held against its source as soon as it is written, so that the reader sees what holds."""
    shop, items = runtime.context, _items(state, runtime.context)
    early: list[Verdict] = []

    def tell(claim: Claim) -> None:
        (verdict,) = _check([claim], items, shop, asks=False)  # the model is busy writing
        early.append(verdict)
        if _held_to_sight(verdict, state).status in SAID:
            keys = tuple(citation.key for citation in claim.citations)
            runtime.stream_writer(events.Confirmed(claim=claim.text, keys=keys, status=verdict.status))

    runtime.stream_writer(events.Writing())
    try:
        return {"claims": list(shop.model.write(_brief(state, shop), tell)), "verdicts": early}
    except ModelNonsense as problem:
        notes = [*state["notes"], f"{UNWRITTEN}: {problem.message}"]
        return {"claims": list(problem.kept), "verdicts": early, "notes": notes}


def validate(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """Holds every claim against what it cites; a citation that should be another is moved and checked again."""
    shop = runtime.context
    items = _items(state, shop)
    # Held against its source while it was written: what was sure then is not checked twice.
    early = {verdict.claim: verdict for verdict in state["verdicts"] if verdict.status != "unchecked"}
    checked = [early.get(claim) or _check([claim], items, shop)[0] for claim in state["claims"]]
    mended = (_mended(verdict, items, shop) for verdict in checked)
    verdicts = [_only_alike(_held_to_sight(verdict, state), state) for verdict in mended]
    refused = [v for v in verdicts if v.status not in SAID]
    feedback = [f"{v.claim.text} — {v.status}: {v.reason}" for v in refused]
    if not verdicts:
        feedback = ["Nothing that was found answers the question yet."]
    for verdict in verdicts:
        runtime.stream_writer(events.Checked(claim=verdict.claim.text, status=verdict.status))
    return {"verdicts": verdicts, "feedback": [*state["feedback"], *feedback], "rounds": state["rounds"] + 1}


def finish(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """The answer: what passed, what was dropped, what is missing."""
    shop = runtime.context
    said = tuple(v for v in state["verdicts"] if v.status in SAID)
    dropped = tuple(v for v in state["verdicts"] if v.status not in SAID)
    status = _status(said, dropped, state)
    answer = Answer(
        question=state["question"],
        status=status,
        verdicts=said,
        gaps=_gaps(said, dropped, state),
        dropped=dropped,
        notes=tuple(state["notes"]),
        answered_by=shop.model.name,
        thread="",
        seconds=time.time() - state["started"],
    )
    keys = tuple(dict.fromkeys(c.key for v in said for c in v.claim.citations))
    turn = Turn(question=state["question"], answer=answer.text, keys=keys)
    runtime.stream_writer(events.Answered(answer=answer))
    return {"answer": answer, "turns": [*state["turns"], turn], "messages": [AIMessage(content=answer.text)]}


# routers


def after_decide(state: State) -> Literal["act", "write"]:
    return "write" if state["decision"].action == ANSWER else "act"


def after_act(state: State, runtime: Runtime[Workshop]) -> Literal["look", "decide"]:
    if _late(state, runtime.context) or not _unseen(state, runtime.context):
        return "decide"
    return "look"


def after_validate(state: State, runtime: Runtime[Workshop]) -> Literal["decide", "write", "finish"]:
    """Back to search where something has no source, back to write where it is only said wrongly."""
    shop = runtime.context
    refused = [v.status for v in state["verdicts"] if v.status not in SAID]
    if (state["verdicts"] and not refused) or _unwritten(state):
        return "finish"
    if state["rounds"] > shop.max_rounds or _late(state, shop):
        return "finish"
    if refused and "unsupported" not in refused:
        return "write"
    return "decide" if len(state["calls"]) < shop.max_steps else "finish"


# what the nodes share


def _unread(state: State) -> bool:
    return any(note.startswith(UNWRITTEN) for note in state["notes"])


def _unwritten(state: State) -> bool:
    """Whether the model could write nothing that can be read: asked again, it would do no better."""
    return not state["verdicts"] and _unread(state)


def _late(state: State, shop: Workshop) -> bool:
    return time.time() - state["started"] > shop.max_seconds


def _run(state: State, shop: Workshop) -> list:
    decision = state["decision"]
    tool = shop.tools.get(decision.action)
    if tool is None:
        raise ToolError(f"There is no tool '{decision.action}'.", f"There are: {', '.join(shop.tools)}.")
    if repeated(tool, decision.args, state["calls"]):
        raise ToolError("This very call was made before in this turn.", "Change it, or answer.")
    try:
        args = tool.args(**decision.args)
    except ValidationError as error:
        first = error.errors()[0]
        raise ToolError(f"{tool.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    hits = tool.run(args, Context(_items(state, shop), _user_picture(state, shop)))
    held = shop.library.catalog.items([hit.item.id for hit in hits])
    for hit in hits:
        if hit.item.id not in held:  # a reply of an API, the result of a query and the rows it used
            shop.library.keep(hit.item)
    return hits


def _titles(noted: ledger.Noted, shop: Workshop) -> dict[int, str]:
    """key → where it stands, of what a call found, for a person who watches."""
    found = [evidence for evidence in noted.ledger if evidence.key in noted.keys]
    held = shop.library.catalog.items([evidence.origin for evidence in found])
    return {one.key: _title(held[one.origin], shop) for one in found if one.origin in held}


def _title(item: Item, shop: Workshop) -> str:
    if isinstance(item, Record):
        return item.url
    title = shop.library.source(item.source_id).title
    return f"{title}, page {item.regions[0].page}" if item.regions else title


def _items(state: State, shop: Workshop) -> dict[int, Item]:
    """key → item, for all the evidence that the library still holds."""
    held = shop.library.catalog.items([evidence.origin for evidence in state["ledger"]])
    return {e.key: held[e.origin] for e in state["ledger"] if e.origin in held}


def _user_picture(state: State, shop: Workshop) -> Path | None:
    return shop.library.picture_path(state["image"]) if state["image"] else None


def _unseen(state: State, shop: Workshop) -> dict[int, Figure]:
    """The best figures of the last call that this question was not read in; empty where the model cannot see."""
    if not (shop.model.sees and shop.look):
        return {}
    keys = state["calls"][-1].keys
    found = {evidence.key: evidence.origin for evidence in state["ledger"] if evidence.key in keys}
    held = shop.library.catalog.items(list(found.values()))
    figures = [(key, held.get(found[key])) for key in keys]
    new = [(key, item) for key, item in figures if isinstance(item, Figure) and key not in state["looked"]]
    return dict(new[:LOOKS_PER_CALL])


def _look(figure: Figure, question: str, shop: Workshop) -> str:
    """What the figure shows of the question: looked up, or looked at."""

    def look() -> str:
        return shop.model.look(shop.library.picture(figure.image), question, figure.caption)

    return shop.observations.read(figure.image, question, figure.caption, shop.model.name, look)


class _Own(NamedTuple):
    """What the person's own picture shows, and what kept it from being read."""

    text: str = ""
    notes: list[str] = []


def _pictured(image: str | None, question: str, runtime: Runtime[Workshop]) -> _Own:
    shop = runtime.context
    if not image or not shop.model.sees:
        return _Own()

    def look() -> str:
        return shop.model.describe(shop.library.picture(image), question)

    runtime.stream_writer(events.Looking(key=0))
    try:
        return _Own(shop.observations.read(image, question, OWN_PICTURE, shop.model.name, look))
    except UNREAD as problem:
        return _Own(notes=[f"Your picture was not read: {problem.message}"])


def _brief(state: State, shop: Workshop) -> Brief:
    items = _items(state, shop)
    fresh = {key for call in state["calls"] for key in call.keys}
    cited = {key for turn in state["turns"] for key in turn.keys}
    return Brief(
        question=state["question"],
        image=_user_picture(state, shop),
        pictured=state["pictured"],
        history=tuple(state["turns"]),
        evidence=tuple(
            _shown(e, items[e.key], shop, state["seen"].get(e.key, ""), fresh=e.key in fresh, cited=e.key in cited)
            for e in state["ledger"]
            if e.key in items
        ),
        calls=tuple(state["calls"]),
        feedback=tuple(state["feedback"]),
    )


def _shown(found: Evidence, item: Item, shop: Workshop, seen: str, *, fresh: bool, cited: bool) -> Shown:
    return Shown(
        key=found.key,
        kind=item.kind,
        title=item.url if isinstance(item, Record) else shop.library.source(item.source_id).title,
        page=item.regions[0].page if item.regions else None,
        heading="" if isinstance(item, Record) else item.heading,
        text=item.text,
        seen=seen,
        tool=found.tool,
        rank=found.rank,
        fresh=fresh,
        cited=cited,
    )


def _check(
    claims: Sequence[Claim], items: Mapping[int, Item], shop: Workshop, *, asks: bool = True
) -> tuple[Verdict, ...]:
    """`asks`: whether the model may look at a picture again, or be the judge of what the validator is unsure of."""

    def place(key: int, spans: Sequence[Span]) -> Place:
        return _place(key, items[key], spans, shop.library)

    def look(figure: Figure, claim: str) -> Seen:
        def again() -> str:
            return shop.model.confirm(shop.library.picture(figure.image), claim)

        return cast(Seen, shop.observations.read(figure.image, f"Is it so: {claim}", "", shop.model.name, again))

    return validator.validate(
        claims,
        items,
        place,
        layers=shop.layers,
        look=look if asks and shop.look and shop.model.sees else None,
        judges=shop.model.support if asks and shop.judge and shop.model.judges else None,
    )


def _mended(verdict: Verdict, items: Mapping[int, Item], shop: Workshop) -> Verdict:
    """A misattributed claim whose citation was moved, judged anew; any other verdict as it is."""
    claim = validator.repair(verdict, items)
    return _check([claim], items, shop)[0] if claim else verdict


def _held_to_sight(verdict: Verdict, state: State) -> Verdict:
    """A claim about what a picture shows, where no model has seen that in it, has no source at all."""
    pictures = [citation.key for citation in verdict.claim.citations if citation.quote == ""]
    blind = [key for key in pictures if not state["seen"].get(key)]
    if verdict.status != "unchecked" or not blind:
        return verdict
    reason = f"Nobody has read this in the picture of source [{blind[0]}]."
    return verdict.model_copy(update={"status": "unsupported", "layer": "vision", "reason": reason, "places": ()})


def _only_alike(verdict: Verdict, state: State) -> Verdict:
    """A claim about the user's picture that rests on a figure which looks like it: the figure's words are there, but
    that both show the same thing is likeness, and nobody checked it. The reader is told."""
    alike = {e.key for e in state["ledger"] if e.tool == "search_by_image"}
    cited = {citation.key for citation in verdict.claim.citations}
    if not state["image"] or verdict.status != "supported" or not cited <= alike:
        return verdict
    reason = "The source's picture looks like yours; whether both show the same thing, nobody has looked."
    return verdict.model_copy(update={"status": "unchecked", "layer": "vision", "reason": reason})


def _place(key: int, item: Item, spans: Sequence[Span], library: Library) -> Place:
    if isinstance(item, Record):
        return Place(key=key, title=item.url, uri=item.url)
    source = library.source(item.source_id)
    located = [region for span in spans for region in library.locate(item.id, span.start, span.end)]
    whole = item.regions if isinstance(item, Figure) or not located else ()  # of a figure, its words and the picture
    return Place(key=key, title=source.title, uri=source.uri, regions=by_page([*located, *whole]))


def _status(said: Sequence[Verdict], dropped: Sequence[Verdict], state: State) -> AnswerStatus:
    if not said:
        return "not_found"
    if validator.conflicts([v.claim for v in said]):
        return "conflicting"
    unchecked = any(verdict.status == "unchecked" for verdict in said)
    return "partial" if dropped or unchecked or _unread(state) else "answered"


def _gaps(said: Sequence[Verdict], dropped: Sequence[Verdict], state: State) -> tuple[str, ...]:
    """Sentences that tell the reader what is missing: the whole answer, a check that could not be made, an API that
    failed, or each statement that no source carried."""
    outside = [call for call in state["calls"] if call.error and call.tool not in OWN_TOOLS]
    failed = dict.fromkeys(f"{call.tool}: {call.error}" for call in outside)
    if not said and _unwritten(state):
        return ("No answer: the model's replies could not be read. What was found is kept.", *failed)
    if not said:
        return ("Not found: nothing in the library answers this.", *failed)
    doubts = dict.fromkeys(f"Not checked: {v.reason}" for v in said if v.status == "unchecked")
    return (*doubts, *failed, *(f"Left out, for no source carries it: {v.claim.text}" for v in dropped))
