"""agent/llm/ollama: what only Ollama needs, over real HTTP, against a server that speaks and refuses as 0.24.0 does.

Against a real one too: EXHIBIT_TEST_OLLAMA=http://127.0.0.1:11434 (and EXHIBIT_TEST_OLLAMA_MODEL).
"""

import io
import os
import re
from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage
from PIL import Image

from agent.llm.context import NUM_PREDICT
from agent.llm.ollama import Card, Ollama, choose_window, number
from agent.llm.protocol import Brief, Decision, Draft
from tests.fake_ollama import MLLAMA, FakeOllama, Registry, Reply, refused_url
from tests.test_langchain import ANSWER, BRIEF, EMPTY, FUSE, SEARCH, TOOLS, images_of
from tools.errors import ExhibitError, ModelDown, ModelError, ModelMissing, SettingsError

GIB = 1024**3
THINKER = {"model": "qwen3-vl-thinking:latest", "family": "qwen3vl", "only_thinks": True}


def ollama(
    server: FakeOllama, timeout: float = 5.0, num_ctx: int | None = 8192, model: str = "llama3.2-vision"
) -> Ollama:
    return Ollama(model, base_url=server.base_url, timeout=timeout, num_ctx=num_ctx)


def png() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (9, 9)).save(data, "PNG")
    return data.getvalue()


# what is sent


def test_what_is_sent_is_what_this_model_can_take() -> None:
    with FakeOllama([SEARCH]) as server:
        ollama(server, num_ctx=6000).step(EMPTY, TOOLS)
    (chat,) = server.chats
    assert "tools" not in chat or not chat["tools"]
    options = {name: value for name, value in chat["options"].items() if value is not None}
    assert options == {"num_ctx": 6000, "num_predict": NUM_PREDICT, "temperature": 0}
    assert (chat["keep_alive"], chat["think"], chat["truncate"]) == ("10m", False, False)
    assert images_of(chat) == [] and chat["format"]["anyOf"]


def test_a_prompt_that_the_server_counts_as_too_long_is_refused_and_not_cut() -> None:
    """Its tokenizer may count more than ours."""
    asked = HumanMessage(content="\u2801" * 5000)  # three bytes each, and one token as we count
    brief = Brief(question="q", messages=(asked,))
    with FakeOllama([SEARCH]) as server:
        with pytest.raises(ModelError) as ours:  # too long as we count, and it says for which window it is not
            ollama(server, num_ctx=4096).step(brief, TOOLS)
        enough = int(re.findall(r"EXHIBIT_NUM_CTX to (\d+)", str(ours.value))[0])
        with pytest.raises(ModelError, match="longer than the window .* EXHIBIT_NUM_CTX"):
            ollama(server, num_ctx=enough).step(brief, TOOLS)
    assert server.read == []


def test_a_proxy_in_the_environment_is_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", refused_url())
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with FakeOllama([ANSWER]) as server:
        assert isinstance(ollama(server).step(BRIEF, TOOLS), Draft)


# what comes back


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (Reply(status=503, error="server busy, please try again"), ModelDown, "is busy .*Wait a little"),
        (Reply(status=500, error="model requires more system memory"), ModelDown, "refused .500: model requires more"),
        (Reply(status=404, error="model 'llama3.2-vision' not found"), ModelMissing, "ollama pull llama3.2-vision"),
        (
            Reply('{"claims": [', error="an error was encountered while running the model: unexpected EOF"),
            ModelDown,
            "while it replied: an error was encountered",
        ),
        (Reply('{"claims": [], "missing": ""}', cut=True), ModelDown, "broke off its reply"),
        (Reply(raw=b"<html>Welcome to nginx</html>"), ModelDown, "does not speak as Ollama does"),
        (Reply(raw=b'{"model": "m", "mess'), ModelDown, "does not speak as Ollama does"),
        (Reply(raw=b""), ModelDown, "does not speak as Ollama does"),
    ],
)
def test_a_server_in_trouble(reply: Reply, kind: type[ExhibitError], said: str) -> None:
    with FakeOllama([reply]) as server, pytest.raises(kind, match=said) as caught:
        ollama(server).step(BRIEF, TOOLS)
    assert caught.value.next_step


