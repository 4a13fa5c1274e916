"""agent/graph/tracing: LangSmith gets nothing, whatever its variables say, unless EXHIBIT_TRACING asks for it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from langsmith.run_helpers import get_tracing_context, tracing_context

from agent.graph.tracing import untraced
from tests.conftest import ROOT

ASK = """
from agent import Assistant
from langchain_core.tracers.langchain import wait_for_all_tracers
with Assistant() as assistant:
    print(assistant.ask("How often per hour may the motor be started?", thread="traced").status)
    print(len(list(assistant.steps("And per day?", thread="traced"))) > 3)
wait_for_all_tracers()
"""
SERVED = """
import asyncio
from agent.interfaces.langgraph import graph
from langchain_core.messages import HumanMessage
from langchain_core.tracers.langchain import wait_for_all_tracers
async def main():
    question = HumanMessage(content="How often per hour may the motor be started?")
    print((await (await graph()).ainvoke({"messages": [question]}))["answer"].status)
asyncio.run(main())
wait_for_all_tracers()
"""


@contextmanager
def langsmith() -> Iterator[tuple[str, list[str]]]:
    """A server on the loopback that takes whatever LangSmith's client sends, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(202)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PATCH = answer

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def run(script: str, library: Path, url: str, **variables: str) -> str:
    """What the script prints in a process of its own: LangSmith's client reads its variables once."""
    told = {"LANGSMITH_API_KEY": "key", "LANGSMITH_ENDPOINT": url, "LANGCHAIN_ENDPOINT": url, **variables}
    environment = {**os.environ, "EXHIBIT_LIBRARY": str(library), **told}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("script", [ASK, SERVED], ids=["assistant", "server"])
@pytest.mark.parametrize("variable", ["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING"])
def test_nothing_is_sent(script: str, variable: str, sample_root: Path) -> None:
    with langsmith() as (url, asked):
        assert run(script, sample_root, url, **{variable: "true"}).startswith("answered")
    assert asked == []


def test_it_is_sent_where_the_person_asks_for_it(sample_root: Path) -> None:
    with langsmith() as (url, asked):
        run(ASK, sample_root, url, LANGSMITH_TRACING="true", EXHIBIT_TRACING="true")
    assert any("/runs" in path for path in asked)


def test_what_the_caller_traces_stays_as_it_is() -> None:
    def chunks() -> Iterator[object]:
        yield get_tracing_context()["enabled"]
        yield get_tracing_context()["enabled"]

    with tracing_context(enabled=True):
        for inside in untraced(chunks()):  # type: ignore[arg-type]
            assert inside is False and get_tracing_context()["enabled"] is True
    assert get_tracing_context()["enabled"] is None


def test_closing_the_stream_closes_what_makes_it() -> None:
    closed = []

    def chunks() -> Iterator[int]:
        try:
            yield from range(1, 9)
        finally:
            closed.append(get_tracing_context()["enabled"])

    stream = untraced(chunks())  # type: ignore[arg-type]
    assert next(stream) == 1
    stream.close()
    assert closed == [False]
