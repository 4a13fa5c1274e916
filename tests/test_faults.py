"""Every fault of a server, in every place where a model is called, on both kinds of server: no traceback, no hang, no
lost conversation, and a sentence with what to type.

Against a real model too: EXHIBIT_TEST_OLLAMA=http://127.0.0.1:11434 (and EXHIBIT_TEST_OLLAMA_MODEL) puts the faults in
front of that server's own replies.
"""

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from agent import Assistant
from agent.graph.observations import Observations
from agent.llm.langchain import LangChainModel
from agent.llm.ollama import Ollama
from agent.llm.openai import OpenAI
from tests.fake_ollama import Body, FakeOllama, Reply, conversation, kind, refused_url
from tests.fake_openai import FakeOpenAI
from tools.errors import ModelDown, ModelError, ModelMissing
from tools.library.library import Library

REAL = os.environ.get("EXHIBIT_TEST_OLLAMA")
MODEL = os.environ.get("EXHIBIT_TEST_OLLAMA_MODEL", "llama3.2-vision")
BOUND = 600.0 if REAL else 1.5
"""Seconds one reply may take."""
FACT = "The gearbox holds 4.2 litres of oil."
BOX = "The gearbox, seen from the left"
GREY = "Its housing is painted grey."
QUESTION = "How much oil does the gearbox hold, and what colour is it in its picture?"


class Outcome(NamedTuple):
    """What a person gets: an answer, for the fault was mended, or an error of this kind that says this, on Ollama and
    on a server of OpenAI's API."""

    error: type[ModelError] | None
    ollama: str = ""
    openai: str = ""


MENDED = Outcome(None)
SLOW = Outcome(ModelDown, *["took longer than .* EXHIBIT_MODEL_TIMEOUT"] * 2)
BROKEN = Outcome(ModelDown, *["broke off its reply"] * 2)
FOREIGN = Outcome(ModelDown, "does not speak as Ollama .* EXHIBIT_OLLAMA_URL", "does not speak OpenAI's .* ends in /v1")
UNKNOWN = "unknown model architecture: 'mllama'"
FAULTS: dict[str, tuple[Reply, Outcome]] = {
    "busy": (Reply(status=503, error="server busy"), Outcome(ModelDown, "is busy .* Wait a little", "503: .*busy")),
    "out of memory": (
        Reply(status=500, error="model requires more system memory"),
        Outcome(ModelDown, "memory.* ollama run", "more system memory.* server's log"),
    ),
    "removed meanwhile": (
        Reply(status=404, error="model not found"),
        Outcome(ModelMissing, "ollama pull", "has no model .*/v1/models"),
    ),
    "updated to 0.30": (
        Reply(status=500, error=UNKNOWN),
        Outcome(ModelError, r"Install Ollama 0\.24\.0", "unknown model architecture"),
    ),
    "dies while replying": (
        Reply('{"thought": "I', error="an error was encountered while running the model: unexpected EOF"),
        Outcome(ModelDown, "unexpected EOF.* ollama run", "broke off its reply .*unexpected EOF"),
    ),
    "hangs up": (Reply('{"thought": "I look for it', cut=True), BROKEN),
    "no first token": (Reply("{}", delay=4 * BOUND), SLOW),
    "a token now and then": (Reply(" ".join(map(str, range(900))), gap=0.2), SLOW),
    "another server": (Reply(raw=b"<html>nginx</html>"), FOREIGN),
    "nothing": (Reply(raw=b""), FOREIGN),
    "half JSON": (Reply('{"tool": "search_te'), MENDED),
    "schema ignored": (Reply("Sure! Here you are."), MENDED),
    "another schema": (Reply('{"reply": {"yes": [1, 2]}}'), MENDED),
    "no words": (Reply(""), MENDED),
    "endless repetition": (Reply("and again " * 4000), MENDED),
    "blanks without end": (Reply("{" + " " * 40000), MENDED),
    "only loaded": (Reply(loads=True), MENDED),
}
PLACES = ("probe", "step", "look", "second step", "opinion")


