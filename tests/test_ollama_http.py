"""agent/llm/wire: lines over HTTP; what is slow, endless, empty or cut."""

import time

import pytest
from agent.llm.ollama_http import CIRCLE, Reply, Wire, _in_circles

from tests.fake_ollama import FakeOllama
from tests.fake_ollama import Reply as Said
from tools.errors import ModelDown

ASKED = [{"role": "user", "content": "Say it." * 40}]
OPTIONS = {"num_ctx": 4096, "num_predict": 100, "temperature": 0}


def chat(*replies: Said, timeout: float = 5.0) -> Reply:
    with FakeOllama(list(replies)) as server:
        return Wire("llama3.2-vision", server.base_url, timeout).chat(ASKED, {"type": "object"}, OPTIONS)


def test_a_reply_comes_with_its_counts() -> None:
    reply = chat(Said("{}" * 10))
    assert (reply.text, reply.prompt_tokens, reply.tokens) == ("{}" * 10, 70, 5)  # four bytes a token
    assert reply.seconds == pytest.approx(0.25)  # 50 ms a token


def test_a_reply_in_circles_is_stopped_and_the_server_with_it() -> None:
    with FakeOllama([Said("It holds oil. " * 500, gap=0.001)]) as server:
        wire = Wire("llama3.2-vision", server.base_url, 5.0)
        reply = wire.chat(ASKED, {"type": "object"}, {**OPTIONS, "num_predict": 4000})
        assert reply.stuck and len(reply.text) < 2 * CIRCLE
        assert server.broken.wait(2.0)


@pytest.mark.parametrize(
    ("text", "circles"),
    [
        (" " * 400, True),
        ("x" + "ab" * 400, True),
        ('{"text": "It holds oil."}, ' * 30, True),
        ("Contents " + "." * 80 + " 5", False),
        ("|---" * 40, False),  # a table of forty columns
        ("".join(f"{number}, " for number in range(200)), False),
        ("short", False),
    ],
)
def test_what_goes_in_circles(text: str, circles: bool) -> None:
    assert _in_circles(text) is circles


def test_a_model_that_was_only_loaded_is_asked_once_more() -> None:
    assert chat(Said(loads=True), Said("{}")).text == "{}"
    with pytest.raises(ModelDown, match="said nothing"):
        chat(Said(loads=True), Said(loads=True))


def test_a_stream_that_ends_too_early_is_no_reply() -> None:
    with pytest.raises(ModelDown, match="broke off"):
        chat(Said(raw=b'{"message": {"content": "{"}, "done": false}\n'))


def test_the_wait_is_bounded_though_every_piece_is_quick() -> None:
    begun = time.monotonic()
    with pytest.raises(ModelDown, match="took longer"):
        chat(Said("abcdefgh" * 200, gap=0.05), timeout=0.5)
    assert time.monotonic() - begun < 3.0
