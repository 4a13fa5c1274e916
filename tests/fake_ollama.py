"""An Ollama that speaks the real protocol over HTTP on the loopback, with replies from a script.

    with FakeOllama([{"claims": [], "missing": "all"}, "not json", Reply("half", cut=True)]) as server:
        Ollama("llama3.2-vision", base_url=server.base_url)

It does what a real 0.24.0 was seen to do. It refuses a model that is not pulled (404) or has no name (400), tools for a
model without that capability (400), a `format` that is no schema (500), two pictures for mllama (500), a picture for a
text-only model of the newer engine (500; the older one ignores it), and mllama on 0.30 and later (500). It gives no
window longer than the model was made for, stops a reply at `num_predict`, and ends one without its last line after 31
equal tokens. A prompt longer than the window is refused where `truncate` is false, and cut without a word where it is
not: `server.chats` holds the bodies of the requests it got, `server.read` the prompts the model saw.

The question by which Exhibit finds out whether a model works is answered by `probe`, and stands in `server.probes`. An
exhausted script answers 500, so that a call too many is seen. `faults` come in the place of the next reply of their
kind, once each: {"probe" | "step" | "second step" | "look" | "own" | "opinion": Reply}. With `upstream`, the URL of a
real Ollama, everything else is passed on to it and back, byte for byte.
"""

import base64
import binascii
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import httpx

Body = dict[str, Any]

BYTES_PER_TOKEN = 4
"""This server's tokenizer: English prose."""
USUAL_WINDOW = 4096
"""Ollama's own num_ctx, where a request names none."""
SIZE = 7_900_000_000
"""Bytes of the model, as Llama 3.2 Vision 11B in 4 bits."""
MLLAMA = {
    "general.architecture": "mllama",
    "mllama.block_count": 40,
    "mllama.context_length": 131072,
    "mllama.embedding_length": 4096,
    "mllama.attention.head_count": 32,
    "mllama.attention.head_count_kv": 8,
    "tokenizer.ggml.merges": None,
    "tokenizer.ggml.tokens": None,
}
MOST_EQUAL = 30
"""Equal tokens in a row, after which the server ends the reply."""
NEWER_ENGINE = ("gemma3", "qwen25vl", "qwen3vl", "llama4")
"""Families whose engine refuses a picture that the model cannot take; the older one (llama.cpp's) ignores it."""
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
"""How the files start that its decoder knows."""


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
    loads: bool = False
    """The model was only loaded: one empty line that says so."""
    raw: bytes | None = None
    """Sent instead of the protocol."""


Script = Sequence[str | Body | Reply | Callable[[Body], str]]


@dataclass
class Registry:
    """What can be pulled: the sizes of a model's layers in bytes. A pull stops where `breaks` says, once."""

    layers: dict[str, list[int]] = field(default_factory=dict)
    breaks: int | None = None
    """Bytes after which the connection is dropped."""
    online: bool = True
    """Whether the registry can be reached at all."""
    fetched: int = 0
    """Bytes that were fetched, over all pulls: a pull that is taken up again does not fetch them anew."""


