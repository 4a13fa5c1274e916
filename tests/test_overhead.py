"""What a turn costs beside the model's replies and the encoders: `python -m pytest -m slow -s tests/test_overhead.py`.

The server runs in a process of its own, so that its work is not counted, and the encoders remember what they were
asked, so that theirs is not. Wall time is what a person waits, on a quiet machine; CPU time cares less what runs beside
it.
"""

import json
import multiprocessing
import re
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from agent import Assistant
from tests.fake_ollama import Body, FakeOllama, conversation, kind

pytestmark = pytest.mark.slow
TURNS = 20
QUESTION = "How often is the air filter replaced?"
CALLS = [
    {"tool": "search_text", "query": "air filter"},
    {"tool": "search_text", "query": "filter replacement hours"},
    {"tool": "open_page", "key": 1, "offset": 0},
    {"tool": "search_text", "query": "maintenance schedule separator element"},
    {"tool": "open_page", "key": 2, "offset": 1},
    {"tool": "search_text", "query": "drain plug torque"},
]


class Model:
    """Makes the six calls and then writes three claims, word for word from the first three passages it is shown."""

    def __init__(self, delay: float) -> None:
        self.delay, self.calls = delay, 0

    def __call__(self, body: Body) -> str:
        time.sleep(self.delay)
        if kind(body) == "look":
            return json.dumps({"reading": "A drawing.", "relevant": True})
        self.calls += 1
        if self.calls % (len(CALLS) + 1) == 0:
            return json.dumps({"claims": claims(conversation(body)), "missing": ""})
        return json.dumps(CALLS[self.calls % (len(CALLS) + 1) - 1])


def claims(prompt: str) -> list[Body]:
    shown = re.findall(r"^\[(\d+)\] passage.*\n<<<text 1>>>\n(.+)", prompt, re.MULTILINE)
    sentences = [(key, text.split(". ")[0].strip()) for key, text in shown[:3]]
    return [{"citations": [{"key": key, "quote": one}], "text": one} for key, one in sentences]


def _serve(urls: Any, delay: float) -> None:
    with FakeOllama([Model(delay)] * 1000) as server:
        urls.put(server.base_url)
        time.sleep(3600)


@contextmanager
def elsewhere(delay: float) -> Iterator[str]:
    """The URL of a server in another process, each of whose replies takes `delay` seconds."""
    context = multiprocessing.get_context("spawn")
    urls = context.Queue()
    child = context.Process(target=_serve, args=(urls, delay), daemon=True)
    child.start()
    try:
        yield urls.get(timeout=120)
    finally:
        child.terminate()


class Remembering:
    """An encoder whose answers are kept: the second time they cost nothing."""

    def __init__(self, encoder: Any) -> None:
        self._encoder, self._kept = encoder, {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def texts(self, texts: Sequence[str]) -> Any:
        key = tuple(texts)
        if key not in self._kept:
            self._kept[key] = self._encoder.texts(texts)
        return self._kept[key]


class Clock:
    """Stands before `LangChainModel.reply`: CPU seconds that went into sending prompts and receiving replies, and
    nothing else."""

    def __init__(self, model: Any) -> None:
        self._reply, self.seconds = model.reply, 0.0

    def __call__(self, messages: Any, schema: Any, on_text: Any = lambda text: None) -> Any:
        def outside(text: str) -> None:
            begun = time.process_time()
            on_text(text)
            self.seconds -= time.process_time() - begun

        begun = time.process_time()
        reply = self._reply(messages, schema, outside)
        self.seconds += time.process_time() - begun
        return reply


class Turn(NamedTuple):
    """Milliseconds of a turn: on the wall, of our CPU, and the part of that in which replies were received."""

    wall: float
    cpu: float
    client: float


def turns(root: Path, delay: float) -> list[Turn]:
    """Each with six tool calls and seven replies of the model."""
    found = []
    given = {"library": root, "model": "ollama/llama3.2-vision", "num_ctx": 8192}
    with elsewhere(delay) as url, Assistant(**given, ollama_url=url) as assistant:
        assistant.library.index.encoders.text = Remembering(assistant.library.text_encoder)
        model = assistant.context.model
        model.reply = clock = Clock(model)  # type: ignore[attr-defined]
        for _ in range(TURNS + 2):
            begun, worked, clock.seconds = time.perf_counter(), time.process_time(), 0.0
            answer = assistant.ask(QUESTION, thread=uuid.uuid4().hex)
            spent = (time.perf_counter() - begun, time.process_time() - worked, clock.seconds)
            found.append(Turn(*(1000 * seconds for seconds in spent)))
            assert answer.claims, answer
    return found[2:]  # the first two load what is loaded once


@pytest.mark.parametrize("delay", [0.0, 0.02])
def test_our_own_work_in_a_turn(sample_root: Path, delay: float) -> None:
    wall, cpu, client = (statistics.median(column) for column in zip(*turns(sample_root, delay)))
    waited = 1000 * delay * (len(CALLS) + 1)
    print(
        f"\n6 tool calls, a server that takes {1000 * delay:.0f} ms a reply: median wall {wall:.1f} ms, of which the "
        f"server {waited:.0f} ms; CPU {cpu:.1f} ms, of which {client:.1f} ms to send prompts and receive replies"
    )
    assert cpu - client < 100.0
