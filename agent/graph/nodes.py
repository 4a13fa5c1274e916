"""The nodes of the graph: State in, partial State out."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.runtime import Runtime
from pydantic import ValidationError

from agent import events, validator
from agent.answer import Answer, AnswerStatus, Claim, Place, Verdict
from agent.graph import evidence, looking
from agent.graph.routes import SHOWN, must_answer, nothing_written
from agent.graph.state import RuntimeContext, State
from agent.llm.protocol import ANSWER, Call, Decision, Turn, repeated
from agent.validator import Span
from tools import OWN_TOOLS
from tools.errors import ApiDown, ModelNonsense, ToolError
from tools.library.evidence import Hit, Item
from tools.tool import Context

UNREADABLE = "The model's answer could not be read in full"
BY_RULE = "Some steps were taken by rule, for the model's replies were unusable."


def begin(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """The turn's channels emptied; ledger, seen and turns go on from the conversation. The person's own picture is read
    before anything else, so that it can be searched with."""
    question, image = str(state["messages"][-1].text).strip(), state.get("image")
    own = looking.read_own(image, question, runtime)
    return {
        "question": question,
        "image": image,
        "pictured": own.text,
        "looked": [],
        "notes": list(own.notes),
        "by_rule": False,
        "unreadable": False,
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


def decide(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """One action of the tool table, or "answer". Out of steps or time, the answer is all that is left."""
    context = runtime.context
    if reason := must_answer(state, context):
        return {"decision": Decision(thought=reason, action=ANSWER)}
    decision = context.model.decide(evidence.brief(state, context), list(context.tools.values()))
    step = events.Decided(action=decision.action, args=decision.args, fallback=decision.fallback)
    runtime.stream_writer(step)
    update: dict[str, Any] = {"decision": decision}
    if decision.fallback and not state["by_rule"]:
        update |= {"by_rule": True, "notes": [*state["notes"], BY_RULE]}
    if decision.action != ANSWER:
        call = {"name": decision.action, "args": decision.args, "id": f"call_{len(state['messages'])}"}
        update["messages"] = [AIMessage(content=decision.thought, tool_calls=[call])]
    return update


def act(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """Runs the call; what it finds is numbered, what goes wrong is passed on to the model."""
    context, decision = runtime.context, state["decision"]
    noted = evidence.Noted(state["ledger"], ())
    error, passing = "", False
    try:
        hits = _run_tool(state, context)
        noted = evidence.note(state["ledger"], decision.action, str(decision.args), hits)
    except ToolError as problem:
        error, passing = str(problem), isinstance(problem, ApiDown)
    call = Call(tool=decision.action, args=decision.args, keys=noted.keys, error=error, passing=passing)
    titles = evidence.titles(noted, context.library)
    runtime.stream_writer(events.Acted(tool=call.tool, keys=call.keys, titles=titles, error=error))
    found = " ".join(f"[{key}]" for key in noted.keys)
    message = ToolMessage(
        content=error or (f"Found {found}" if found else "Found nothing."),
        tool_call_id=str(cast(AIMessage, state["messages"][-1]).tool_calls[0]["id"]),
        status="error" if error else "success",
    )
    return {"ledger": noted.ledger, "calls": [*state["calls"], call], "messages": [message]}


def look(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """Reads each new figure of the last call; what was seen stays with the figure's key."""
    context, seen, notes = runtime.context, dict(state["seen"]), list(state["notes"])
    figures = looking.unread_figures(state, context)
    for key, figure in figures.items():
        runtime.stream_writer(events.Looking(key=key))
        try:
            seen[key] = looking.read_figure(figure, state["question"], context)
        except looking.UNREAD as problem:
            seen.pop(key, None)
            notes.append(f"The picture of [{key}] was not read: {problem.message}")
    return {"seen": seen, "looked": [*state["looked"], *figures], "notes": notes}


