"""The state machine: every node and every edge.

begin → decide → act → (look) → decide … → validate → finish, or back to decide
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agent.graph import nodes, routes
from agent.graph.state import RuntimeContext, State

Graph = CompiledStateGraph[State, RuntimeContext, State, State]


def build(checkpointer: BaseCheckpointSaver | None = None, context: RuntimeContext | None = None) -> Graph:
    """`context` is bound to the nodes where the caller cannot pass one (a LangGraph server); there the checkpointer is
    the server's own."""
    graph = StateGraph(State, context_schema=None if context else RuntimeContext)
    for node in (nodes.begin, nodes.decide, nodes.act, nodes.look, nodes.validate, nodes.finish):
        graph.add_node(node.__name__, _bound(node, context))

    graph.add_edge(START, "begin")
    graph.add_edge("begin", "decide")
    graph.add_conditional_edges("decide", routes.after_decide)
    graph.add_conditional_edges("act", _bound(routes.after_act, context))
    graph.add_edge("look", "decide")
    graph.add_conditional_edges("validate", _bound(routes.after_validate, context))
    graph.add_edge("finish", END)
    return graph.compile(checkpointer=checkpointer)


def _bound(step: Callable[..., Any], context: RuntimeContext | None) -> Callable[..., Any]:
    if context is None:
        return step

    @wraps(step)
    def run(state: State, runtime: Runtime[RuntimeContext]) -> Any:
        return step(state, runtime.override(context=context))

    return run
