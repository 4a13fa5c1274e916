"""What only Ollama needs: the server's list, the model's card, one small probe, pulling; and what its refusals mean.

The model speaks through langchain-ollama's `ChatOllama`; version, list, card and pull go through its `ollama` client.
"""

import os
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, cast

import httpx
import ollama
from langchain_core.messages import BaseMessage
from langchain_ollama import ChatOllama
from ollama._types import ChatRequest
from pydantic import ValidationError

from agent.llm.context import NUM_PREDICT
from agent.llm.langchain import READY, READY_ASKED, LangChainModel, Reply, is_ready, shown_url
from agent.llm.replies import Schema
from tools.errors import ModelDown, ModelError, ModelMissing
from tools.offline import is_this_machine

CONNECT = 5.0
"""Seconds to wait for a connection."""
QUICK = 10.0
"""Seconds for what Ollama answers without a model: its version, its list."""
PULLING = 60.0
"""Seconds without a word after which a pull is given up; there is no bound on the whole, for that is gigabytes."""
LAST_FOR_MLLAMA = "0.24.0"
OTHER_MODEL = (
    f"Install Ollama {LAST_FOR_MLLAMA}, the last line that loads it; or set EXHIBIT_MODEL to another vision model, "
    "such as ollama/qwen3-vl:8b-instruct, after `ollama pull qwen3-vl:8b-instruct`."
)
NO_THINKER = (
    "Set EXHIBIT_MODEL to a variant that does not think, such as ollama/qwen3-vl:8b-instruct, after "
    "`ollama pull qwen3-vl:8b-instruct`."
)
WINDOWS = (16384, 8192, 4096)
"""Tokens of the windows that are chosen from, prompt and reply together. More than the first makes an 11B model slow
and lets it lose the question; less than the last leaves no room for evidence."""
USUAL = 8192
"""Where neither the model nor the memory says anything."""
SHARE = 8
"""The window's cache may take this part of the memory: the weights and the other programs want the rest."""


@dataclass(frozen=True)
class Card:
    """What /api/show says. `context` is the tokens the model was made for, `kv_bytes` what one takes in the cache;
    None where it does not say. `capabilities` is None for servers before 0.6.4, which list none."""

    family: str
    capabilities: tuple[str, ...] | None
    context: int | None
    kv_bytes: int | None

    @property
    def sees(self) -> bool:
        return self.capabilities is None or "vision" in self.capabilities

    @property
    def thinks(self) -> bool:
        """Its replies may ignore the schema (seen with qwen3-vl-thinking on 0.24.0)."""
        return "thinking" in (self.capabilities or ())


@dataclass(frozen=True)
class Probe:
    """One small question answered. `rate` is tokens a second, `on_gpu` the part of the model there, 0 to 1; None where
    the server does not say. `keeps_schema` is whether `format` was obeyed. `context` is the window that the server
    really gave, in tokens."""

    keeps_schema: bool
    rate: float | None
    on_gpu: float | None
    context: int | None = None


@dataclass(frozen=True)
class Diagnosis:
    """All that is found out before a model is used. `num_ctx` is the window in tokens that every request asks for."""

    version: str
    card: Card
    num_ctx: int
    probe: Probe


class _Chat(ChatOllama):
    """ChatOllama that asks Ollama to refuse a prompt longer than the window. Without it Ollama cuts the beginning off,
    rules and question first, and says nothing; its client has no argument for it (langchain-ollama 1.1, ollama 0.6)."""

    def _create_chat_stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, **kwargs: Any
    ) -> Iterator[Mapping[str, Any] | str]:
        asked = ChatRequest(**self._chat_params(messages, stop, **kwargs)).model_dump(exclude_none=True)
        body = {**asked, "truncate": False}
        for part in self._client._request(ollama.ChatResponse, "POST", "/api/chat", json=body, stream=True):  # type: ignore[misc]
            if part.done_reason == "load":  # ChatOllama leaves that line out, and fails where it is the only one
                part.done_reason = "stop"
            yield cast(Mapping[str, Any], part)  # it reads like one


