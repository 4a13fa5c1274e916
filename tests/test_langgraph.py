"""agent/interfaces/langgraph: what a LangGraph server runs."""

import asyncio
import json
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from agent.interfaces import langgraph
from tests.conftest import ROOT
from tools.library.library import Library


def test_a_langgraph_server_gets_the_graph_with_everything_bound(
    empty_cwd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs with a message alone, opens the library once, and brings no checkpointer of its own."""
    named = json.loads((ROOT / "langgraph.json").read_text("utf-8"))["graphs"]["exhibit"]
    assert named == "agent/interfaces/langgraph.py:graph"
    (empty_cwd / "gearbox.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    with Library(empty_cwd / "library", create=True) as library:
        library.add([empty_cwd / "gearbox.txt"])
    monkeypatch.setenv("EXHIBIT_LIBRARY", str(empty_cwd / "library"))
    opened: list = []
    monkeypatch.setattr(langgraph, "_opened", opened)
    monkeypatch.setattr(langgraph.tracing, "turn_off", lambda: None)  # it would be off for all tests

    async def both() -> list:
        graphs = await asyncio.gather(langgraph.graph(), langgraph.graph())
        start = {"messages": [HumanMessage(content="How much oil does the gearbox hold?")]}
        return [graph.checkpointer for graph in graphs] + [(await graphs[0].ainvoke(start))["messages"][-1].text]

    *checkpointers, said = asyncio.run(both())
    assert checkpointers == [None, None] and "4.2 litres" in said
    (assistant,) = opened
    assistant.close()
