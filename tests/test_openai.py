"""agent/llm/openai: any server that speaks OpenAI's API, over real HTTP; what its refusals mean."""

import pytest

from agent import settings
from agent.llm import models
from agent.llm.context import NUM_PREDICT
from agent.llm.openai import USUAL_WINDOW, OpenAI
from agent.llm.protocol import Decision, Draft
from tests.fake_ollama import Reply, refused_url
from tests.fake_openai import FakeOpenAI
from tests.test_langchain import ANSWER, BRIEF, EMPTY, SEARCH, TOOLS
from tools.errors import ModelDown, ModelError, ModelMissing, SettingsError

HTML = b"<!doctype html><html><body>Welcome</body></html>"


def openai(server: FakeOpenAI, key: str | None = None, num_ctx: int | None = None, model: str = "qwen3-vl") -> OpenAI:
    return OpenAI(model, base_url=server.base_url, key=key, num_ctx=num_ctx, timeout=5.0)


# what is sent


def test_what_is_sent_goes_to_the_chat_route_with_schema_and_bound() -> None:
    with FakeOpenAI([SEARCH]) as server:
        assert isinstance(openai(server).step(EMPTY, TOOLS), Decision)
    body = server.bodies[-1]
    assert server.paths[-1] == "/v1/chat/completions"
    assert (body["max_tokens"], body["temperature"], body["stream"]) == (NUM_PREDICT, 0, True)
    assert body["response_format"]["type"] == "json_schema" and "max_completion_tokens" not in body
    assert "tools" not in body


@pytest.mark.parametrize(
    ("formats", "way"),
    [(["json_schema", "json_object"], "json_schema"), (["json_object"], "json_object"), ([], "none")],
)
def test_the_schema_is_asked_for_in_the_way_that_the_server_takes(formats: list[str], way: str) -> None:
    with FakeOpenAI([SEARCH, ANSWER], formats=formats) as server:
        model = openai(server)
        assert isinstance(model.step(EMPTY, TOOLS), Decision)
        assert isinstance(model.step(BRIEF, TOOLS), Draft)
    assert model.abilities.way == way
    sent = [body.get("response_format", {}).get("type", "none") for body in server.bodies[-2:]]
    assert sent == [way, way]


def test_a_server_that_takes_a_schema_and_does_not_keep_to_it_may_be_used_all_the_same() -> None:
    with FakeOpenAI([SEARCH], formats=["json_schema", "json_object"]) as server:
        server.probe = Reply("Sure, I am ready!")
        model = openai(server)
        assert isinstance(model.step(EMPTY, TOOLS), Decision)
        assert model.abilities.way == "json_schema"


def test_the_key_is_sent_and_that_of_the_environment_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-person")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.test/v1")
    with FakeOpenAI([ANSWER], key="sesame") as server:
        assert isinstance(openai(server, key="sesame").step(BRIEF, TOOLS), Draft)
        for wrong in (None, "other"):
            with pytest.raises(ModelMissing, match="refuses the key .401.* EXHIBIT_MODEL_KEY") as caught:
                openai(server, key=wrong).check()
            assert "sesame" not in str(caught.value) and "sk-of" not in str(caught.value)


# what is found out before it is used


@pytest.mark.parametrize("sees", [True, False])
def test_whether_it_sees_is_whether_it_reads_letters_drawn_a_moment_ago(sees: bool) -> None:
    with FakeOpenAI(sees=sees) as server:
        assert openai(server).sees is sees


def test_a_server_that_refuses_pictures_is_one_that_does_not_see() -> None:
    refusal = Reply(status=400, error="image input is not supported")
    with FakeOpenAI([SEARCH], faults={"eyes": refusal}) as server:
        model = openai(server)
        assert not model.sees and isinstance(model.step(EMPTY, TOOLS), Decision)


@pytest.mark.parametrize(
    ("listed", "set_to", "window"),
    [
        ({}, None, USUAL_WINDOW),
        ({"max_model_len": 4096}, None, 4096),
        ({"meta": {"n_ctx": 12000}}, None, 12000),
        ({"max_model_len": 4096}, 32768, 4096),
        ({}, 32768, 32768),
    ],
)
def test_the_window_is_as_set_and_no_longer_than_the_server_says(listed: dict, set_to: int | None, window: int) -> None:
    with FakeOpenAI(listed=listed) as server:
        assert openai(server, num_ctx=set_to).num_ctx == window


# what goes wrong


def test_nobody_there() -> None:
    with pytest.raises(ModelDown, match="No model server answers at .* EXHIBIT_MODEL_URL"):
        OpenAI("m", base_url=f"{refused_url()}/v1").check()


def test_a_page_instead_of_an_answer() -> None:
    with FakeOpenAI(page=HTML) as server, pytest.raises(ModelDown, match="does not speak OpenAI's API.* ends in /v1"):
        openai(server).check()


def test_an_address_without_its_v1() -> None:
    with FakeOpenAI() as server:
        model = OpenAI("qwen3-vl", base_url=server.base_url.removesuffix("/v1"), timeout=5.0)
        with pytest.raises(ModelMissing, match="nothing at .*/chat/completions.* ends in /v1"):
            model.check()


def test_a_model_that_it_does_not_have() -> None:
    with FakeOpenAI() as server, pytest.raises(ModelMissing, match="has no model 'other'.*/v1/models"):
        openai(server, model="other").check()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=503, error="Loading model"), "refused .503: .*Loading model"),
        (Reply(status=500, error="out of memory"), "refused .500: .*out of memory"),
        (Reply('{"claims": [', error="slot failed"), "broke off its reply .slot failed"),
        (Reply('{"claims": [], "missing": ""}', cut=True), "broke off its reply"),
        (Reply(raw=HTML), "does not speak OpenAI's API"),
        (Reply(raw=b""), "does not speak OpenAI's API"),
        (Reply(raw=b"data: {half\n\n"), "does not speak OpenAI's API"),
    ],
)
def test_a_server_in_trouble(reply: Reply, said: str) -> None:
    with FakeOpenAI([reply]) as server, pytest.raises(ModelError, match=said) as caught:
        openai(server).step(BRIEF, TOOLS)
    assert caught.value.next_step and isinstance(caught.value, ModelDown)


@pytest.mark.parametrize("url", ["", "localhost:8080/v1", "ftp://localhost/v1", "http://"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(SettingsError, match="EXHIBIT_MODEL_URL"):
        OpenAI("m", base_url=url)


def test_a_password_in_the_address_is_not_said() -> None:
    model = OpenAI("m", base_url=refused_url().replace("//", "//me:hush@") + "/v1")
    with pytest.raises(ModelDown) as caught:
        model.check()
    assert "hush" not in str(caught.value)


def test_it_is_chosen_by_a_setting_that_needs_the_address() -> None:
    url = "http://127.0.0.1:8080/v1"
    model = models.load(settings.read(model="openai/qwen3", model_url=url), lambda one, many: [])
    assert isinstance(model, OpenAI) and (model.name, model.url) == ("openai/qwen3", url)
    for wrong in ({"model": "openai/qwen3"}, {"model": "openai", "model_url": url}):
        with pytest.raises(SettingsError, match="openai/<model>.* EXHIBIT_MODEL_URL"):
            models.load(settings.read(**wrong), lambda one, many: [])
