"""agent/graph/routes: when a turn gets nowhere. What ends a loop is tried on the whole graph, in test_nodes."""

import pytest

from agent.graph.routes import stagnant
from agent.llm.protocol import Call


@pytest.mark.parametrize(
    ("keys", "stuck"),
    [
        ([], False),
        ([(), (), ()], True),
        ([(1,), (), ()], False),
        ([(1, 2), (2,), (1,), ()], True),
        ([(1, 2), (2,), (3,), ()], False),
    ],
)
def test_three_calls_that_bring_nothing_new_are_enough(keys: list[tuple[int, ...]], stuck: bool) -> None:
    assert (
        stagnant([Call(tool="search", args={"query": str(number)}, keys=found) for number, found in enumerate(keys)])
        is stuck
    )
