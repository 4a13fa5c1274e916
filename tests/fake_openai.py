"""A server that speaks OpenAI's API as llama.cpp's, LM Studio's and vLLM's do, with replies from a script.

Script, faults and what it was asked are those of `FakeOllama`: `server.chats` holds the requests in Ollama's shape, so
that a script may be played on both kinds of server; `server.bodies` holds them as they came. It refuses a
`response_format` that is not among `formats` (500, as llama-cpp-python's does), a key that is not `key` (401), a model
that it does not have (404), and answers everything with a page where `page` is set. A model that sees reads the letters
of the probe for its eyes.
"""

import json
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any

from agent.llm.openai import LETTERS
from tests.fake_ollama import Body, FakeOllama, Reply, kind, seen, size, streaming

PIECE = 16
"""Characters."""


class FakeOpenAI(FakeOllama):
    """A context manager. `base_url` ends in /v1."""

    def __init__(
        self,
        script: Sequence[Any] = (),
        *,
        model: str = "qwen3-vl",
        formats: Sequence[str] = ("json_schema",),
        sees: bool = True,
        key: str | None = None,
        page: bytes | None = None,
        listed: Body | None = None,
        faults: dict[str, Reply] | None = None,
    ) -> None:
        super().__init__(script, model=model, family="qwen3vl", faults=faults)
        self.formats, self.sees, self.key, self.page, self.listed = tuple(formats), sees, key, page, listed
        self.bodies: list[Body] = []

    def __enter__(self) -> "FakeOpenAI":
        super().__enter__()
        self.base_url += "/v1"
        return self

    def handler(self) -> type[BaseHTTPRequestHandler]:
        return _handler(self)

    def refused(self, body: Body, authorization: str) -> Reply | None:
        if self.key and authorization != f"Bearer {self.key}":
            return Reply(status=401, error="Incorrect API key provided")
        if body["model"] != self.model:
            return Reply(status=404, error=f"The model `{body['model']}` does not exist")
        wanted = (body.get("response_format") or {}).get("type")
        if wanted and wanted not in self.formats:
            return Reply(status=500, error=f"Input should be one of {', '.join(self.formats) or 'text'}")
        return None

    def replied(self, asked: Body) -> Reply:
        """`asked` is the request in Ollama's shape."""
        probe = kind(asked) == "probe" or '{"ready": true}' in str(asked["messages"][-1]["content"])
        eyes = kind(asked) == "eyes" or LETTERS in self._drawn(asked)
        (self.probes if probe or eyes else self.chats).append(asked)
        if fault := self.faults.pop("probe", None) if probe else self.fault(asked):
            return fault
        if eyes:
            return Reply(json.dumps({"letters": LETTERS if self.sees else "AB"}))
        if probe:
            return self.probe
        self.read.append(seen(asked["messages"], 1 << 20))
        return self._next(asked)

    def _drawn(self, asked: Body) -> str:
        """A request with no schema says only in words that it is the probe of the eyes."""
        return LETTERS if "Which letters stand in the picture?" in str(asked["messages"][-1]["content"]) else ""


def as_ollama(body: Body) -> Body:
    """A request in the shape of Ollama's."""
    wanted = body.get("response_format") or {}
    schema = wanted.get("schema") or (wanted.get("json_schema") or {}).get("schema")
    found = {"model": body["model"], "messages": [_message(one) for one in body["messages"]]}
    return found | ({"format": schema} if schema else {})


def _message(message: Body) -> Body:
    parts = message["content"]
    if isinstance(parts, str):
        return message
    images = [part["image_url"]["url"].partition(",")[2] for part in parts if part["type"] == "image_url"]
    return {
        "role": message["role"],
        "content": "".join(part.get("text", "") for part in parts),
        "images": images,
    }


def _handler(fake: FakeOpenAI) -> type[BaseHTTPRequestHandler]:
    class Handler(streaming(fake)):  # type: ignore[misc]
        def do_GET(self) -> None:
            fake.paths.append(self.path)
            if fake.page is not None:
                return self._page(fake.page)
            if self.path != "/v1/models":
                return self._unknown()
            self._whole(200, {"object": "list", "data": [{"id": fake.model, **(fake.listed or {})}]})

        def do_POST(self) -> None:
            fake.paths.append(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.bodies.append(body)
            try:
                if fake.page is not None:
                    self._page(fake.page)
                elif self.path != "/v1/chat/completions":
                    self._unknown()
                else:
                    refused = fake.refused(body, self.headers.get("Authorization", ""))
                    self._reply(body, refused or fake.replied(as_ollama(body)))
            except (BrokenPipeError, ConnectionResetError):
                fake.broken.set()
                self.close_connection = True

        def _page(self, page: bytes) -> None:
            self._start(200, "text/html")
            self._end(page)

        def _reply(self, body: Body, reply: Reply) -> None:
            time.sleep(reply.delay)
            if reply.raw is not None:
                return self._page(reply.raw)
            if reply.status != 200:
                return self._whole(reply.status, {"error": {"message": reply.error, "type": "error", "code": None}})
            self._start(200, "text/event-stream")
            for event in _events(body, reply):
                self._chunk(f"data: {event}\n\n".encode())
                time.sleep(reply.gap)
            self._hang_up() if reply.cut else self._end(b"")

    return Handler


def _events(body: Body, reply: Reply) -> list[str]:
    """Server-sent events: the pieces, why it ended, the counts, the end."""
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
    most = 4 * body["max_tokens"]
    text = reply.text[:most]
    deltas = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    found = [{**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": one}}]} for one in deltas]
    if reply.cut:
        return [json.dumps(one) for one in found]
    if reply.error:
        return [json.dumps(one) for one in [*found, {"error": {"message": reply.error, "code": 500}}]]
    ended = "length" if len(reply.text) > most else "stop"
    prompt = sum(size(str(message["content"])) for message in body["messages"])
    usage = {"prompt_tokens": prompt, "completion_tokens": size(text), "total_tokens": prompt + size(text)}
    found.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": ended}]})
    found.append({**head, "choices": [], "usage": usage})
    return [*(json.dumps(one) for one in found), "[DONE]"]
