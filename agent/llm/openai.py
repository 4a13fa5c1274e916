"""Any server that speaks OpenAI's API: llama.cpp's, LM Studio, vLLM. Only the address that is set is asked."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import openai
from langchain_openai import ChatOpenAI

from agent.llm import pictures
from agent.llm.context import NUM_PREDICT
from agent.llm.langchain import READY, READY_ASKED, LangChainModel, is_ready, shown_url
from agent.llm.replies import Schema
from tools.errors import ModelDown, ModelError, ModelMissing
from tools.offline import is_this_machine

CONNECT = 5.0
"""Seconds to wait for a connection."""
USUAL_WINDOW = 8192
"""Tokens, where neither EXHIBIT_NUM_CTX nor the server says how many the model has."""
LETTERS = "K7"
"""Drawn for the probe of the eyes: a model that sees pictures reads them, one that is sent them in vain does not."""
READ: Schema = {"type": "object", "properties": {"letters": {"type": "string"}}, "required": ["letters"]}
UNKNOWN_FORMAT = (400, 415, 422, 500, 501)
"""With these servers refuse a `response_format` that they don't know; llama-cpp-python 0.3.36 with 500."""
WAYS = ("json_schema", "json_object", "none")
"""To ask for a schema: OpenAI's own; llama-cpp-python's; not at all, the prompt says it."""


@dataclass(frozen=True)
class Abilities:
    """Found out by two small questions: how the server is held to a schema, and whether the model sees pictures."""

    way: str
    sees: bool
    context: int | None


