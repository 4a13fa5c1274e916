"""The nodes of the graph: State in, partial State out. Budgets live in the routers; every loop ends."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.runtime import Runtime
from pydantic import ValidationError

from agent import ledger, validator
from agent.answer import Answer, AnswerStatus, Claim, Place, Verdict
from agent.llm import ChatModel
from agent.state import ANSWER, Brief, Call, Decision, Shown, State, Turn
from agent.validator.quotes import Span
from tools import OWN_TOOLS
from tools.errors import ToolError
from tools.library.evidence import Figure, Item, Record, by_page
from tools.library.library import Library
from tools.tool import Context, Tool

LOOKS_PER_CALL = 2
"""Figures of one call that a seeing model reads, best first: each costs a model call."""
SAID = ("supported", "unchecked")
"""Verdicts with which a claim reaches the reader; `unchecked` is marked there."""


@dataclass(frozen=True)
class Workshop:
    """What the nodes work with; the same for all turns of a conversation. Times in seconds."""

    model: ChatModel
    library: Library
    tools: Mapping[str, Tool]
    max_steps: int = 6
    max_rounds: int = 2
    max_seconds: float = 300.0
    look: bool = True
    layers: tuple[str, ...] = validator.LAYERS


# nodes


def begin(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """The turn's channels afresh; ledger, seen and turns go on from the conversation."""
    return {
        "question": str(state["messages"][-1].text).strip(),
        "image": state.get("image"),
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
    decision = shop.model.decide(_brief(state, shop), list(shop.tools.values()))
    runtime.stream_writer({"event": "decided", "action": decision.action, "args": decision.args})
    if decision.action == ANSWER:
        return {"decision": decision}
    call = {"name": decision.action, "args": decision.args, "id": f"call_{len(state['messages'])}"}
    return {"decision": decision, "messages": [AIMessage(content=decision.thought, tool_calls=[call])]}


def act(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """Runs the call; what it finds is numbered, what goes wrong is told to the model."""
    shop, decision = runtime.context, state["decision"]
    noted = ledger.Noted(state["ledger"], ())
    error = ""
    try:
        hits = _run(state, shop)
        noted = ledger.note(state["ledger"], decision.action, str(decision.args), hits)
    except ToolError as problem:
        error = str(problem)
    call = Call(tool=decision.action, args=decision.args, keys=noted.keys, error=error)
    runtime.stream_writer({"event": "acted", "tool": call.tool, "keys": call.keys, "error": error})
    found = " ".join(f"[{key}]" for key in noted.keys)
    message = ToolMessage(
        content=error or (f"Found {found}" if found else "Found nothing."),
        tool_call_id=str(cast(AIMessage, state["messages"][-1]).tool_calls[0]["id"]),
        status="error" if error else "success",
    )
    return {"ledger": noted.ledger, "calls": [*state["calls"], call], "messages": [message]}


def look(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """Reads each new figure of the last call, alone; what was seen stays with the figure's key."""
    shop, seen = runtime.context, dict(state["seen"])
    for key, figure in _unseen(state, shop).items():
        runtime.stream_writer({"event": "looking", "key": key})
        seen[key] = shop.model.look(shop.library.picture(figure.image), state["question"], figure.caption)
    return {"seen": seen}


def write(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    runtime.stream_writer({"event": "writing"})
    return {"claims": list(runtime.context.model.write(_brief(state, runtime.context)))}


def validate(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """Holds every claim against what it cites; a citation that should be another is moved and checked again."""
    shop = runtime.context
    items = _items(state, shop)
    mended = (_mended(v, items, shop) for v in _check(state["claims"], items, shop))
    verdicts = [_only_alike(v, state) for v in mended]
    refused = [v for v in verdicts if v.status not in SAID]
    feedback = [f"{v.claim.text} — {v.status}: {v.reason}" for v in refused]
    if not verdicts:
        feedback = ["Nothing that was found answers the question yet."]
    for verdict in verdicts:
        runtime.stream_writer({"event": "checked", "claim": verdict.claim.text, "status": verdict.status})
    return {"verdicts": verdicts, "feedback": [*state["feedback"], *feedback], "rounds": state["rounds"] + 1}


def finish(state: State, runtime: Runtime[Workshop]) -> dict[str, Any]:
    """The answer: what passed, what was dropped, what is missing."""
    shop = runtime.context
    said = tuple(v for v in state["verdicts"] if v.status in SAID)
    dropped = tuple(v for v in state["verdicts"] if v.status not in SAID)
    status = _status(said, dropped, _items(state, shop))
    answer = Answer(
        question=state["question"],
        status=status,
        verdicts=said,
        gaps=_gaps(said, dropped, state["calls"]),
        dropped=dropped,
        answered_by=shop.model.name,
        thread="",
        seconds=time.time() - state["started"],
    )
    keys = tuple(dict.fromkeys(c.key for v in said for c in v.claim.citations))
    turn = Turn(question=state["question"], answer=answer.text, keys=keys)
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
    if state["verdicts"] and not refused:
        return "finish"
    if state["rounds"] > shop.max_rounds or _late(state, shop):
        return "finish"
    if refused and "unsupported" not in refused:
        return "write"
    return "decide" if len(state["calls"]) < shop.max_steps else "finish"


# what the nodes share


def _late(state: State, shop: Workshop) -> bool:
    return time.time() - state["started"] > shop.max_seconds


def _run(state: State, shop: Workshop) -> list:
    decision = state["decision"]
    if any((c.tool, c.args) == (decision.action, decision.args) for c in state["calls"]):
        raise ToolError("This very call was made before in this turn.", "Change it, or answer.")
    tool = shop.tools.get(decision.action)
    if tool is None:
        raise ToolError(f"There is no tool '{decision.action}'.", f"There are: {', '.join(shop.tools)}.")
    try:
        args = tool.args(**decision.args)
    except ValidationError as error:
        first = error.errors()[0]
        raise ToolError(f"{tool.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    hits = tool.run(args, Context(_items(state, shop), _user_picture(state, shop)))
    for hit in hits:
        if isinstance(hit.item, Record):
            shop.library.keep(hit.item)
    return hits


def _items(state: State, shop: Workshop) -> dict[int, Item]:
    """key → item, for all the evidence that the library still holds."""
    held = shop.library.catalog.items([evidence.origin for evidence in state["ledger"]])
    return {e.key: held[e.origin] for e in state["ledger"] if e.origin in held}


def _user_picture(state: State, shop: Workshop) -> Path | None:
    return shop.library.picture_path(state["image"]) if state["image"] else None


def _unseen(state: State, shop: Workshop) -> dict[int, Figure]:
    """The best figures of the last call that nobody has looked at; empty where the model cannot see."""
    if not (shop.model.sees and shop.look):
        return {}
    items = _items(state, shop)
    figures = [(key, items.get(key)) for key in state["calls"][-1].keys]
    new = [(key, i) for key, i in figures if isinstance(i, Figure) and key not in state["seen"]]
    return dict(new[:LOOKS_PER_CALL])


def _brief(state: State, shop: Workshop) -> Brief:
    items = _items(state, shop)
    fresh = {key for call in state["calls"] for key in call.keys}
    return Brief(
        question=state["question"],
        image=_user_picture(state, shop),
        history=tuple(state["turns"]),
        evidence=tuple(
            _shown(e.key, items[e.key], shop, e.tool, e.rank, state["seen"].get(e.key, ""), e.key in fresh)
            for e in state["ledger"]
            if e.key in items
        ),
        calls=tuple(state["calls"]),
        feedback=tuple(state["feedback"]),
    )


def _shown(key: int, item: Item, shop: Workshop, tool: str, rank: int, seen: str, fresh: bool) -> Shown:
    return Shown(
        key=key,
        kind=item.kind,
        title=item.url if isinstance(item, Record) else shop.library.source(item.source_id).title,
        page=item.regions[0].page if item.regions else None,
        heading="" if isinstance(item, Record) else item.heading,
        text=item.text,
        seen=seen,
        tool=tool,
        rank=rank,
        fresh=fresh,
    )


def _check(claims: Sequence[Claim], items: Mapping[int, Item], shop: Workshop) -> tuple[Verdict, ...]:
    def place(key: int, spans: Sequence[Span]) -> Place:
        return _place(key, items[key], spans, shop.library)

    return validator.validate(claims, items, place, layers=shop.layers)


def _mended(verdict: Verdict, items: Mapping[int, Item], shop: Workshop) -> Verdict:
    """A misattributed claim whose citation was moved, judged anew; any other verdict as it is."""
    claim = validator.repair(verdict, items)
    return _check([claim], items, shop)[0] if claim else verdict


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


def _status(said: Sequence[Verdict], dropped: Sequence[Verdict], items: Mapping[int, Item]) -> AnswerStatus:
    if not said:
        return "not_found"
    if validator.conflicts([v.claim for v in said]):
        return "conflicting"
    unchecked = any(verdict.status == "unchecked" for verdict in said)
    return "partial" if dropped or unchecked else "answered"


def _gaps(said: Sequence[Verdict], dropped: Sequence[Verdict], calls: Sequence[Call]) -> tuple[str, ...]:
    """Sentences that tell the reader what is missing: the whole answer, a check that could not be made, an API that
    failed, or each statement that no source carried."""
    failed = dict.fromkeys(f"{call.tool}: {call.error}" for call in calls if call.error and call.tool not in OWN_TOOLS)
    if not said:
        return ("Not found: nothing in the library answers this.", *failed)
    doubts = dict.fromkeys(f"Not checked: {v.reason}" for v in said if v.status == "unchecked")
    return (*doubts, *failed, *(f"Left out, for no source carries it: {v.claim.text}" for v in dropped))
