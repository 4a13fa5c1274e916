"""agent/llm/known: the server, its list, the model's card, one probe; and the window that follows from them."""

from typing import Any

import pytest
from agent.llm.ollama_http import Wire
from agent.llm.ollama_probe import Card, choose_window

from agent.llm import ollama_probe
from tests.fake_ollama import MLLAMA, FakeOllama, Reply
from tools.errors import ModelDown, ModelMissing

GIB = 1024**3


def wire(server: FakeOllama, model: str = "llama3.2-vision") -> Wire:
    return Wire(model, server.base_url, 5.0)


def test_what_is_learnt_of_llama_3_2_vision() -> None:
    with FakeOllama(on_gpu=0.5) as server:
        learnt = ollama_probe.learn(wire(server), None)
    assert (learnt.version, learnt.card.family, learnt.card.context) == ("0.24.0", "mllama", 131072)
    assert learnt.card.kv_bytes == 163_840  # keys and values, 40 layers, 8 heads of 4096 / 32 numbers, 2 bytes each
    assert learnt.probe.keeps_schema and learnt.probe.on_gpu == pytest.approx(0.5)
    assert learnt.probe.rate == pytest.approx(20.0)  # the fake takes 50 ms a token
    assert server.probes[0]["options"]["num_ctx"] == learnt.num_ctx  # another window would load the model again
    assert server.running == {"llama3.2-vision": learnt.num_ctx}


@pytest.mark.parametrize(
    ("memory", "window"),
    [(64 * GIB, 16384), (16 * GIB, 8192), (8 * GIB, 4096), (2 * GIB, 4096), (None, 8192)],
)
def test_the_cache_of_the_window_takes_an_eighth_of_the_memory_at_most(memory: int | None, window: int) -> None:
    """163840 bytes a token: 16384 tokens are 2.5 GiB, 8192 are 1.25 GiB."""
    assert choose_window(Card("mllama", None, 131072, 163_840), memory) == window


def test_a_model_is_given_no_longer_window_than_it_was_made_for() -> None:
    assert choose_window(Card("llava", None, 4096, 1000), 64 * GIB) == 4096
    assert choose_window(Card("x", None, None, None), 64 * GIB) == 8192


@pytest.mark.parametrize(
    ("info", "bytes_a_token"),
    [
        ({}, None),
        ({"q.block_count": 10}, None),
        ({"q.block_count": 10, "q.attention.head_count": 4, "q.embedding_length": 64}, 2 * 10 * 4 * 16 * 2),
        (
            {**MLLAMA, "mllama.attention.head_count_kv": [8, 0, 8], "mllama.attention.key_length": 64},
            2 * 40 * 8 * 64 * 2,
        ),
    ],
)
def test_what_a_card_does_not_say_is_not_guessed(info: dict[str, Any], bytes_a_token: int | None) -> None:
    with FakeOllama(info=info) as server:
        assert ollama_probe.card(wire(server)).kv_bytes == bytes_a_token


@pytest.mark.parametrize(
    ("fake", "kind", "said"),
    [
        ({"model": "gemma4:latest"}, ModelMissing, "ollama pull llama3.2-vision"),
        ({"version": "0.30.0"}, ModelMissing, r"Ollama 0\.30\.0 cannot load .* Install Ollama 0\.24\.0"),
        ({"capabilities": ["completion"]}, ModelMissing, "cannot see pictures"),
        ({"probe": Reply(status=500, error="unknown model architecture: 'mllama'")}, ModelMissing, "Install Ollama"),
        ({"probe": Reply(status=500, error="CUDA out of memory")}, ModelDown, "out of memory"),
        ({"probe": Reply(loads=True)}, ModelDown, "said nothing.* ollama run"),
    ],
)
def test_what_is_missing_is_said(fake: dict[str, Any], kind: type[Exception], said: str) -> None:
    with FakeOllama(**fake) as server, pytest.raises(kind, match=said):
        ollama_probe.learn(wire(server), 4096)


@pytest.mark.parametrize(("reply", "keeps"), [('{ "ready":\ntrue }', True), ("Sure, I am ready!", False), ("", False)])
def test_whether_it_keeps_to_a_schema(reply: str, keeps: bool) -> None:
    with FakeOllama(probe=Reply(reply)) as server:
        assert ollama_probe.probe(wire(server), 4096).keeps_schema is keeps


def test_a_server_that_lists_no_abilities_is_given_the_benefit_of_the_doubt() -> None:
    with FakeOllama(capabilities=None, version="0.6.0") as server:
        assert ollama_probe.learn(wire(server), 4096).card.capabilities is None


@pytest.mark.parametrize(("version", "number"), [("0.24.0", (0, 24)), ("0.30.0-rc1", (0, 30)), ("", (0, 0))])
def test_versions(version: str, number: tuple[int, int]) -> None:
    assert ollama_probe.number(version) == number
