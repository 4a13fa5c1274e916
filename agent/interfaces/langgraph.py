"""What langgraph.json names: the graph over the library of the settings, for a LangGraph server to run."""

import asyncio
import threading

from agent.assistant import Assistant
from agent.graph import build, tracing

_opening = threading.Lock()
_opened: list[Assistant] = []
"""The assistant of this process. The server asks for the graph at every run, and a library is opened once."""


async def graph() -> build.Graph:
    """A thread opens the library: the server refuses whoever blocks its event loop. Nodes run in threads of their
    own, and keep their conversation with the server's checkpointer."""
    return await asyncio.to_thread(_bound)


def _bound() -> build.Graph:
    with _opening:
        if not _opened:
            _opened.append(Assistant())
    if not _opened[0].settings.tracing:
        tracing.turn_off()
    return build.build(context=_opened[0].context)