class OpenAI(LangChainModel):
    """A model at `base_url` (".../v1"). `key` is sent to it and nowhere else; OPENAI_API_KEY of the environment is not
    sent."""

    chat: ChatOpenAI

    def __init__(
        self, model: str, *, base_url: str, key: str | None = None, num_ctx: int | None = None, timeout: float = 120.0
    ) -> None:
        self.model = model
        self.url = shown_url(base_url, "EXHIBIT_MODEL_URL")
        self.base_url = base_url.rstrip("/")
        self.key = key
        self.fixed_window = num_ctx
        self._way = WAYS[0]
        wait = httpx.Timeout(timeout, connect=min(CONNECT, timeout))
        fresh = httpx.Limits(max_keepalive_connections=0)  # some servers drop one after an error, unannounced
        self._http = httpx.Client(
            timeout=wait, limits=fresh, trust_env=not is_this_machine(base_url), follow_redirects=False
        )
        chat = ChatOpenAI(
            model=model,
            base_url=self.base_url,
            api_key=key or "none",  # type: ignore[arg-type]
            organization="",
            temperature=0,
            timeout=wait,  # its own default is none at all, whatever the HTTP client says
            max_retries=0,
            stream_usage=True,
            use_responses_api=False,
            http_client=self._http,
        )
        super().__init__(f"openai/{model}", chat, timeout)

    @cached_property
    def abilities(self) -> Abilities:
        """Raises ModelDown and ModelMissing, with the next command to type, where the model cannot answer."""
        context = self._context()
        taken: list[str] = []
        for self._way in WAYS:
            reply = self._ready() or self._ready()  # a fault that is gone at once is no reason to do without a schema
            taken += [] if reply is None else [self._way]
            if reply is not None and is_ready(reply):
                break
        else:
            self._way = taken[0]  # none made the model keep to the schema: it is told in words, too
        return Abilities(self._way, self._reads_pictures(), context)

    def _ready(self) -> str | None:
        """The reply to a small question; None where the server does not know this way of asking for a schema."""
        try:
            return self.reply(READY_ASKED, READY).text
        except ModelError as error:
            cause = error.__cause__
            unknown = isinstance(cause, openai.APIStatusError) and cause.status_code in UNKNOWN_FORMAT
            if self._way == WAYS[-1] or not unknown:
                raise
            return None

    @property
    def num_ctx(self) -> int:  # type: ignore[override]
        return min(self.fixed_window or self.abilities.context or USUAL_WINDOW, self.abilities.context or 10**9)

    @property
    def sees(self) -> bool:  # type: ignore[override]
        return self.abilities.sees

    def check(self) -> None:
        _ = self.abilities

    def held_to(self, schema: Schema) -> dict[str, Any]:
        if self._way == "json_schema":
            return _body({"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}})
        return _body({"type": "json_object", "schema": schema} if self._way == "json_object" else None)

    def explain(self, error: Exception) -> ModelError:
        if isinstance(error, ModelError):
            return error
        if isinstance(error, TimeoutError | openai.APITimeoutError):
            step = "Raise EXHIBIT_MODEL_TIMEOUT, or see whether it runs on the GPU."
            return ModelDown(f"{self.model} took longer than {self.timeout:g} s.", step)
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            step = "Set EXHIBIT_MODEL_KEY to a key that it accepts."
            return ModelMissing(f"{self.url} refuses the key ({error.status_code}).", step)
        if isinstance(error, openai.NotFoundError):
            return self._not_found(error)
        if isinstance(error, openai.APIStatusError):
            reason = " ".join(str(error.message).split())[:200]
            return ModelDown(f"{self.url} refused ({error.status_code}: {reason}).", "See the server's log.")
        if isinstance(error, openai.APIConnectionError) and _never_connected(error):
            return ModelDown(f"No model server answers at {self.url}.", "Start it, or check EXHIBIT_MODEL_URL.")
        if isinstance(error, openai.APIError | httpx.HTTPError):
            reason = " ".join(str(error).split())[:200]
            return ModelDown(f"{self.url} broke off its reply ({reason}).", "See the server's log, then ask again.")
        step = "Check EXHIBIT_MODEL_URL: it ends in /v1 for most servers."
        return ModelDown(f"What answers at {self.url} does not speak OpenAI's API.", step)

    def _not_found(self, error: openai.NotFoundError) -> ModelMissing:
        if "model" in str(error.message).lower():
            return ModelMissing(
                f"{self.url} has no model '{self.model}'.", f"It lists its models at {self.url}/models."
            )
        step = "Check EXHIBIT_MODEL_URL: it ends in /v1 for most servers."
        return ModelMissing(f"There is nothing at {self.url}/chat/completions.", step)

    def _context(self) -> int | None:
        """Tokens of the window, where the list of models tells them: vLLM's `max_model_len`, llama.cpp's `n_ctx`."""
        try:
            listed = self._http.get(
                f"{self.base_url}/models", headers={"Authorization": f"Bearer {self.key or 'none'}"}
            )
            entries = [one for one in listed.json().get("data", []) if one.get("id") == self.model]
        except (httpx.HTTPError, ValueError, AttributeError):  # a list is a help, and no more: the question will tell
            return None
        found = [one.get("max_model_len") or (one.get("meta") or {}).get("n_ctx") for one in entries]
        return next((int(one) for one in found if isinstance(one, int) and one > 0), None)

    def _reads_pictures(self) -> bool:
        """Whether it reads letters that were drawn a moment ago. Some servers refuse a picture, others drop it."""
        asked = pictures.asked_of('Which letters stand in the picture? Reply as {"letters": "..."}.', _drawn(LETTERS))
        try:
            return LETTERS in self.reply([asked], READ).text
        except ModelError:
            return False


def _never_connected(error: BaseException | None) -> bool:
    """Whether a refused connection is among the causes: the clients wrap it several times."""
    while error and not isinstance(error, httpx.ConnectError):
        error = error.__cause__
    return error is not None


def _body(response_format: Schema | None) -> dict[str, Any]:
    """As parts of the body: the client's own arguments would take a stricter way through it, and send
    `max_completion_tokens`, which most local servers do not know."""
    bound = {"max_tokens": NUM_PREDICT}
    return {"extra_body": bound | ({"response_format": response_format} if response_format else {})}


def _drawn(letters: str) -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (224, 224), "white")
    ImageDraw.Draw(picture).text((60, 70), letters, fill="black", font_size=80)
    return pictures.png(picture)
