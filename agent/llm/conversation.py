"""The conversation with a model: append-only, so that the server's prompt cache holds what it has read.

What is stored are LangChain's messages (a question, calls, what tools found, the checker's word, the answer), so that
LangGraph's own tools and chat clients see what happened. What is *sent* are the same messages for a model that knows
no tools: its own replies as it wrote them, everything else as the user's. A message that was sent is never reworded,
but where the window is full: then the oldest evidence shrinks to its titles.
"""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage

from agent.llm.context import tokens

CHECKER = "checker"
"""Name of the messages in which the validator speaks."""
SLACK = 0.7
"""Part of the window that is used once something had to shrink: so that the next message needs no shrinking again."""


def sent(messages: Sequence[AnyMessage]) -> list[BaseMessage]:
    """The messages as the model reads them, the model's and the user's in turn: many templates refuse two of one kind
    in a row, as a turn that broke off leaves them. One without words says nothing."""
    found: list[BaseMessage] = []
    for message in (_sent(one) for one in messages if not one.additional_kwargs.get("left_out")):
        if found and message.type == found[-1].type and message.text:
            found[-1] = found[-1].model_copy(update={"content": f"{found[-1].text}\n\n{message.text}"})
        elif message.text.strip():
            found.append(message)
    return found


def _sent(message: AnyMessage) -> BaseMessage:
    if isinstance(message, AIMessage):
        return AIMessage(content=str(message.additional_kwargs.get("reply") or message.text))
    if isinstance(message, HumanMessage) and message.name != CHECKER:
        picture = str(message.additional_kwargs.get("picture") or "")
        return HumanMessage(content=f"Question: {message.text}" + (f"\n{picture}" if picture else ""))
    return HumanMessage(content=message.text)


def size(messages: Sequence[AnyMessage]) -> int:
    """Tokens, as we count them; four a message for what the server's template puts around it."""
    return sum(tokens(str(message.content)) + 4 for message in sent(messages))


def shrink(messages: Sequence[AnyMessage], room: int) -> list[AnyMessage]:
    """The messages that have to change so that all fit into `room` tokens, under their own ids; [] where all fit.

    Evidence of the oldest turns becomes its titles first; then the oldest turns are not sent; then the evidence of
    this turn becomes its titles, oldest first."""
    if size(messages) <= room:
        return []
    now: dict[str, AnyMessage] = {str(message.id): message for message in messages}
    changed: dict[str, AnyMessage] = {}
    for message in _shrinking(messages):
        changed[str(message.id)] = now[str(message.id)] = message
        if size(list(now.values())) <= SLACK * room:
            break
    return list(changed.values())


def _shrinking(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """Each message as it may become, in the order in which that costs least."""
    start = max((n for n, message in enumerate(messages) if _asks(message)), default=0)
    before, turn = messages[:start], messages[start:]
    titles = [_titles(message) for message in before if isinstance(message, ToolMessage)]
    gone = [_marked(message, {"left_out": True}) for message in before]
    return [*titles, *gone, *(_titles(message) for message in turn if isinstance(message, ToolMessage))]


def _asks(message: AnyMessage) -> bool:
    return isinstance(message, HumanMessage) and message.name != CHECKER


def _titles(message: ToolMessage) -> ToolMessage:
    """`artifact` holds the short form of what a tool found."""
    return message.model_copy(update={"content": str(message.artifact or message.content)})


def _marked(message: AnyMessage, marks: dict[str, Any]) -> AnyMessage:
    return message.model_copy(update={"additional_kwargs": {**message.additional_kwargs, **marks}})
