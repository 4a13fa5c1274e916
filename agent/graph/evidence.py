"""The conversation's evidence: numbered once and for all, shown to the model, and turned into places for the reader."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from agent.answer import Answer, Claim, Place, Verdict
from agent.graph.state import RuntimeContext, State
from agent.llm.context import fence_of, line
from agent.llm.conversation import CHECKER
from agent.llm.protocol import Brief, Call, Draft, Shown
from agent.validator import Span
from prompts import render
from tools.library.evidence import Evidence, Figure, Hit, Item, Record, by_page
from tools.library.library import Library
from tools.tool import Tool


class Noted(NamedTuple):
    """The ledger after a call, and the keys of what the call found, best first."""

    ledger: list[Evidence]
    keys: tuple[int, ...]


def note(ledger: Sequence[Evidence], tool: str, query: str, hits: Sequence[Hit]) -> Noted:
    """Adds what is new; an item that is already there keeps its number: turn 3 cites what turn 1 found."""
    grown = list(ledger)
    numbers = {evidence.origin: evidence.key for evidence in grown}
    for hit in hits:
        if hit.item.id not in numbers:
            key = numbers[hit.item.id] = len(grown) + 1
            grown.append(Evidence(key=key, origin=hit.item.id, tool=tool, query=query, rank=hit.rank))
    return Noted(grown, tuple(numbers[hit.item.id] for hit in hits))


def items(ledger: Sequence[Evidence], library: Library) -> dict[int, Item]:
    """key → item, for all the evidence that is still in the library."""
    found = library.catalog.items([evidence.origin for evidence in ledger])
    return {evidence.key: found[evidence.origin] for evidence in ledger if evidence.origin in found}


def found_by(noted: Noted, hits: Sequence[Hit]) -> dict[int, Item]:
    """key → item, of what a call found, best first."""
    return {key: hit.item for key, hit in zip(noted.keys, hits)}


def pages(found: Mapping[int, Item], titles: Mapping[int, str]) -> dict[int, str]:
    """key → where it stands, for a person who watches."""
    return {key: titles[key] + _page(item) for key, item in found.items()}


def own_picture(state: State, context: RuntimeContext) -> Path | None:
    return context.library.picture_path(state["image"]) if state["image"] else None


def brief(state: State, context: RuntimeContext, messages: Sequence[AnyMessage], **may: bool) -> Brief:
    """What the model may know now; `messages` is the conversation as it fits into the model's
    window, `may` what it may do: search, give up."""
    found = items(state["ledger"], context.library)
    fresh = {key for call in state["calls"] for key in call.keys}
    cited = {key for turn in state["turns"] for key in turn.keys}
    named = titles(found, context.library)
    shown = [
        _shown(
            evidence,
            found[evidence.key],
            named[evidence.key],
            seen=state["seen"].get(evidence.key, ""),
            fresh=evidence.key in fresh,
            cited=evidence.key in cited,
        )
        for evidence in state["ledger"]
        if evidence.key in found
    ]
    return Brief(
        question=state["question"],
        image=own_picture(state, context),
        pictured=state["pictured"],
        history=tuple(state["turns"]),
        evidence=tuple(shown),
        calls=tuple(state["calls"]),
        feedback=tuple(state["feedback"]),
        messages=tuple(messages),
        **may,
    )


GAP = 0.6
"""Share of the best score from which an item that a search found is shown whole; of the others the model sees where
they stand, and can open their page. On 74 questions over reports 5.4 of 8 are shown so and 76 % of the gold pages are
among them (78 % among all 8, 73 % among the first 5); on 29 of the sample 4.2, and none is lost."""


def found_message(
    state: State, noted: Noted, hits: Sequence[Hit], call: Call, call_id: str, named: Mapping[int, str]
) -> ToolMessage:
    """What a call found, as the model reads it. `artifact` is its short form, for when the window is full."""
    found = found_by(noted, hits)
    visible = {key for message in state["messages"] for key in message.additional_kwargs.get("keys", ())}
    new = [key for key in found if key not in visible]
    near = {key for key, hit in zip(noted.keys, hits) if hit.score >= GAP}
    whole = [key for key in new if key in near]
    heads = {key: _headline(key, item, named[key]) for key, item in found.items()}
    lines = [_whole(heads[key], found[key]) if key in whole else heads[key] for key in new]
    above = [f"[{key}]" for key in found if key in visible]
    if above:
        lines.append(f"{' '.join(above)} found again; see above.")
    body = call.error or ("Found:\n" + "\n\n".join(lines) if lines else "Found nothing.")
    headlines = "\n".join(heads.values())
    return ToolMessage(
        id=f"found {call_id}",
        content=f"{body}\n\nQuestion: {state['question']}",  # said again: a small model forgets it over the evidence
        artifact=call.error or f"Found earlier:\n{headlines}",
        tool_call_id=call_id,
        status="error" if call.error else "success",
        additional_kwargs={"keys": whole},
    )


def seen_in(message: ToolMessage, readings: Mapping[int, str]) -> ToolMessage:
    """The message with what was read in the pictures that it names; "" is said too: the model need not look again."""
    lines = []
    for key, reading in readings.items():
        fence = fence_of([reading])
        seen = f"\n{fence}\n{reading}\n{fence}" if reading else " nothing that bears on it."
        lines.append(f"Seen in the picture of [{key}], looked at with the question (it has no words to quote):{seen}")
    found, _, question = str(message.content).rpartition("\n\n")
    return message.model_copy(update={"content": "\n\n".join([found, *lines, question])})


def _whole(headline: str, item: Item) -> str:
    fence = fence_of([item.text])
    body = f"{fence}\n{item.text}\n{fence}" if item.text.strip() else "(a picture without words)"
    return f"{headline}\n{body}"


def _headline(key: int, item: Item, title: str) -> str:
    heading = "" if isinstance(item, Record) else item.heading.rpartition(" > ")[2]
    parts = [item.kind, title, f"page {item.regions[0].page}" if item.regions else "", heading]
    return line(f"[{key}] " + " · ".join(part for part in parts if part), 160)


def picture_line(reading: str) -> str:
    """What the question says of the person's own picture."""
    fence = fence_of([reading])
    seen = f" It shows:\n{fence}\n{reading}\n{fence}" if reading else ""
    return f"A picture is attached: it has key 0, can be searched with, and cannot be cited.{seen}"