def test_thirty_one_equal_tokens_end_a_reply_which_is_sent_back_and_mended() -> None:
    with FakeOllama([Reply('{"tool": "' + " " * 4000), SEARCH]) as server:
        found = ollama(server).step(BRIEF, TOOLS)
    assert isinstance(found, Decision) and not found.fallback
    assert "repeats itself without end" in server.chats[1]["messages"][-1]["content"]


def test_a_model_that_was_only_loaded_is_asked_once_more() -> None:
    with FakeOllama([Reply(loads=True), SEARCH]) as server:
        assert isinstance(ollama(server).step(BRIEF, TOOLS), Decision)


def test_nobody_there() -> None:
    model = Ollama("llama3.2-vision", base_url=refused_url())
    for call in (lambda: model.step(BRIEF, TOOLS), lambda: model.look(png(), "q", ""), model.check):
        with pytest.raises(ModelDown, match=r"Ollama does not answer at http.* Start it with: ollama serve"):
            call()


@pytest.mark.parametrize("url", ["", "localhost:11434", "ftp://localhost", "http://", "http://a:b:c"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(SettingsError, match="EXHIBIT_OLLAMA_URL"):
        Ollama("llama3.2-vision", base_url=url)


def test_a_password_in_the_address_is_not_said() -> None:
    model = Ollama("m", base_url=refused_url().replace("//", "//me:hush@"))
    with pytest.raises(ModelDown) as caught:
        model.check()
    assert "hush" not in str(caught.value)


# what is found out before it is used


def test_check_passes_where_it_can_answer() -> None:
    """Once: what was found out is kept."""
    with FakeOllama() as server:
        model = ollama(server)
        model.check()
        model.check()
    assert server.paths == ["/api/version", "/api/tags", "/api/show", "/api/chat", "/api/ps"]


def test_another_vision_model_is_one_setting_away() -> None:
    with FakeOllama(model="qwen3-vl:8b", family="qwen3vl", version="0.34.1") as server:
        model = Ollama("qwen3-vl:8b", base_url=server.base_url + "/")
        model.check()
    assert model.name == "ollama/qwen3-vl:8b" and model.sees


def test_a_model_that_reads_text_only_is_welcome_and_does_not_see() -> None:
    with FakeOllama([SEARCH], model="qwen3:8b", family="qwen3", capabilities=["completion"]) as server:
        model = ollama(server, model="qwen3:8b")
        assert isinstance(model.step(EMPTY, TOOLS), Decision) and not model.sees


def test_what_is_found_out_about_llama_3_2_vision() -> None:
    with FakeOllama(on_gpu=0.5) as server:
        found = ollama(server, num_ctx=None).diagnosis
    assert (found.version, found.card.family, found.card.context) == ("0.24.0", "mllama", 131072)
    assert found.card.kv_bytes == 163_840  # keys and values, 40 layers, 8 heads of 4096 / 32 numbers, 2 bytes each
    assert found.probe.keeps_schema and found.probe.on_gpu == pytest.approx(0.5)
    assert found.probe.rate == pytest.approx(20.0)  # the fake takes 50 ms a token
    assert server.probes[0]["options"]["num_ctx"] == found.num_ctx  # another window would load the model again
    assert server.running == {"llama3.2-vision": found.num_ctx}


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
    with FakeOllama(info={"llava.context_length": 4096}) as server:
        assert ollama(server, num_ctx=32768).num_ctx == 4096, "one that is set is capped too"


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
        assert ollama(server).card().kv_bytes == bytes_a_token


@pytest.mark.parametrize(
    ("fake", "kind", "said"),
    [
        ({"model": "gemma4:latest"}, ModelMissing, "ollama pull llama3.2-vision"),
        ({"version": "0.30.0"}, ModelMissing, r"Ollama 0\.30\.0 cannot load .* Install Ollama 0\.24\.0"),
        ({"probe": Reply(status=500, error="unknown model architecture: 'mllama'")}, ModelMissing, "Install Ollama"),
        ({"probe": Reply(status=500, error="CUDA out of memory")}, ModelDown, "out of memory"),
        ({"probe": Reply(loads=True)}, ModelDown, "said nothing.* ollama run"),
    ],
)
def test_what_is_missing_is_said(fake: dict[str, Any], kind: type[Exception], said: str) -> None:
    with FakeOllama(**fake) as server, pytest.raises(kind, match=said):
        ollama(server, num_ctx=4096).check()


@pytest.mark.parametrize("probe", [Reply('{"ready": true}'), Reply("I am ready.")])
def test_a_model_that_thinks_and_gives_nothing_else_is_named(probe: Reply) -> None:
    able = ["completion", "vision", "thinking"]
    said = "qwen3-vl-thinking thinks aloud .* EXHIBIT_MODEL to .* does not think"
    fake = FakeOllama(**THINKER, capabilities=able, probe=probe)
    with fake as server, pytest.raises(ModelMissing, match=said):
        ollama(server, model="qwen3-vl-thinking").check()


def test_a_model_that_can_think_and_need_not_is_welcome() -> None:
    with FakeOllama(capabilities=["completion", "vision", "thinking"]) as server:
        ollama(server).check()


@pytest.mark.parametrize(("reply", "keeps"), [('{ "ready":\ntrue }', True), ("Sure, I am ready!", False), ("", False)])
def test_whether_it_keeps_to_a_schema(reply: str, keeps: bool) -> None:
    with FakeOllama(probe=Reply(reply)) as server:
        assert ollama(server).probe(4096).keeps_schema is keeps


def test_a_server_that_lists_no_abilities_is_given_the_benefit_of_the_doubt() -> None:
    with FakeOllama(capabilities=None, version="0.6.0") as server:
        found = ollama(server).diagnosis
    assert found.card.capabilities is None and found.card.sees


@pytest.mark.parametrize(("version", "wanted"), [("0.24.0", (0, 24)), ("0.30.0-rc1", (0, 30)), ("", (0, 0))])
def test_versions(version: str, wanted: tuple[int, int]) -> None:
    assert number(version) == wanted


# pulling


def test_a_pull_without_network_says_so() -> None:
    with (
        FakeOllama(registry=Registry(online=False)) as server,
        pytest.raises(ModelMissing, match="there is no network"),
    ):
        list(ollama(server, model="qwen3").pull())


# the fake itself


@pytest.mark.parametrize(
    ("extra", "status", "said"),
    [
        ({"tools": [{"type": "function"}]}, 400, "does not support tools"),
        (
            {"messages": [{"role": "user", "content": "q", "images": ["iVBORw==", "iVBORw=="]}]},
            500,
            "only supports one",
        ),
        ({"messages": [{"role": "user", "content": "q", "images": ["*"]}]}, 400, "illegal base64"),
        ({"messages": [{"role": "user", "content": "q", "images": ["AAAA"]}]}, 500, "unknown format"),
        ({"model": "other"}, 404, "not found"),
        ({"model": ""}, 400, "required"),
        ({"format": "yaml"}, 500, "invalid format"),
        (
            {"truncate": False, "options": {"num_ctx": 2}, "messages": [{"role": "user", "content": "q" * 99}]},
            400,
            "exceeds",
        ),
        ({}, 500, "exhausted"),
    ],
)
def test_the_fake_refuses_what_ollama_refuses(extra: dict[str, Any], status: int, said: str) -> None:
    body = {"model": "llama3.2-vision", "messages": [{"role": "user", "content": "q"}], **extra}
    with FakeOllama() as server:
        response = httpx.post(f"{server.base_url}/api/chat", json=body)
    assert response.status_code == status and said in response.json()["error"]


def test_the_fake_answers_whole_where_no_stream_is_asked_for() -> None:
    body = {"model": "llama3.2-vision", "messages": [{"role": "user", "content": "q"}], "stream": False}
    with FakeOllama([lambda asked: asked["model"]]) as server:
        reply = httpx.post(f"{server.base_url}/api/chat", json=body).json()
    assert reply["message"]["content"] == "llama3.2-vision" and reply["done"]


# a real server


@pytest.mark.skipif("EXHIBIT_TEST_OLLAMA" not in os.environ, reason="EXHIBIT_TEST_OLLAMA names no server")
def test_a_real_server() -> None:
    name = os.environ.get("EXHIBIT_TEST_OLLAMA_MODEL", "llama3.2-vision")
    model = Ollama(name, base_url=os.environ["EXHIBIT_TEST_OLLAMA"], timeout=600)
    model.check()
    found = model.step(EMPTY, TOOLS[:1])
    assert isinstance(found, Decision) and found.action == "search_text"
    answer = model.step(BRIEF.model_copy(update={"evidence": (FUSE,), "may_search": False}), TOOLS)
    assert isinstance(answer, Draft) and answer.claims[0].citations[0].key == 3