def sensible(body: Body) -> str:
    """What a good model replies: it looks, searches, and says what it saw and what it read."""
    said = conversation(body)
    if kind(body) == "look":
        return json.dumps({"reading": "A grey box.", "relevant": True})
    if kind(body) == "opinion":
        return json.dumps({"thought": "It is grey.", "answer": "yes"})
    if '"search_images"' not in "\n".join(own(body)):
        return json.dumps({"tool": "search_images", "query": "gearbox"})
    if '"search_text"' not in "\n".join(own(body)):
        return json.dumps({"tool": "search_text", "query": "gearbox oil"})
    oil, box = (re.findall(r"^\[(\d+)\] ", said[: said.index(words)], re.MULTILINE)[-1] for words in (FACT, BOX))
    return json.dumps(
        {
            "claims": [
                {"citations": [{"key": oil, "quote": FACT}], "text": FACT},
                {"citations": [{"key": box, "quote": ""}], "text": GREY},
            ],
            "missing": "",
        }
    )


def own(body: Body) -> list[str]:
    """What the model said since the last question of a person."""
    messages = body["messages"]
    asked = max(n for n, one in enumerate(messages) if one["content"] == f"Question: {QUESTION}")
    return [one["content"] for one in messages[asked:] if one["role"] == "assistant"]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder, root = tmp_path_factory.mktemp("documents"), tmp_path_factory.mktemp("library")
    (folder / "oil.txt").write_text(FACT)
    (folder / "box.txt").write_text(BOX)
    Image.new("RGB", (240, 160), "grey").save(folder / "box.png")
    with Library(root, create=True) as library:
        library.add([folder])
    with Assistant(library=root) as opened:
        yield opened


def serve(kind: str, **faults: Reply) -> FakeOllama:
    if kind == "openai":
        return FakeOpenAI([worded] * 40, faults=faults)
    return FakeOllama([sensible] * 40, faults=faults, upstream=REAL)


def attach(assistant: Assistant, kind: str, url: str) -> None:
    model: LangChainModel = Ollama(MODEL, base_url=url, timeout=BOUND)
    if kind == "openai":
        model = OpenAI("qwen3-vl", base_url=url, timeout=BOUND)
    assistant.context = replace(assistant.context, model=model, observations=Observations())


KINDS = ["ollama"] if REAL else ["ollama", "openai"]
LOOKING = ("look", "opinion")
"""Places where every fault has one outcome: the turn goes on."""


def cases() -> Iterator[object]:
    """Every fault in every place on every kind of server. The usual suite takes each fault in every other place on one
    of the kinds, in turns, and a third of them where pictures are looked at; `make bench` takes the rest."""
    for number, name in enumerate(FAULTS):
        for at, place in enumerate(PLACES):
            for server in KINDS:
                turn, odd = divmod(number + at, 2)
                usual = not odd and server == KINDS[turn % len(KINDS)] and (place not in LOOKING or number % 3 == 0)
                marks = () if usual else pytest.mark.slow
                yield pytest.param(name, place, server, marks=marks, id=f"{name}-{place}-{server}")


@pytest.mark.parametrize(("name", "place", "kind"), list(cases()))
def test_fault(name: str, place: str, kind: str, assistant: Assistant, request: pytest.FixtureRequest) -> None:
    """A turn goes well; in the next the fault strikes, once; the one after it goes well again, and knows the first."""
    fault, outcome = FAULTS[name]
    if place in LOOKING:
        outcome = MENDED  # one picture that fails costs no turn
    if (kind, place, fault.status) == ("openai", "probe", 500):
        outcome = MENDED  # it may mean that the server does not know this way of asking: asked again, it answers
    thread, says = request.node.name, getattr(outcome, kind)
    if REAL and "took longer" in says:
        pytest.skip("a real model is given ten minutes")
    with serve(kind) as server:
        attach(assistant, kind, server.base_url)
        assistant.ask(QUESTION, thread=thread)
    with serve(kind, **{place: fault}) as server:
        attach(assistant, kind, server.base_url)
        begun = time.monotonic()
        if outcome.error:
            with pytest.raises(outcome.error, match=f"(?s){says}") as caught:
                assistant.ask(QUESTION, thread=thread)
            assert caught.value.next_step
        else:
            answered = assistant.ask(QUESTION, thread=thread)
            assert REAL or FACT in answered.text
        assert time.monotonic() - begun < BOUND + 4.0 or REAL  # the rest is our own work, on a busy machine
        assert REAL or not server.faults, "the fault did not strike"
        after = assistant.ask(QUESTION, thread=thread)
        assert REAL or (after.status, [claim.text for claim in after.claims]) == ("answered", [FACT, GREY])
    assert len(assistant.history(thread)) == (2 if outcome.error else 3)


