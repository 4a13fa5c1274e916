"""LangSmith is off unless the person asks for it: its own variables in the environment do not turn it on."""

import os
from collections.abc import Generator
from contextlib import ExitStack
from contextvars import copy_context
from typing import TypeVar

from langsmith.run_helpers import tracing_context
from langsmith.run_trees import configure

T = TypeVar("T")
FIRST_VERSION = ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER")
"""LangChain refuses to run where one of these is set and its tracing is off."""


def untraced(chunks: Generator[T]) -> Generator[T]:
    """The same chunks. They are made in a context of their own, in which LangSmith is off: whatever the caller traces
    between two chunks stays as it is."""
    _forget_first_version()
    context, stack = copy_context(), ExitStack()
    context.run(stack.enter_context, tracing_context(enabled=False))
    try:
        yield from iter(lambda: context.run(next, chunks, None), None)
    finally:
        context.run(chunks.close)
        context.run(stack.close)


def turn_off() -> None:
    """For the whole process: a LangGraph server runs the graph itself."""
    _forget_first_version()
    configure(enabled=False)


def _forget_first_version() -> None:
    for name in FIRST_VERSION:
        os.environ.pop(name, None)