def write(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """The claims. Each is checked as soon as it is written, so that the reader sees what holds."""
    context, items = runtime.context, evidence.items(state["ledger"], runtime.context.library)
    early: list[Verdict] = []

    def on_claim(claim: Claim) -> None:
        verdict = _check(claim, items, context, may_ask=False)  # the model is busy writing
        early.append(verdict)
        if looking.unseen_is_unsupported(verdict, state["seen"]).status in SHOWN:
            keys = tuple(citation.key for citation in claim.citations)
            runtime.stream_writer(events.Confirmed(claim=claim.text, keys=keys, status=verdict.status))

    runtime.stream_writer(events.Writing())
    try:
        return {"claims": list(context.model.write(evidence.brief(state, context), on_claim)), "verdicts": early}
    except ModelNonsense as problem:
        notes = [*state["notes"], f"{UNREADABLE}: {problem.message}"]
        return {"claims": list(problem.kept), "verdicts": early, "notes": notes, "unreadable": True}


def validate(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """Checks every claim against what it cites; a citation that should be another is moved and checked once more."""
    context = runtime.context
    items = evidence.items(state["ledger"], context.library)
    # What was sure while it was written is not checked twice.
    early = {verdict.claim: verdict for verdict in state["verdicts"] if verdict.status != "unchecked"}
    verdicts = []
    for claim in state["claims"]:
        verdict = early.get(claim) or _check(claim, items, context)
        verdict = looking.unseen_is_unsupported(_repaired(verdict, items, context), state["seen"])
        verdicts.append(looking.alike_is_unchecked(verdict, state))
    refused = [verdict for verdict in verdicts if verdict.status not in SHOWN]
    feedback = [f"{verdict.claim.text} — {verdict.status}: {verdict.reason}" for verdict in refused]
    if not verdicts:
        feedback = ["Nothing that was found answers the question yet."]
    for verdict in verdicts:
        runtime.stream_writer(events.Checked(claim=verdict.claim.text, status=verdict.status))
    return {"verdicts": verdicts, "feedback": [*state["feedback"], *feedback], "rounds": state["rounds"] + 1}


def finish(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """The answer: what passed, what was dropped, what is missing."""
    shown = tuple(verdict for verdict in state["verdicts"] if verdict.status in SHOWN)
    dropped = tuple(verdict for verdict in state["verdicts"] if verdict.status not in SHOWN)
    answer = Answer(
        question=state["question"],
        status=_status(shown, dropped, state),
        verdicts=shown,
        gaps=_gaps(shown, dropped, state),
        dropped=dropped,
        notes=tuple(state["notes"]),
        answered_by=runtime.context.model.name,
        thread="",
        seconds=time.time() - state["started"],
    )
    keys = tuple(dict.fromkeys(citation.key for claim in answer.claims for citation in claim.citations))
    turn = Turn(question=state["question"], answer=answer.text, keys=keys)
    runtime.stream_writer(events.Answered(answer=answer))
    return {"answer": answer, "turns": [*state["turns"], turn], "messages": [AIMessage(content=answer.text)]}


# what they share


def _run_tool(state: State, context: RuntimeContext) -> list[Hit]:
    """What the decided call finds. Raises ToolError where it cannot be made."""
    decision = state["decision"]
    tool = context.tools.get(decision.action)
    if tool is None:
        raise ToolError(f"There is no tool '{decision.action}'.", f"There are: {', '.join(context.tools)}.")
    if repeated(tool, decision.args, state["calls"]):
        raise ToolError("This very call was made before in this turn.", "Change it, or answer.")
    try:
        args = tool.args(**decision.args)
    except ValidationError as error:
        first = error.errors()[0]
        raise ToolError(f"{tool.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    items = evidence.items(state["ledger"], context.library)
    hits = tool.run(args, Context(items, evidence.own_picture(state, context)))
    stored = context.library.catalog.items([hit.item.id for hit in hits])
    for hit in hits:
        if hit.item.id not in stored:  # a reply of an API, the result of a query and the rows it used
            context.library.keep(hit.item)
    return hits


def _check(claim: Claim, items: Mapping[int, Item], context: RuntimeContext, *, may_ask: bool = True) -> Verdict:
    """`may_ask`: whether the model may look at a picture again, or judge what the validator is unsure of."""

    def place(key: int, spans: Sequence[Span]) -> Place:
        return evidence.place(key, items[key], spans, context.library)

    (verdict,) = validator.validate(
        [claim],
        items,
        place,
        layers=context.layers,
        look=looking.second_look(context) if may_ask else None,
        judges=context.model.support if may_ask and context.judge and context.model.judges else None,
    )
    return verdict


def _repaired(verdict: Verdict, items: Mapping[int, Item], context: RuntimeContext) -> Verdict:
    """A misattributed claim with its citation moved, checked again; any other verdict as it is."""
    claim = validator.repair(verdict, items)
    return _check(claim, items, context) if claim else verdict


def _status(shown: Sequence[Verdict], dropped: Sequence[Verdict], state: State) -> AnswerStatus:
    if not shown:
        return "not_found"
    if validator.conflicts([verdict.claim for verdict in shown]):
        return "conflicting"
    unchecked = any(verdict.status == "unchecked" for verdict in shown)
    return "partial" if dropped or unchecked or state["unreadable"] else "answered"


def _gaps(shown: Sequence[Verdict], dropped: Sequence[Verdict], state: State) -> tuple[str, ...]:
    """Sentences on what is missing: the whole answer, a check that could not be made, an API that failed, or each
    statement that no source carries."""
    outside = [call for call in state["calls"] if call.error and call.tool not in OWN_TOOLS]
    failed = dict.fromkeys(f"{call.tool}: {call.error}" for call in outside)
    if not shown and nothing_written(state):
        return ("No answer: the model's replies could not be read. What was found is kept.", *failed)
    if not shown:
        return ("Not found: nothing in the library answers this.", *failed)
    doubts = dict.fromkeys(f"Not checked: {verdict.reason}" for verdict in shown if verdict.status == "unchecked")
    return (*doubts, *failed, *(f"Left out, for no source carries it: {verdict.claim.text}" for verdict in dropped))