@pytest.mark.parametrize(("kind", "says"), [("ollama", "ollama serve"), ("openai", "Start it, or check EXHIBIT_MODEL")])
def test_nobody_there(kind: str, says: str, assistant: Assistant) -> None:
    with serve(kind) as server:
        attach(assistant, kind, server.base_url)
        assistant.ask(QUESTION, thread=f"gone {kind}")
    with pytest.raises(ModelDown, match=says):  # what was known of it does not help
        assistant.ask(QUESTION, thread=f"gone {kind}")
    attach(assistant, kind, refused_url())
    with pytest.raises(ModelDown, match=says):
        assistant.ask(QUESTION, thread=f"gone {kind}")
    assert len(assistant.history(f"gone {kind}")) == 1


@pytest.mark.skipif(REAL is not None, reason="for servers of OpenAI's API")
@pytest.mark.parametrize(
    ("server", "says"),
    [
        (FakeOpenAI([sensible], key="sesame"), "refuses the key .* EXHIBIT_MODEL_KEY"),
        (FakeOpenAI([sensible], page=b"<html>nginx</html>"), "does not speak OpenAI's API.* EXHIBIT_MODEL_URL"),
        (FakeOpenAI([sensible], model="other"), "has no model 'qwen3-vl'"),
    ],
    ids=["key", "page", "model"],
)
def test_a_server_that_is_set_wrongly_is_a_sentence(server: FakeOpenAI, says: str, assistant: Assistant) -> None:
    with server:
        attach(assistant, "openai", server.base_url)
        with pytest.raises(ModelError, match=says) as caught:
            assistant.ask(QUESTION, thread="wrong")
    assert caught.value.next_step and assistant.history("wrong") == []


@pytest.mark.skipif(REAL is not None, reason="for servers of OpenAI's API")
def test_a_server_without_response_format_is_asked_in_words(assistant: Assistant) -> None:
    with FakeOpenAI([worded] * 40, formats=[]) as server:
        attach(assistant, "openai", server.base_url)
        assert assistant.ask(QUESTION, thread="words").status == "answered"


def worded(body: Body) -> str:
    """`sensible`, where no schema says what is asked for."""
    asked = str(body["messages"][-1]["content"])
    fields = {"and read": ["reading", "relevant"], "and say": ["thought", "answer"]}
    found = next((names for words, names in fields.items() if asked.startswith(f"Look at the picture {words}")), [])
    return sensible({**body, "format": {"properties": dict.fromkeys(found, {})}})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of more text than any window holds."""
    folder = tmp_path_factory.mktemp("pages")
    for number in range(6):
        (folder / f"{number}.txt").write_text(f"{FACT} Gearbox oil {number} is changed often. " * 120)
    with Library(folder / "library", create=True) as library:
        library.add(sorted(folder.glob("*.txt")))
    return folder / "library"


@pytest.mark.skipif(REAL is not None, reason="a real model says what it says")
@pytest.mark.parametrize("num_ctx", [4096, 8192])
def test_no_prompt_is_cut_by_the_server(num_ctx: int, pages: Path) -> None:
    """With pages of text found in every search, what the model reads is what was sent, from its first word on."""
    replies = ["pump", "gearbox oil", "litres", "changed", "oil"]
    script = [json.dumps({"tool": "search_text", "query": query}) for query in replies]
    answer = {"claims": [{"citations": [{"key": 1, "quote": FACT}], "text": FACT}], "missing": ""}
    with FakeOllama([*script, answer]) as server, Assistant(library=pages) as other:
        model = Ollama(MODEL, base_url=server.base_url, num_ctx=num_ctx)
        other.context = replace(other.context, model=model)
        assert other.ask(QUESTION).status == "answered"
    sent = ["".join(message["content"] for message in chat["messages"]) for chat in server.chats]
    assert server.read == sent