class FakeOllama:
    """A context manager. `base_url` is where it answers; `paths` and `chats` are what it was asked."""

    def __init__(
        self,
        script: Script = (),
        *,
        model: str = "llama3.2-vision:latest",
        family: str = "mllama",
        capabilities: Sequence[str] | None = ("completion", "vision"),
        version: str = "0.24.0",
        probe: Reply = Reply('{"ready": true}'),
        info: Body | None = None,
        on_gpu: float = 1.0,
        registry: Registry | None = None,
        faults: dict[str, Reply] | None = None,
        upstream: str | None = None,
        only_thinks: bool = False,
    ) -> None:
        """`only_thinks`: a model whose template thinks whatever is asked: no content, and no schema is kept."""
        self.script = list(script)
        self.faults, self.upstream = dict(faults or {}), upstream
        self.model, self.family, self.version = model, family, version
        self.capabilities = None if capabilities is None else list(capabilities)
        self.probe, self.on_gpu, self.only_thinks = probe, on_gpu, only_thinks
        self.info = MLLAMA if info is None else info
        self.registry = registry or Registry()
        self.pulled = [model] if model else []
        self.running: dict[str, int] = {}
        """Loaded models, each with its window."""
        self.chats: list[Body] = []
        self.read: list[str] = []
        self.probes: list[Body] = []
        self.paths: list[str] = []
        self.connections: list[socket.socket] = []
        self.broken = threading.Event()
        """Set when the client hung up before a reply was out."""

    def __enter__(self) -> "FakeOllama":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
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
        for connection in self.connections:  # those that are kept alive too: the server has gone
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        return _handler(self)

    def has(self, name: str) -> bool:
        return name in self.pulled or f"{name}:latest" in self.pulled

    def answer(self, body: Body) -> Reply:
        """The reply to a chat request, or the refusal."""
        asked = kind(body) == "probe"
        (self.probes if asked else self.chats).append(body)
        if fault := self.fault(body):
            return fault
        if refused := self._refusal(body):
            return refused
        window = self.window(body)
        self.running[body["model"]] = window
        if not body["messages"]:
            return Reply(loads=True)
        if not asked:
            self.read.append(seen(body["messages"], window))
        return self.probe if asked else self._next(body)

    def fault(self, body: Body) -> Reply | None:
        """The fault that strikes here, taken out of those that are to come."""
        return self.faults.pop(place(body), None)

    def window(self, body: Body) -> int:
        """Tokens: as asked for, but no more than the model was made for."""
        asked = (body.get("options") or {}).get("num_ctx", USUAL_WINDOW)
        made_for = next((value for key, value in self.info.items() if key.endswith(".context_length")), asked)
        return min(asked, made_for)

    def _next(self, body: Body) -> Reply:
        if not self.script:
            return Reply(status=500, error="the script of the fake is exhausted")
        entry = self.script.pop(0)
        if isinstance(entry, Reply):
            return entry
        if isinstance(entry, dict):
            return Reply(json.dumps(entry))
        return Reply(entry if isinstance(entry, str) else entry(body))

    def _refusal(self, body: Body) -> Reply | None:
        """What the real server refuses, or None."""
        able = self.capabilities or ["completion"]
        name = str(body.get("model") or "")
        if not name or name.strip("/:") != name:
            return Reply(status=400, error="model is required" if not name else "invalid model name")
        if not self.has(name):
            return Reply(status=404, error=f"model '{name}' not found")
        if body.get("tools") and "tools" not in able:
            return Reply(status=400, error=f"registry.ollama.ai/library/{self.model} does not support tools")
        if not isinstance(body.get("format") or {}, dict):
            return Reply(
                status=500, error=f'invalid format: {body["format"]!r}; expected "json" or a valid JSON Schema'
            )
        if self.family == "mllama" and tuple(map(int, self.version.split(".")[:2])) >= (0, 30):
            return Reply(status=500, error="error loading model: unknown model architecture: 'mllama'")
        if refused := self._pictures_refused([message.get("images") or [] for message in body["messages"]], able):
            return refused
        prompt = "".join(str(message["content"]) for message in body["messages"])
        if body.get("truncate") is False and size(prompt) > self.window(body):
            return Reply(status=400, error="the input length exceeds the context length")
        return None

    def _pictures_refused(self, pictures: list[list[str]], able: Sequence[str]) -> Reply | None:
        for picture in (one for message in pictures for one in message):
            try:
                data = base64.b64decode(picture, validate=True)
            except binascii.Error:
                return Reply(status=400, error="illegal base64 data at input byte 0")
            if not data.startswith(IMAGES):
                return Reply(status=500, error="image: unknown format")
        count = sum(map(len, pictures))
        if count and self.capabilities is not None and "vision" not in able and self.family in NEWER_ENGINE:
            said = "Failed to create new sequence: failed to process inputs: this model is missing data required for"
            return Reply(status=500, error=f"{said} image input")
        if count > 1 and self.family == "mllama":
            return Reply(status=500, error="this model only supports one image while more than one image requested")
        return None


def refused_url() -> str:
    """An address of this machine at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def kind(body: Body) -> str:
    """What a chat request of Exhibit is for, by the schema that it wants a reply in."""
    wanted = body.get("format")
    fields = frozenset(wanted.get("properties", {})) if isinstance(wanted, dict) else frozenset()
    kinds = {"probe": {"ready"}, "look": {"reading", "relevant"}, "own": {"shows", "reading"}}
    kinds |= {"opinion": {"thought", "answer"}, "eyes": {"letters"}}
    return next((name for name, these in kinds.items() if fields == these), "step")


def place(body: Body) -> str:
    """Its kind; a step that does not come right behind the question is a "second step"."""
    found = kind(body)
    first = found != "step" or str(body["messages"][-1]["content"]).startswith("Question:")
    return found if first else "second step"


def conversation(body: Body) -> str:
    """All that a request says but its rules: the question, what was found, what was answered."""
    return "\n".join(str(message["content"]) for message in body["messages"] if message["role"] != "system")


def size(text: str) -> int:
    """Tokens of a text, by this server's tokenizer."""
    return len(text.encode()) // BYTES_PER_TOKEN


