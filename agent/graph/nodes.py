"""The nodes of the graph: State in, partial State out."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from pydantic import ValidationError

from agent import events, validator
from agent.answer import Answer, AnswerStatus, Claim, Place, Verdict
from agent.graph import evidence, looking
from agent.graph.routes import SEARCHES, SHOWN, after_validate, must_answer
from agent.graph.state import RuntimeContext, State
from agent.llm.protocol import ANSWER, Call, Decision, Draft, Turn, repeated, same_call
from agent.validator import Span
from tools import OWN_TOOLS
from tools.errors import ApiDown, ModelDown, ToolError
from tools.library.evidence import Hit, Item
from tools.tool import Context, Tool

BY_RULE = "Some steps were taken by rule, for the model's replies were unusable."
UNREADABLE = "The model's answer could not be read in full"
BLIND = "The model reads no pictures: yours was searched with, not looked at."
BLIND_TO_FIGURES = "The model reads no pictures: of figures it knows the caption and the lettering."


def begin(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """The turn's channels emptied; messages, ledger, seen and turns go on from the conversation. The person's own
    picture is read before anything else, so that it can be searched with."""
    asked, image = state["messages"][-1], state.get("image")
    question, started = str(asked.text).strip(), time.time()
    own = looking.read_own(image, question, runtime)
    picture = evidence.picture_line(own.text) if image else ""
    blind = [BLIND] if image and runtime.context.model.judges and not runtime.context.model.sees else []
    return {
        "messages": [asked.model_copy(update={"additional_kwargs": {"picture": picture}})],
        "question": question,
        "image": image,
        "pictured": own.text,
        "looked": [],
        "notes": [*own.notes, *blind],
        "by_rule": False,
        "unreadable": False,
        "ledger": state.get("ledger", []),
        "seen": state.get("seen", {}),
        "turns": state.get("turns", []),
        "calls": [],
        "draft": Draft(),
        "early": [],
        "accepted": [],
        "refused": [],
        "feedback": [],
        "rounds": 0,
        "started": started,
    }


def decide(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """The model's next step: a tool call, or the answer. Out of calls or time, the answer is all that is left. Each
    claim is checked as soon as it is written, so that the reader sees what holds."""
    context, tools = runtime.context, evidence.offered(state, runtime.context)
    shortened = context.model.shortened(state["messages"], tools)
    messages = cast(list[AnyMessage], add_messages(cast(Any, state["messages"]), cast(Any, shortened)))
    may_search = not must_answer(state, context)
    may_give_up = bool(state["accepted"]) or len(state["calls"]) >= SEARCHES
    brief = evidence.brief(state, context, messages, may_search=may_search, may_give_up=may_give_up)
    early = _EarlyChecks(state, runtime)
    step = context.model.step(brief, tools, early.on_claim)
    action = ANSWER if isinstance(step, Draft) else step.action
    args = {} if isinstance(step, Draft) else step.args
    runtime.stream_writer(events.Decided(action=action, args=args, fallback=step.fallback))
    update: dict[str, Any] = {"messages": shortened}
    if isinstance(step, Draft):
        notes = [*state["notes"], f"{UNREADABLE}: {step.problem}"] if step.fallback else state["notes"]
        notes = [*notes, step.note] if step.note else notes
        early.begin()
        decision = Decision(thought="", action=ANSWER, fallback=step.fallback)
        return update | {
            "decision": decision,
            "draft": step,
            "early": early.verdicts,
            "unreadable": step.fallback,
            "notes": notes,
        }
    if step.fallback and not state["by_rule"]:
        update |= {"by_rule": True, "notes": [*state["notes"], BY_RULE]}
    call = {"name": step.action, "args": step.args, "id": f"call_{len(state['messages'])}"}
    said = AIMessage(content=step.thought, tool_calls=[call], additional_kwargs={"reply": step.reply})
    return update | {"decision": step, "messages": [*shortened, said]}


def act(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """Runs the call; what it finds is numbered, what goes wrong is passed on to the model."""
    context, decision = runtime.context, state["decision"]
    noted = evidence.Noted(state["ledger"], ())
    hits: list[Hit] = []
    error, passing = "", False
    try:
        hits = _run_tool(state, context)
        noted = evidence.note(state["ledger"], decision.action, str(decision.args), hits)
    except ToolError as problem:
        error, passing = str(problem), isinstance(problem, ApiDown)
    call = Call(tool=decision.action, args=decision.args, keys=noted.keys, error=error, passing=passing)
    found = evidence.found_by(noted, hits)
    titles = evidence.titles(found, context.library)
    watched = evidence.pages(found, titles)
    runtime.stream_writer(events.Acted(tool=call.tool, keys=call.keys, titles=watched, error=error))
    call_id = str(cast(AIMessage, state["messages"][-1]).tool_calls[0]["id"])
    message = evidence.found_message(state, noted, hits, call, call_id, titles)
    return {"ledger": noted.ledger, "calls": [*state["calls"], call], "messages": [message]}


def look(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """Reads the pictures that the last call asks for; what was seen stays with their keys, and stands in the
    conversation behind what the call found."""
    context, seen, notes = runtime.context, dict(state["seen"]), list(state["notes"])
    readings: dict[int, str] = {}
    for one in looking.to_read(state, context):
        runtime.stream_writer(events.Looking(key=one.key))
        try:
            readings[one.key] = looking.read(one, context)
        except looking.UNREAD as problem:
            notes.append(f"The picture of [{one.key}] was not read: {problem.message}")
            if isinstance(problem, ModelDown):
                break  # each further picture may wait as long
    seen |= {key: reading for key, reading in readings.items() if reading}  # a second look erases nothing
    message = evidence.seen_in(cast(ToolMessage, state["messages"][-1]), readings)
    return {"seen": seen, "looked": [*state["looked"], *readings], "notes": notes, "messages": [message]}


def validate(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """Checks every claim of the draft against what it cites; what passes is kept for good, whatever is written
    afterwards, and what does not goes back to the model with the reason."""
    context, draft = runtime.context, state["draft"]
    items = evidence.items(state["ledger"], context.library)
    # What was sure while it was written is not checked twice.
    early = {verdict.claim: verdict for verdict in state["early"] if verdict.status != "unchecked"}
    verdicts = []
    for claim in (validator.requoted(one, items) for one in draft.claims):
        verdict = early.get(claim) or _check(claim, items, context)
        verdict = looking.unseen_is_unsupported(_repaired(verdict, items, context), state["seen"])
        verdicts.append(looking.alike_is_unchecked(verdict, state, context))
    for verdict in verdicts:
        runtime.stream_writer(events.Checked(claim=verdict.claim.text, status=verdict.status))
    accepted = _merged(state["accepted"], [verdict for verdict in verdicts if verdict.status in SHOWN])
    refused = [verdict for verdict in verdicts if verdict.status not in SHOWN]
    feedback = [f"{verdict.claim.text} — {verdict.status}: {verdict.reason}" for verdict in refused]
    if not verdicts:
        feedback = ["Nothing that was found answers the question yet."]
    # The same claims again would get the same verdicts a third time: no round is left.
    stubborn = bool(refused) and {one.claim for one in refused} <= {one.claim for one in state["refused"]}
    rounds = context.max_rounds + 1 if stubborn else state["rounds"] + 1
    update = {"accepted": accepted, "refused": refused, "rounds": rounds}
    update["feedback"] = [*state["feedback"], *feedback]
    if after_validate(cast(State, {**state, **update}), runtime) == "decide":
        update["messages"] = evidence.checked_messages(draft, accepted, refused)
    return update


def _merged(before: Sequence[Verdict], now: Sequence[Verdict]) -> list[Verdict]:
    """Both, each statement once: a claim that is written again is no second one."""
    texts = {" ".join(verdict.claim.text.casefold().split()) for verdict in before}
    return [*before, *(one for one in now if " ".join(one.claim.text.casefold().split()) not in texts)]


class _EarlyChecks:
    """Claims checked while the rest is still being written."""

    def __init__(self, state: State, runtime: Runtime[RuntimeContext]) -> None:
        self.verdicts: list[Verdict] = []
        self._state = state
        self._runtime = runtime
        self._writing = False

    def begin(self) -> None:
        """Says once that the answer is being written."""
        if not self._writing:
            self._runtime.stream_writer(events.Writing())
        self._writing = True

    def on_claim(self, claim: Claim) -> None:
        self.begin()
        context = self._runtime.context
        items = evidence.items(self._state["ledger"], context.library)
        claim = validator.requoted(claim, items)
        verdict = _check(claim, items, context, may_ask=False)  # the model is busy writing
        self.verdicts.append(verdict)
        if looking.unseen_is_unsupported(verdict, self._state["seen"]).status in SHOWN:
            keys = tuple(citation.key for citation in claim.citations)
            self._runtime.stream_writer(events.Confirmed(claim=claim.text, keys=keys, status=verdict.status))


def finish(state: State, runtime: Runtime[RuntimeContext]) -> dict[str, Any]:
    """The answer: what passed, what was dropped, what is missing."""
    accepted, refused = tuple(state["accepted"]), tuple(state["refused"])
    answer = Answer(
        question=state["question"],
        status=_status(accepted, refused, state),
        verdicts=accepted,
        gaps=_gaps(accepted, refused, state),
        dropped=refused,
        notes=(*state["notes"], *_blind(accepted, state, runtime.context)),
        answered_by=runtime.context.model.name,
        thread="",
        seconds=time.time() - state["started"],
    )
    keys = tuple(dict.fromkeys(citation.key for claim in answer.claims for citation in claim.citations))
    turn = Turn(question=state["question"], answer=answer.text, keys=keys)
    runtime.stream_writer(events.Answered(answer=answer))
    message = AIMessage(content=answer.text, additional_kwargs={"reply": evidence.final_reply(state["draft"], answer)})
    return {"answer": answer, "turns": [*state["turns"], turn], "messages": [message]}


# what they share


def _run_tool(state: State, context: RuntimeContext) -> list[Hit]:
    """What the decided call finds. Raises ToolError where it cannot be made."""
    decision = state["decision"]
    tool = context.tools.get(decision.action)
    if tool is None:
        raise ToolError(f"There is no tool '{decision.action}'.", f"There are: {', '.join(context.tools)}.")
    if repeated(tool, decision.args, state["calls"]):
        return _found_before(tool, state, context)
    try:
        args = tool.args(**decision.args)
    except ValidationError as error:
        first = error.errors()[0]
        raise ToolError(f"{tool.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    items = evidence.items(state["ledger"], context.library)
    hits = tool.run(args, Context(items, evidence.own_picture(state, context)))
    known = context.library.catalog.items([hit.item.id for hit in hits])
    for hit in hits:
        if hit.item.id not in known:  # a reply of an API, the result of a query and the rows it used
            context.library.keep(hit.item)
    return hits


def _found_before(tool: Tool, state: State, context: RuntimeContext) -> list[Hit]:
    """A call that was made before is answered with what it found."""
    decision = state["decision"]
    before = next(call for call in reversed(state["calls"]) if same_call(tool, call, decision.args))
    if before.error:
        raise ToolError(before.error)
    found = evidence.items(state["ledger"], context.library)
    return [Hit(item=found[key], rank=rank) for rank, key in enumerate(before.keys, 1) if key in found]


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


def _status(accepted: Sequence[Verdict], refused: Sequence[Verdict], state: State) -> AnswerStatus:
    if not accepted:
        return "not_found"
    if validator.conflicts([verdict.claim for verdict in accepted]):
        return "conflicting"
    unchecked = any(verdict.status == "unchecked" for verdict in accepted)
    incomplete = bool(refused or state["draft"].missing or state["unreadable"])
    return "partial" if unchecked or incomplete else "answered"


def _blind(accepted: Sequence[Verdict], state: State, context: RuntimeContext) -> tuple[str, ...]:
    """What the reader of an answer that cites a figure is told where a model that cannot see wrote it."""
    if context.model.sees or not context.model.judges:  # `extractive` quotes, and says nothing of what is seen
        return ()
    cited = {citation.key for verdict in accepted for citation in verdict.claim.citations}
    found = evidence.items([one for one in state["ledger"] if one.key in cited], context.library)
    return (BLIND_TO_FIGURES,) if any(item.kind == "figure" for item in found.values()) else ()


def _gaps(accepted: Sequence[Verdict], refused: Sequence[Verdict], state: State) -> tuple[str, ...]:
    """Sentences on what is missing: the whole answer, what the model says the sources lack, a check that could not be
    made, an API that failed, or each statement that no source carries."""
    outside = [call for call in state["calls"] if call.error and call.tool not in OWN_TOOLS]
    failed = dict.fromkeys(f"{call.tool}: {call.error}" for call in outside)
    if not accepted and state["unreadable"]:
        return ("No answer: the model's replies could not be read. What was found is kept.", *failed)
    missing = (f"Not in the sources: {state['draft'].missing}",) if state["draft"].missing else ()
    if not accepted:
        return ("Not found: nothing in the library answers this.", *missing, *failed)
    doubts = dict.fromkeys(f"Not checked: {verdict.reason}" for verdict in accepted if verdict.status == "unchecked")
    left_out = (f"Left out, for no source carries it: {verdict.claim.text}" for verdict in refused)
    return (*missing, *doubts, *failed, *left_out)