class Ollama(LangChainModel):
    """A model served by Ollama (written for Llama 3.2 Vision 11B).

    `num_ctx` is the window in tokens; without one it is chosen from the model's length and the memory, once the model
    is known."""

    chat: ChatOllama

    def __init__(
        self,
        model: str,
        *,
        base_url: str = "http://127.0.0.1:11434",
        num_ctx: int | None = None,
        timeout: float = 120.0,
    ) -> None:
        self.model = model
        self.base_url = base_url.rstrip("/")
        self.url = shown_url(self.base_url, "EXHIBIT_OLLAMA_URL")
        self.fixed_window = num_ctx
        client = {
            "timeout": httpx.Timeout(timeout, connect=min(CONNECT, timeout)),
            "trust_env": not self.local,
            "follow_redirects": False,
            "verify": _certificates(),
        }
        chat = _Chat(
            model=model,
            base_url=self.base_url,
            temperature=0,
            num_predict=NUM_PREDICT,
            reasoning=False,  # thinking would eat num_predict; models that cannot think ignore it
            keep_alive="10m",
            client_kwargs=client,
        )
        super().__init__(f"ollama/{model}", chat, timeout)

    @property
    def local(self) -> bool:
        return is_this_machine(self.base_url)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Raises ModelDown and ModelMissing, with the next command to type, where the model cannot answer."""
        version = self.version()
        self.require_pulled()
        card = self.card()
        self.require_loadable(version, card)
        window = self.window(card)
        probe = self.probe(window)
        if card.thinks and not probe.keeps_schema:
            raise ModelMissing(
                f"{self.model} thinks aloud and gives no reply in the shape it is asked for.", NO_THINKER
            )
        return Diagnosis(version, card, min(window, probe.context or window), probe)

    def window(self, card: Card) -> int:
        """Tokens to ask for: as set, but no more than the model was made for: Ollama would cut it without a word."""
        if self.fixed_window:
            return min(self.fixed_window, card.context or self.fixed_window)
        return choose_window(card, self._memory())

    @property
    def num_ctx(self) -> int:  # type: ignore[override]
        return self.diagnosis.num_ctx

    @property
    def sees(self) -> bool:  # type: ignore[override]
        return self.diagnosis.card.sees

    # LangChainModel

    def check(self) -> None:
        """Found out once: what is down later says so itself."""
        _ = self.diagnosis

    def held_to(self, schema: Schema) -> dict[str, Any]:
        return {"format": schema, "num_ctx": self.num_ctx} if "diagnosis" in self.__dict__ else {"format": schema}

    def is_stuck(self, reply: Reply) -> bool:
        """Ollama ends a stream after 31 equal tokens in a row: with 200, and without its last line (0.24.0)."""
        return bool(reply.text) and not reply.metadata.get("done")

    def explain(self, error: Exception) -> ModelError:
        if isinstance(error, ModelError):
            return error
        if isinstance(error, ollama.ResponseError):
            return self._refused(str(error.error), error.status_code)
        if isinstance(error, ConnectionError | httpx.ConnectError | httpx.ConnectTimeout):
            return ModelDown(f"Ollama does not answer at {self.url}.", "Start it with: ollama serve")
        if isinstance(error, TimeoutError | httpx.TimeoutException):
            return ModelDown(
                f"{self.model} took longer than {self.timeout:g} s.",
                "Raise EXHIBIT_MODEL_TIMEOUT, or see with `ollama ps` whether it runs on the GPU.",
            )
        if isinstance(error, httpx.HTTPError):
            return ModelDown(f"Ollama at {self.url} broke off its reply.", "See its log, then ask again.")
        step = "Check EXHIBIT_OLLAMA_URL, and Ollama's log."
        return ModelDown(f"What answers at {self.url} does not speak as Ollama does.", step)

    def _refused(self, reason: str, status: int) -> ModelError:
        """`status` is -1 where the refusal came in the middle of a reply."""
        reason = " ".join(reason.split())[:200]
        if "unknown model architecture" in reason:
            return ModelMissing(f"This Ollama cannot load {self.model} ({reason}).", OTHER_MODEL)
        if "file does not exist" in reason:  # a pull of a name that no registry has
            return ModelMissing(f"There is no model {self.model} to pull.", "See ollama.com/library for the names.")
        if "no such host" in reason or "dial tcp" in reason:  # a pull without network
            step = "Connect, or copy the model's folder (~/.ollama/models) from a machine that has it."
            return ModelMissing(f"{self.model} cannot be fetched: there is no network.", step)
        if "exceeds the context length" in reason:
            step = "Ask a shorter question, or set EXHIBIT_NUM_CTX higher."
            return ModelError(f"The prompt is longer than the window of {self.model} ({self.num_ctx} tokens).", step)
        if status == 404:
            return self._missing()
        if status == 503:
            return ModelDown(f"Ollama at {self.url} is busy ({reason}).", "Wait a little and ask again.")
        step = f"See its log, or try: ollama run {self.model}"
        return ModelDown(
            f"Ollama at {self.url} refused ({status if status > 0 else 'while it replied'}: {reason}).", step
        )

    def _missing(self) -> ModelMissing:
        return ModelMissing(f"{self.model} is not pulled on {self.url}.", f"Pull it with: ollama pull {self.model}")

    # what Ollama says without the model

    def _quick(self, ask: Callable[[ollama.Client], Any]) -> Any:
        wait = httpx.Timeout(min(QUICK, self.timeout), connect=min(CONNECT, self.timeout))
        settings = {**(self.chat.client_kwargs or {}), "timeout": wait}
        try:
            return ask(ollama.Client(host=self.base_url, **settings))
        except (ollama.ResponseError, ConnectionError, httpx.HTTPError, ValueError) as error:
            raise self.explain(error) from error

    def version(self) -> str:
        return str(self._quick(lambda client: client._request_raw("GET", "/api/version").json().get("version", "")))

    def require_pulled(self) -> None:
        """Raises ModelMissing where the server's list does not have the model."""
        names = [entry.model for entry in self._quick(lambda client: client.list()).models or []]
        if self.model not in names and f"{self.model}:latest" not in names:
            raise self._missing()

    def card(self) -> Card:
        shown = self._quick(lambda client: client.show(self.model))
        info = shown.modelinfo or {}
        return Card(
            family=str((shown.details and shown.details.family) or ""),
            capabilities=None if shown.capabilities is None else tuple(shown.capabilities),
            context=_whole(_entry(info, "context_length")),
            kv_bytes=_kv_bytes(info),
        )

    def require_loadable(self, version: str, card: Card) -> None:
        """Raises ModelMissing for a model that this server cannot load."""
        if card.family == "mllama" and number(version) >= (0, 30):
            raise ModelMissing(f"Ollama {version} cannot load {self.model} (family mllama).", OTHER_MODEL)

    def probe(self, num_ctx: int) -> Probe:
        """Loads the model with the window that will be used, and has it write one word."""
        self.chat.num_ctx = num_ctx
        reply = self.reply(READY_ASKED, READY)
        if _only_loaded(reply):
            reply = self.reply(READY_ASKED, READY)
        if _only_loaded(reply):
            raise ModelDown(f"{self.url} loaded {self.model} and said nothing.", f"Try: ollama run {self.model}")
        written, seconds = reply.metadata.get("eval_count"), (reply.metadata.get("eval_duration") or 0) / 1e9
        return Probe(is_ready(reply.text), written / seconds if written and seconds else None, *self._running())

    def _running(self) -> tuple[float | None, int | None]:
        """The part of the model that lies on a GPU, 0 to 1, and the window it was loaded with."""
        try:
            running = self._quick(lambda client: client.ps()).models or []
        except ModelError:  # servers before 0.1.38 have no such list
            return None, None
        mine = [entry for entry in running if (entry.model or entry.name) in (self.model, f"{self.model}:latest")]
        if not mine:
            return None, None
        return (mine[0].size_vram or 0) / mine[0].size if mine[0].size else None, mine[0].context_length or None

    def pull(self) -> Iterator[ollama.ProgressResponse]:
        """Fetches the model, told as it goes on. Broken off, it resumes."""
        settings = {**(self.chat.client_kwargs or {}), "timeout": httpx.Timeout(PULLING, connect=CONNECT)}
        try:
            yield from ollama.Client(host=self.base_url, **settings).pull(self.model, stream=True)
        except (ollama.ResponseError, ConnectionError, httpx.HTTPError, ValueError, ValidationError) as error:
            raise self.explain(error) from error

    def _memory(self) -> int | None:
        """Bytes of this machine's memory; None where Ollama runs on another, or the system does not tell (Windows)."""
        if not self.local or "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", {}):
            return None
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def choose_window(shown: Card, bytes_of_memory: int | None) -> int:
    """The largest of WINDOWS that the model was made for and whose cache takes an eighth of the memory at most."""
    most = min(shown.context or USUAL, WINDOWS[0])
    if bytes_of_memory is None or shown.kv_bytes is None:
        most = min(most, USUAL)
    else:
        most = min(most, bytes_of_memory // SHARE // shown.kv_bytes)
    return next((size for size in WINDOWS if size <= most), WINDOWS[-1])


def number(found: str) -> tuple[int, int]:
    """Major and minor of "0.24.0"; (0, 0), as builds from source say of themselves, where there is none."""
    match = re.match(r"(\d+)\.(\d+)", found)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def downgrade() -> str:
    """What installs the last Ollama that loads mllama (ollama.com documents OLLAMA_VERSION)."""
    return f"curl -fsSL https://ollama.com/install.sh | OLLAMA_VERSION={LAST_FOR_MLLAMA} sh"


def _only_loaded(reply: Reply) -> bool:
    """The server read the model from disk, and the model was not asked; the next time it is."""
    return not reply.text and reply.metadata.get("eval_count") is None and not reply.stuck


def _entry(info: Mapping[str, Any], name: str) -> object:
    """The entry of model_info that ends in `name`: each is named after its family, as in mllama.context_length."""
    return next((value for key, value in info.items() if key.count(".") and key.split(".", 1)[1] == name), None)


def _whole(value: object) -> int | None:
    """A count; the largest where there is one for each layer."""
    if isinstance(value, list):
        value = max((one for one in value if isinstance(one, int)), default=None)
    return value if isinstance(value, int) and value > 0 else None


def _kv_bytes(info: Mapping[str, Any]) -> int | None:
    """Keys and values of all layers for one token, 16 bits a number."""
    layers, heads = _whole(_entry(info, "block_count")), _whole(_entry(info, "attention.head_count"))
    width = _whole(_entry(info, "embedding_length"))
    if not (layers and heads and width):
        return None
    grouped = _whole(_entry(info, "attention.head_count_kv")) or heads
    size = _whole(_entry(info, "attention.key_length")) or width // heads
    return 2 * layers * grouped * size * 2


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes a tenth of a second."""
    return httpx.create_ssl_context()