def seen(messages: Sequence[Body], window: int) -> str:
    """What of a prompt reaches the model: the oldest messages go first, then the start of the last one."""
    texts = [str(message["content"]) for message in messages]
    while len(texts) > 1 and size("".join(texts)) > window:
        texts.pop(0)
    return "".join(texts).encode()[-window * BYTES_PER_TOKEN :].decode(errors="ignore")


def _lines(fake: "FakeOllama", reply: Reply, body: Body) -> Iterator[Body]:
    """The NDJSON lines of a reply, a few characters each, and the closing one; none closes a reply that got stuck."""
    head = {"model": fake.model, "created_at": "2026-11-01T00:00:00Z"}
    most = (body.get("options") or {}).get("num_predict", 1 << 20) * BYTES_PER_TOKEN
    text = "" if reply.loads else reply.text[:most]
    stuck = _stuck_at(text)
    text = text[:stuck]
    where = "thinking" if fake.only_thinks else "content"
    for start in range(0, len(text), 16):
        message = {"role": "assistant", "content": "", where: text[start : start + 16]}
        yield {**head, "message": message, "done": False}
    if reply.error:
        yield {"error": reply.error}
    elif stuck is None:
        yield {
            **head,
            "message": {"role": "assistant", "content": ""},
            "done": True,
            **_ending(fake, reply, body, text),
        }


def _ending(fake: "FakeOllama", reply: Reply, body: Body, text: str) -> Body:
    if reply.loads:
        return {"done_reason": "load"}
    most = (body.get("options") or {}).get("num_predict", 1 << 20) * BYTES_PER_TOKEN
    return {
        "done_reason": "length" if len(reply.text) > most else "stop",
        "total_duration": 9,
        "load_duration": 1,
        "prompt_eval_count": size(seen(body["messages"], fake.window(body))),
        "prompt_eval_duration": 1,
        "eval_count": size(text),
        "eval_duration": size(text) * 50_000_000,
    }


def _stuck_at(text: str) -> int | None:
    """The character behind the 31st equal token in a row; None where there are not so many. Blanks are all equal."""
    equal, before = 0, ""
    for start in range(0, len(text), BYTES_PER_TOKEN):
        token = text[start : start + BYTES_PER_TOKEN].strip()
        equal = equal + 1 if start and token == before else 0
        before = token
        if equal >= MOST_EQUAL:
            return start + BYTES_PER_TOKEN
    return None


