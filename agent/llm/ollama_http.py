"""Ollama over HTTP: one request, its reply as it comes, and its refusals as errors that say what to type."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache, cached_property
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

import httpx

from tools.errors import ModelDown, ModelError, ModelMissing, SettingsError

T = TypeVar("T")
Body = dict[str, Any]

CONNECT = 5.0
"""Seconds to wait for a connection."""
QUICK = 10.0
"""Seconds for what Ollama answers without a model: its version, its list."""
READER = "exhibit-ollama"
"""Name of the thread that reads one reply."""
LAST_FOR_MLLAMA = "0.24.0"
OTHER_MODEL = (
    f"Install Ollama {LAST_FOR_MLLAMA}, the last line that loads it; or set EXHIBIT_MODEL to another vision model, "
    "such as ollama/qwen3-vl:8b-instruct, after `ollama pull qwen3-vl:8b-instruct`."
)
LOOP_LENGTH = 320
"""Characters that, being one piece of at most a quarter of them over and over, show a reply to go round in circles."""


class Reply(NamedTuple):
    """A whole reply. The counts are tokens, None where the server does not tell; times in seconds."""

    text: str
    prompt_tokens: int | None = None
    tokens: int | None = None
    seconds: float = 0.0
    """Of writing the reply, loading and reading the prompt not counted."""
    stuck: bool = False
    """It went round in circles and was stopped."""


class OllamaClient:
    """One model on one server. `timeout` is the seconds a whole reply may take."""

    def __init__(self, model: str, base_url: str, timeout: float) -> None:
        self.model = model
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self.url = _shown_url(self.base_url)
        """For people: without user and password."""

    @property
    def local(self) -> bool:
        return httpx.URL(self.base_url).host in ("localhost", "127.0.0.1", "::1")

    # requests

    def ask(self, path: str, *, named: bool = False) -> Body:
        """The JSON object at `path`; `named` asks for this model by POST. Raises ModelDown and ModelMissing."""
        method, body = ("POST", {"model": self.model}) if named else ("GET", None)
        try:
            response = self._http.request(method, path, json=body, timeout=self._wait(min(QUICK, self.timeout)))
            found = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise self._down(error) from error
        if response.is_success and isinstance(found, dict):
            return found
        raise self._refused(response.text, response.status_code)

    def chat(
        self,
        messages: Sequence[Mapping[str, Any]],
        schema: Body,
        options: Mapping[str, Any],
        on_text: Callable[[str], None] = lambda text: None,
    ) -> Reply:
        """The reply to one prompt, in the shape of `schema`; `on_text` gets all of its text each time it has grown.

        Raises ModelDown and ModelMissing, within `timeout` seconds and the time of one retry: a server that has only
        loaded the model, and says so with an empty reply, is asked once more.
        """
        body = {
            "model": self.model,
            "messages": list(messages),
            "stream": True,
            "format": schema,
            "think": False,  # thinking would eat num_predict; models that cannot think ignore it
            "keep_alive": "10m",
            "options": dict(options),
        }
        for _ in range(2):
            reply, last = self._read(body, on_text)
            if reply.text or last.get("done_reason") != "load":
                return reply
        raise ModelDown(f"{self.url} loaded {self.model} and said nothing.", f"Try: ollama run {self.model}")

    def pull(self) -> Iterator[Body]:
        """Fetches the model: {"status", "digest", "total", "completed"} as it goes on. Broken off, it resumes.

        There is no bound on the whole, for that is gigabytes; a minute without a word ends it.
        """
        try:
            yield from self._lines("/api/pull", {"model": self.model, "stream": True}, 60.0)
        except (httpx.HTTPError, ValueError) as error:
            raise self._down(error) from error

    def _read(self, body: Body, on_text: Callable[[str], None]) -> tuple[Reply, Body]:
        """The reply and its last line, which carries the counts."""
        text, looked, line = "", 0, Body()
        try:
            with closing(within(self.timeout, self._lines("/api/chat", body, self.timeout))) as lines:
                for line in lines:
                    text += str((line.get("message") or {}).get("content") or "")
                    on_text(text)
                    if len(text) - looked > LOOP_LENGTH // 2:
                        looked = len(text)
                        if _repeats_itself(text):
                            return Reply(text, stuck=True), line
        except (TimeoutError, httpx.HTTPError, ValueError) as error:
            raise self._down(error) from error
        if not line.get("done"):
            raise self._broken_off() if line else self._down(ValueError("no line at all"))
        seconds = line.get("eval_duration", 0) / 1e9
        return Reply(text, line.get("prompt_eval_count"), line.get("eval_count"), seconds), line

    def _lines(self, path: str, body: Body, wait: float) -> Generator[Body]:
        """The NDJSON lines of a reply; an error in one of them is raised as if it had come at once."""
        with self._http.stream("POST", path, json=body, timeout=self._wait(wait)) as response:
            if not response.is_success:
                raise self._refused(response.read().decode(errors="replace"), response.status_code)
            for text in response.iter_lines():
                line = json.loads(text) if text.strip() else {}
                if not isinstance(line, dict):
                    raise ValueError("a line that is no object")
                if "error" in line:
                    raise self._refused(str(line["error"]), 0)
                yield line

    @cached_property
    def _http(self) -> httpx.Client:
        # A proxy from the environment is not for this machine, even where NO_PROXY does not say so.
        return httpx.Client(base_url=self.base_url, trust_env=not self.local, verify=_certificates())

    def _wait(self, seconds: float) -> httpx.Timeout:
        return httpx.Timeout(seconds, connect=min(CONNECT, seconds))

    # errors

    def missing(self) -> ModelMissing:
        return ModelMissing(f"{self.model} is not pulled on {self.url}.", f"Pull it with: ollama pull {self.model}")

    def _broken_off(self) -> ModelDown:
        return ModelDown(f"Ollama at {self.url} broke off its reply.", "See its log, then ask again.")

    def _down(self, error: Exception) -> ModelDown:
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return ModelDown(f"Ollama does not answer at {self.url}.", "Start it with: ollama serve")
        if isinstance(error, TimeoutError | httpx.TimeoutException):
            return ModelDown(
                f"{self.model} took longer than {self.timeout:g} s.",
                "Raise EXHIBIT_MODEL_TIMEOUT, or see with `ollama ps` whether it runs on the GPU.",
            )
        if isinstance(error, httpx.HTTPError):
            return self._broken_off()
        step = "Check EXHIBIT_OLLAMA_URL, and Ollama's log."
        return ModelDown(f"What answers at {self.url} does not speak as Ollama does.", step)

    def _refused(self, reason: str, status: int) -> ModelError:
        """`status` is 0 where the refusal came in the middle of a reply."""
        reason = " ".join(_error(reason).split())[:200]
        if "unknown model architecture" in reason:
            return ModelMissing(f"This Ollama cannot load {self.model} ({reason}).", OTHER_MODEL)
        if "file does not exist" in reason:  # a pull of a name that no registry has
            return ModelMissing(f"There is no model {self.model} to pull.", "See ollama.com/library for the names.")
        if status == 404:
            return self.missing()
        if status == 503:
            return ModelDown(f"Ollama at {self.url} is busy ({reason}).", "Wait a little and ask again.")
        step = f"See its log, or try: ollama run {self.model}"
        return ModelDown(f"Ollama at {self.url} refused ({status or 'while it replied'}: {reason}).", step)


def within(seconds: float, source: Generator[T]) -> Generator[T]:
    """The items of `source`, or TimeoutError: httpx bounds each wait for one, and this bounds their sum.

    A thread reads, so that a wait for one item ends on time too. It stops at the next item, which closes the
    connection: Ollama then stops writing.
    """
    queue: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    stopped = threading.Event()

    def pump() -> None:
        try:
            with closing(source) as items:
                for item in items:
                    if stopped.is_set():
                        return
                    queue.put(("item", item))
            queue.put(("end", None))
        except Exception as error:  # handed to the caller's thread, which raises it
            queue.put(("error", error))

    threading.Thread(target=pump, name=READER, daemon=True).start()
    deadline = time.monotonic() + seconds
    try:
        while True:
            kind, found = queue.get(timeout=max(0.0, deadline - time.monotonic()))
            if kind == "error":
                raise found
            if kind == "end":
                return
            yield found
    except Empty:
        raise TimeoutError from None
    finally:
        stopped.set()


def _repeats_itself(text: str) -> bool:
    """Whether its end repeats one piece: a model bound to a grammar may write blanks, or one claim, for ever."""
    end = text[-LOOP_LENGTH:]
    return len(end) == LOOP_LENGTH and any(end[size:] == end[:-size] for size in range(1, LOOP_LENGTH // 4 + 1))


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes a tenth of a second."""
    return httpx.create_ssl_context()


def _error(reply: str) -> str:
    """What Ollama says in {"error": ...}; the text itself where it is none."""
    try:
        found = json.loads(reply)
    except ValueError:
        return reply
    return str(found.get("error", reply)) if isinstance(found, dict) else reply


def _shown_url(base_url: str) -> str:
    """The URL without user and password; SettingsError where it is none."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(f"'{base_url}' is no URL.", "Set EXHIBIT_OLLAMA_URL, such as http://127.0.0.1:11434.")
    return str(url.copy_with(username=None, password=None)) if url.userinfo else base_url
