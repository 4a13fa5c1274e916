"""Every fault of a server, in every place where it can strike: no traceback, no hang, no lost conversation.

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
from agent.llm.ollama import Ollama
from tests.fake_ollama import Body, FakeOllama, Reply, kind, refused_url
from tools.errors import ModelDown, ModelError, ModelMissing
from tools.library.library import Library

REAL = os.environ.get("EXHIBIT_TEST_OLLAMA")
MODEL = os.environ.get("EXHIBIT_TEST_OLLAMA_MODEL", "llama3.2-vision")
BOUND = 600.0 if REAL else 1.5
"""Seconds one reply may take."""
FACT = "The gearbox holds 4.2 litres of oil."
QUESTION = "How much oil does the gearbox hold? See the picture of the gearbox, too."


class Outcome(NamedTuple):
    """What a person gets: an answer, for the fault was mended, or an error of this kind that says this."""

    error: type[ModelError] | None
    says: str = ""


MENDED = Outcome(None)
FAULTS: dict[str, tuple[Reply, Outcome]] = {
    "busy": (Reply(status=503, error="server busy"), Outcome(ModelDown, "is busy .* Wait a little")),
    "out of memory": (Reply(status=500, error="model requires more system memory"), Outcome(ModelDown, "ollama run")),
    "removed meanwhile": (Reply(status=404, error="model not found"), Outcome(ModelMissing, "ollama pull")),
    "updated to 0.30": (
        Reply(status=500, error="unknown model architecture: 'mllama'"),
        Outcome(ModelMissing, r"Install Ollama 0\.24\.0"),
    ),
    "dies while replying": (
        Reply('{"thought": "I', error="llama runner process has terminated"),
        Outcome(ModelDown, "runner process has terminated"),
    ),
    "hangs up": (Reply('{"thought": "I look for it', cut=True), Outcome(ModelDown, "broke off its reply")),
    "no first token": (Reply("{}", delay=4 * BOUND), Outcome(ModelDown, "took longer than .* EXHIBIT_MODEL_TIMEOUT")),
    "a token now and then": (Reply("abcdefgh" * 200, gap=0.2), Outcome(ModelDown, "took longer than")),
    "another server": (Reply(raw=b"<html>nginx</html>"), Outcome(ModelDown, "does not speak as Ollama")),
    "nothing": (Reply(raw=b""), Outcome(ModelDown, "does not speak as Ollama")),
    "half JSON": (Reply('{"thought": "I look for'), MENDED),
    "schema ignored": (Reply("Sure! Here you are."), MENDED),
    "another schema": (Reply('{"reply": {"yes": [1, 2]}}'), MENDED),
    "no words": (Reply(""), MENDED),
    "endless repetition": (Reply("and again " * 4000), MENDED),
    "blanks without end": (Reply("{" + " " * 40000), MENDED),
    "only loaded": (Reply(loads=True), MENDED),
}
PLACES = ("probe", "decide", "look", "write")


def sensible(body: Body) -> str:
    """What a good model replies: it searches, looks, and quotes."""
    prompt = str(body["messages"][0]["content"])
    if kind(body) == "look":
        return json.dumps({"reading": "A grey box.", "relevant": True})
    if kind(body) == "write":
        shown = prompt[prompt.index("\nEvidence:\n") :]
        key = re.findall(r"^\[(\d+)\] ", shown[: shown.index(FACT)], re.MULTILINE)[-1]
        return json.dumps({"claims": [{"text": FACT, "citations": [{"key": key, "quote": FACT}]}], "enough": True})
    calls = prompt[prompt.index("\nCalls made:\n") : prompt.index("\nRefused by")]
    action = "answer" if "search_text" in calls else "search_text" if "search_images" in calls else "search_images"
    return json.dumps({"thought": "", "action": action, "query": "gearbox oil"})


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder, root = tmp_path_factory.mktemp("documents"), tmp_path_factory.mktemp("library")
    (folder / "oil.txt").write_text(FACT)
    (folder / "box.txt").write_text("The gearbox, seen from the left")
    Image.new("RGB", (240, 160), "grey").save(folder / "box.png")
    with Library(root, create=True) as library:
        library.add([folder])
    with Assistant(library=root) as opened:
        yield opened


def serve(**faults: Reply) -> FakeOllama:
    return FakeOllama([sensible] * 40, faults=faults, upstream=REAL)


def attach(assistant: Assistant, url: str) -> None:
    assistant.context = replace(
        assistant.context, model=Ollama(MODEL, base_url=url, timeout=BOUND), observations=Observations()
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str, place: str, assistant: Assistant, request: pytest.FixtureRequest) -> None:
    """A turn goes well; in the next the fault strikes, once; the one after it goes well again, and knows the first."""
    fault, outcome = FAULTS[name]
    thread = request.node.name
    if REAL and "took longer" in outcome.says:
        pytest.skip("a real model is given ten minutes")
    with serve() as server:
        attach(assistant, server.base_url)
        assistant.ask(QUESTION, thread=thread)
    with serve(**{place: fault}) as server:
        attach(assistant, server.base_url)
        begun = time.monotonic()
        if outcome.error:
            with pytest.raises(outcome.error, match=f"(?s){outcome.says}") as caught:
                assistant.ask(QUESTION, thread=thread)
            assert caught.value.next_step
        else:
            answered = assistant.ask(QUESTION, thread=thread)
            assert REAL or FACT in answered.text
        assert time.monotonic() - begun < BOUND + 4.0 or REAL  # the rest is our own work, on a busy machine
        assert REAL or not server.faults, "the fault did not strike"
        after = assistant.ask(QUESTION, thread=thread)
        assert REAL or (after.status, after.text) == ("answered", f"{FACT} [{after.claims[0].citations[0].key}]")
    assert len(assistant.history(thread)) == (2 if outcome.error else 3)


def test_nobody_there(assistant: Assistant) -> None:
    with serve() as server:
        attach(assistant, server.base_url)
        assistant.ask(QUESTION, thread="gone")
    with pytest.raises(ModelDown, match="ollama serve"):  # what was known of it does not help
        assistant.ask(QUESTION, thread="gone")
    attach(assistant, refused_url())
    with pytest.raises(ModelDown, match="ollama serve"):
        assistant.ask(QUESTION, thread="gone")
    assert len(assistant.history("gone")) == 1


@pytest.mark.skipif(REAL is not None, reason="a real model says what it says")
@pytest.mark.parametrize("num_ctx", [4096, 8192])
def test_no_prompt_is_cut_by_the_server(num_ctx: int, assistant: Assistant, tmp_path: Path) -> None:
    """With pages of text found in every search, what the model reads is what was sent, from its first word on."""
    with Library(tmp_path / "library", create=True) as library:
        for number in range(6):
            (tmp_path / f"{number}.txt").write_text(f"{FACT} Gearbox oil {number} is changed often. " * 120)
        library.add(sorted(tmp_path.glob("*.txt")))
    with serve() as server, Assistant(library=tmp_path / "library") as other:
        model = Ollama(MODEL, base_url=server.base_url, num_ctx=num_ctx)
        other.context = replace(other.context, model=model)
        assert other.ask(QUESTION).status == "answered"
    sent = ["".join(message["content"] for message in chat["messages"]) for chat in server.chats]
    assert server.read == sent
    assert max(len(text) for text in sent) > 3 * num_ctx / 2
