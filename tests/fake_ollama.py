"""An Ollama that speaks the real protocol over HTTP on the loopback, with replies from a script.

    with FakeOllama([{"claims": [], "enough": False}, "not json", Reply("half", cut=True)]) as server:
        Ollama("llama3.2-vision", base_url=server.base_url)

It refuses what the real one refuses: a model that is not pulled (404), `tools` for a model without that
capability (400), two pictures in one message, and mllama on 0.30 and later (500). `server.chats` holds the
bodies of the chat requests it got. An exhausted script answers 500, so that a call too many is seen.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """One reply. `delay` and `gap` are the seconds before the first piece and between two pieces."""

    text: str = ""
    status: int = 200
    error: str = ""
    """With status 200 it comes in the middle of the stream."""
    delay: float = 0.0
    gap: float = 0.0
    cut: bool = False
    """The connection is dropped before the last line."""
    raw: bytes | None = None
    """Sent instead of the protocol."""


Script = Sequence[str | Body | Reply | Callable[[Body], str]]


class FakeOllama:
    """A context manager. `base_url` is where it answers; `paths` and `chats` are what it was asked."""

    def __init__(
        self,
        script: Script = (),
        *,
        model: str = "llama3.2-vision:latest",
        family: str = "mllama",
        capabilities: Sequence[str] = ("completion", "vision"),
        version: str = "0.24.0",
    ) -> None:
        self.script = list(script)
        self.model, self.family, self.version = model, family, version
        self.capabilities = list(capabilities)
        self.chats: list[Body] = []
        self.paths: list[str] = []
        self.broken = threading.Event()
        """Set when the client hung up before a reply was out."""

    def __enter__(self) -> "FakeOllama":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def next_reply(self, body: Body) -> Reply:
        if not self.script:
            return Reply(status=500, error="the script of the fake is exhausted")
        entry = self.script.pop(0)
        if isinstance(entry, Reply):
            return entry
        if isinstance(entry, dict):
            return Reply(json.dumps(entry))
        return Reply(entry if isinstance(entry, str) else entry(body))

    def refusal(self, body: Body) -> Reply | None:
        """What the real server refuses, or None."""
        if body.get("model") not in (self.model, self.model.removesuffix(":latest")):
            return Reply(status=404, error=f"model '{body.get('model')}' not found")
        if body.get("tools") and "tools" not in self.capabilities:
            return Reply(status=400, error=f"registry.ollama.ai/library/{self.model} does not support tools")
        if self.family == "mllama" and tuple(map(int, self.version.split(".")[:2])) >= (0, 30):
            return Reply(status=500, error="error loading model: unknown model architecture: 'mllama'")
        if any(len(message.get("images") or []) > 1 for message in body["messages"]):
            return Reply(status=500, error="this model only supports one image while more than one was given")
        if not isinstance(body.get("format") or {}, dict):
            return Reply(status=400, error='invalid format; expected "json" or a valid JSON Schema object')
        return None


def refused_url() -> str:
    """An address of this machine at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def _lines(model: str, reply: Reply) -> Iterator[Body]:
    """The NDJSON lines of a reply, a few characters each, and the closing one."""
    head = {"model": model, "created_at": "2026-11-01T00:00:00Z"}
    for start in range(0, len(reply.text), 16):
        piece = reply.text[start : start + 16]
        yield {**head, "message": {"role": "assistant", "content": piece}, "done": False}
    if reply.error:
        yield {"error": reply.error}
        return
    counts = {"total_duration": 9, "load_duration": 1, "prompt_eval_count": 7, "eval_count": 3}
    message = {"role": "assistant", "content": ""}
    yield {**head, "message": message, "done": True, "done_reason": "stop", **counts}


def _handler(fake: FakeOllama) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            fake.paths.append(self.path)
            known: dict[str, Body] = {
                "/api/version": {"version": fake.version},
                "/api/tags": {"models": [{"name": fake.model, "model": fake.model}]},
            }
            self._whole(200 if self.path in known else 404, known.get(self.path, {"error": "not found"}))

        def do_POST(self) -> None:
            fake.paths.append(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/api/show":
                self._show(body)
            elif self.path == "/api/chat":
                fake.chats.append(body)
                self._chat(body, fake.refusal(body) or fake.next_reply(body))
            else:
                self._whole(404, {"error": "not found"})

        def _show(self, body: Body) -> None:
            if body.get("model") not in (fake.model, fake.model.removesuffix(":latest")):
                return self._whole(404, {"error": f"model '{body.get('model')}' not found"})
            details = {"family": fake.family, "families": [fake.family], "format": "gguf"}
            self._whole(200, {"details": details, "capabilities": fake.capabilities, "model_info": {}})

        def _chat(self, body: Body, reply: Reply) -> None:
            try:
                time.sleep(reply.delay)
                if reply.raw is not None:
                    self._start(200, "text/html")
                    return self._end(reply.raw)
                if reply.status != 200:
                    return self._whole(reply.status, {"error": reply.error})
                if not body.get("stream", True):
                    last = list(_lines(fake.model, reply))[-1]
                    return self._whole(200, last | {"message": {"role": "assistant", "content": reply.text}})
                self._stream(reply)
            except (BrokenPipeError, ConnectionResetError):
                fake.broken.set()
                self.close_connection = True

        def _stream(self, reply: Reply) -> None:
            self._start(200, "application/x-ndjson")
            lines = list(_lines(fake.model, reply))
            for line in lines[:-1] if reply.cut else lines:
                self._chunk(json.dumps(line).encode() + b"\n")
                time.sleep(reply.gap)
            if reply.cut:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            else:
                self._end(b"")

        def _start(self, status: int, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def _end(self, data: bytes) -> None:
            if data:
                self._chunk(data)
            self.wfile.write(b"0\r\n\r\n")

        def _whole(self, status: int, body: Body) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler
