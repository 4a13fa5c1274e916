"""agent/llm/protocol: which calls are repeats."""

import pytest
from pydantic import BaseModel, Field

from agent.llm.protocol import Call, repeated
from tools.tool import Tool


class Args(BaseModel):
    query: str = Field(min_length=1)
    limit: int = 8


TOOL = Tool("search", "Call it.", Args, lambda args, context: [])


def made(query: str = "oil", **more) -> Call:
    return Call(tool="search", args={"query": query}, **more)


@pytest.mark.parametrize(
    ("calls", "again"),
    [
        ([], False),
        ([made()], True),
        ([made("belt")], False),
        ([Call(tool="other", args={"query": "oil"})], False),
        ([made(error="It is busy.", passing=True)], False),
        ([made(error="It is busy.", passing=True)] * 2, True),
        ([made(error="There is no such part.")], True),
        ([made(error="It is busy.", passing=True), made()], True),
    ],
)
def test_a_call_is_made_once_and_twice_where_it_failed_in_passing(calls: list[Call], again: bool) -> None:
    assert repeated(TOOL, {"query": "oil"}, calls) is again


def test_a_default_that_is_written_out_makes_no_other_call() -> None:
    assert repeated(TOOL, {"query": "oil", "limit": 8}, [made()])
    assert not repeated(TOOL, {"query": "oil", "limit": 9}, [made()])
