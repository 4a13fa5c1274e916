"""The state machine: every node and every edge.

    decide → act → (look) → decide … → write → validate → done, or back to decide or write
"""

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent import nodes
from agent.nodes import Workshop
from agent.state import State


def build(checkpointer: BaseCheckpointSaver | None = None) -> CompiledStateGraph:
    """Compiled without a checkpointer for servers that bring their own (langgraph.json)."""
    graph = StateGraph(State, context_schema=Workshop)
    graph.add_node("decide", nodes.decide)
    graph.add_node("act", nodes.act)
    graph.add_node("look", nodes.look)
    graph.add_node("write", nodes.write)
    graph.add_node("validate", nodes.validate)
    graph.add_node("finish", nodes.finish)

    graph.add_edge(START, "decide")
    graph.add_conditional_edges("decide", nodes.after_decide)
    graph.add_conditional_edges("act", nodes.after_act)
    graph.add_edge("look", "decide")
    graph.add_edge("write", "validate")
    graph.add_conditional_edges("validate", nodes.after_validate)
    graph.add_edge("finish", END)
    return graph.compile(checkpointer=checkpointer)