def streaming(fake: FakeOllama) -> type[BaseHTTPRequestHandler]:
    """What a handler needs to answer in chunks, or whole."""

    class Streaming(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # otherwise each small piece waits 40 ms for the one before it to be received

        def setup(self) -> None:
            super().setup()
            fake.connections.append(self.connection)

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

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

        def _unknown(self) -> None:
            self._start(404, "text/plain")
            self._end(b"404 page not found")

        def _whole(self, status: int, body: Body) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Streaming


def _handler(fake: FakeOllama) -> type[BaseHTTPRequestHandler]:
    class Handler(streaming(fake)):  # type: ignore[misc]
        def do_GET(self) -> None:
            fake.paths.append(self.path)
            if fake.upstream:
                return self._relay(httpx.get(fake.upstream + self.path, timeout=30))
            known: dict[str, Body] = {
                "/api/version": {"version": fake.version},
                "/api/tags": {"models": [_listed(fake, name) for name in fake.pulled]},
                "/api/ps": {"models": [_running(fake, *loaded) for loaded in fake.running.items()]},
            }
            self._whole(200, known[self.path]) if self.path in known else self._unknown()

        def do_POST(self) -> None:
            fake.paths.append(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                if fake.upstream:
                    self._pass_on(body)
                elif self.path == "/api/show":
                    self._show(body)
                elif self.path == "/api/chat":
                    self._chat(body, fake.answer(body))
                elif self.path == "/api/pull":
                    self._pull(body["model"])
                else:
                    self._unknown()
            except (BrokenPipeError, ConnectionResetError):
                fake.broken.set()
                self.close_connection = True

        def _show(self, body: Body) -> None:
            if not fake.has(str(body.get("model"))):
                return self._refuse(404, f"model '{body.get('model')}' not found")
            found: Body = {"details": {"family": fake.family, "families": [fake.family], "format": "gguf"}}
            if fake.capabilities is not None:
                found["capabilities"] = fake.capabilities
            self._whole(200, {**found, "model_info": fake.info, "tensors": None, "projector_info": None})

        def _chat(self, body: Body, reply: Reply) -> None:
            time.sleep(reply.delay)
            if reply.raw is not None:
                self._start(200, "text/html")
                return self._end(reply.raw)
            if reply.status != 200:
                return self._refuse(reply.status, reply.error)
            lines = list(_lines(fake, reply, body))
            if not body["messages"]:
                return self._whole(200, lines[-1])
            if not body.get("stream", True):
                return self._whole(200, lines[-1] | {"message": {"role": "assistant", "content": reply.text}})
            self._start(200, "application/x-ndjson")
            for line in lines[:-1] if reply.cut else lines:
                self._chunk(json.dumps(line).encode() + b"\n")
                time.sleep(reply.gap)
            self._hang_up() if reply.cut else self._end(b"")

        def _pull(self, name: str) -> None:
            """Layer by layer, as much as is not there yet. A name that no registry has is told in the stream."""
            self._start(200, "application/x-ndjson")
            self._tell({"status": "pulling manifest"})
            if not fake.registry.online:
                said = 'pull model manifest: Get "https://registry.ollama.ai/v2/library/m/manifests/latest": dial tcp: '
                self._tell({"error": f"{said}lookup registry.ollama.ai on 127.0.0.11:53: no such host"})
                return self._end(b"")
            if name not in fake.registry.layers:
                self._tell({"error": "pull model manifest: file does not exist"})
                return self._end(b"")
            before = 0
            for number, total in enumerate(fake.registry.layers[name]):
                digest = f"sha256:{number:064x}"
                status = f"pulling {digest[7:19]}"
                for done in sorted({min(max(fake.registry.fetched - before, 0), total), total // 2, total}):
                    fake.registry.fetched = max(fake.registry.fetched, before + done)
                    self._tell({"status": status, "digest": digest, "total": total, "completed": done})
                    if fake.registry.breaks is not None and fake.registry.fetched >= fake.registry.breaks:
                        fake.registry.breaks = None
                        return self._hang_up()
                before += total
            for status in ("verifying sha256 digest", "writing manifest", "success"):
                self._tell({"status": status})
            fake.pulled.append(name if ":" in name else f"{name}:latest")
            self._end(b"")

        def _relay(self, found: httpx.Response) -> None:
            self._start(found.status_code, found.headers["Content-Type"])
            self._end(found.content)

        def _pass_on(self, body: Body) -> None:
            """To the real server and back, as it comes; a fault that is due takes its place."""
            if self.path == "/api/chat":
                (fake.probes if kind(body) == "probe" else fake.chats).append(body)
                if fault := fake.fault(body):
                    return self._chat(body, fault)
            with httpx.stream("POST", f"{fake.upstream}{self.path}", json=body, timeout=900) as found:
                self._start(found.status_code, found.headers["Content-Type"])
                for piece in found.iter_raw():
                    self._chunk(piece)
                self._end(b"")

        def _tell(self, line: Body) -> None:
            self._chunk(json.dumps(line).encode() + b"\n")

        def _refuse(self, status: int, error: str) -> None:
            """Chunked, and without a charset."""
            self._start(status, "application/json")
            self._end(json.dumps({"error": error}).encode())

    return Handler


def _listed(fake: FakeOllama, name: str) -> Body:
    details = {"family": fake.family, "families": [fake.family], "format": "gguf", "quantization_level": "Q4_K_M"}
    day = "2026-11-01T00:00:00Z"
    return {"name": name, "model": name, "size": SIZE, "digest": "0" * 64, "details": details, "modified_at": day}


def _running(fake: FakeOllama, name: str, window: int) -> Body:
    listed = _listed(fake, name if ":" in name else f"{name}:latest")
    del listed["modified_at"]
    loaded = {"expires_at": "2026-11-01T00:10:00Z", "size_vram": round(SIZE * fake.on_gpu), "context_length": window}
    return {**listed, **loaded}