def checked_messages(draft: Draft, accepted: Sequence[Verdict], refused: Sequence[Verdict]) -> list[AnyMessage]:
    """The draft as the model wrote it, and the checker's word on it."""
    lines = [f"Accepted, do not write again: {verdict.claim.text}" for verdict in accepted]
    lines += [f"Refused: {line(verdict.claim.text, 300)} ({line(verdict.reason, 300)})" for verdict in refused]
    if refused:
        lines.append(render("refused"))
    elif not accepted:
        lines.append(render("nothing"))
    said = AIMessage(content="", additional_kwargs={"reply": draft.reply or reply_of(draft.claims, draft.missing)})
    return [said, HumanMessage(content="\n".join(lines), name=CHECKER)]


def final_reply(draft: Draft, answer: Answer) -> str:
    """How the conversation goes on with the answer: to the letter as the model wrote it where all of it was said, so
    that the server has read it; else what was said."""
    if draft.reply and draft.claims == answer.claims:
        return draft.reply
    return reply_of(answer.claims, draft.missing)


def reply_of(claims: Sequence[Claim], missing: str) -> str:
    """An answer in the shape that models write."""
    shapes = [
        {"citations": [{"key": c.key, "quote": c.quote} for c in claim.citations], "text": claim.text}
        for claim in claims
    ]
    return json.dumps({"claims": shapes, "missing": missing}, ensure_ascii=False)


def offered(state: State, context: RuntimeContext) -> list[Tool]:
    """The tools that can help in this library: none for pictures where it holds none, none for tables likewise."""
    kinds = context.library.kinds()
    useless = set()
    if "figure" not in kinds:
        useless |= {"search_images"} if state["image"] else {"search_images", "search_by_image"}
    if "table" not in kinds:
        useless.add("query_table")
    if not (context.model.sees and context.look):
        useless.add("look")
    return [tool for name, tool in context.tools.items() if name not in useless]


def _shown(evidence: Evidence, item: Item, title: str, **from_turn: Any) -> Shown:
    return Shown(
        key=evidence.key,
        kind=item.kind,
        title=title,
        page=item.regions[0].page if item.regions else None,
        heading="" if isinstance(item, Record) else item.heading,
        text=item.text,
        tool=evidence.tool,
        rank=evidence.rank,
        **from_turn,
    )


def titles(found: Mapping[int, Item], library: Library) -> dict[int, str]:
    """key → title; each source is read once."""
    sources = {item.source_id for item in found.values() if not isinstance(item, Record)}
    known = {source: library.source(source).title for source in sources}
    return {key: item.url if isinstance(item, Record) else known[item.source_id] for key, item in found.items()}


def _page(item: Item) -> str:
    return f", page {item.regions[0].page}" if item.regions else ""


def place(key: int, item: Item, spans: Sequence[Span], library: Library) -> Place:
    """Where a citation stands. Of a figure that is both its words and the picture."""
    if isinstance(item, Record):
        return Place(key=key, title=item.url, uri=item.url)
    source = library.source(item.source_id)
    located = [region for span in spans for region in library.locate(item.id, span.start, span.end)]
    whole = item.regions if isinstance(item, Figure) or not located else ()
    regions = by_page([*located, *whole])
    printed = tuple(source.label(region.page) for region in regions)
    return Place(key=key, title=source.title, uri=source.uri, regions=regions, printed=printed if any(printed) else ())
