"""A vision model on Ollama (written for Llama 3.2 Vision 11B) that decides, looks and writes.

Every reply is JSON held to a schema by Ollama's `format`; `tools` are never sent (this model has no such
capability), and there is one picture at most in a whole prompt. A reply that fits no schema is sent back
once with what is wrong about it.
"""

import base64
import io
import json
import math
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from contextvars import copy_context
from functools import cache, cached_property
from itertools import count
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.answer import Claim
from agent.state import ANSWER, Brief, Call, Decision, Shown
from prompts import render
from tools.errors import ModelDown, ModelError, ModelMissing, ModelNonsense, SettingsError, UnreadableFile
from tools.tool import Tool

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_ollama import ChatOllama

T = TypeVar("T")
Schema = dict[str, Any]

NUM_PREDICT = 1024
"""Most tokens of one reply. A model held to a grammar may otherwise write blanks for ever."""
REPAIR_TOKENS = 500
"""Kept free for the bad reply and the request to mend it."""
BYTES_PER_TOKEN = 3.0
"""UTF-8 bytes per token, on the low side: English prose has about 4, German 3.3, a table of numbers 2.5.

Too low leaves evidence out by name; too high lets Ollama drop the start of the prompt in silence.
"""
LEAST_ROOM = 1500
"""Bytes in which the best piece of evidence always finds place, cut if need be."""
SIDE = 1120
"""Pixels: Llama 3.2 Vision sees four tiles of 560, so a larger picture gains nothing."""
READER = "exhibit-ollama"
"""Name of the thread that reads one reply."""
CONNECT = 5.0
"""Seconds to wait for a connection."""
OTHER_MODEL = (
    "Ollama 0.24.0 is the last line that loads it; or set EXHIBIT_MODEL to another vision model, "
    "such as ollama/qwen3-vl:8b-instruct, after `ollama pull qwen3-vl:8b-instruct`."
)


class Ollama:
    """A model served by Ollama. `timeout` is the seconds one reply may take; a repair asks for a second one.

    `num_ctx` is the window in tokens, prompt and reply together; it is sent with every request.
    """

    sees = True

    def __init__(
        self,
        model: str,
        *,
        base_url: str = "http://127.0.0.1:11434",
        num_ctx: int = 8192,
        timeout: float = 120.0,
    ) -> None:
        self.name = f"ollama/{model}"
        self.model = model
        self.base_url = base_url.rstrip("/")
        self.num_ctx = num_ctx
        self.timeout = timeout
        self._url = _shown_url(self.base_url)

    def decide(self, brief: Brief, tools: Sequence[Tool]) -> Decision:
        """The next step; two unusable replies, or a call made before, give a fixed one marked `fallback`."""
        keys = ([0] if brief.image else []) + [shown.key for shown in brief.evidence]
        tools = [tool for tool in tools if _callable(tool, keys)]
        table = {tool.name: tool for tool in tools}
        schema = decision_schema(tools, keys)
        calls = "\n".join(_call(call) for call in brief.calls) or "(none)"
        actions = "\n".join(_action(tool) for tool in tools)
        prompt = self._fit("decide", brief, lambda keys: schema, actions=actions, calls=calls).text
        try:
            decision = self._ask(prompt, schema, lambda raw: _decision(raw, table))
        except ModelNonsense:
            return _fallback(brief, table)
        if _repeats(decision, brief.calls, table):
            return Decision(thought="That call was made before; I answer.", action=ANSWER, fallback=True)
        return decision

    def look(self, picture: bytes, question: str, caption: str) -> str:
        """What the picture shows that bears on the question, or "". UnreadableFile where it is broken."""
        prompt = render(
            "look",
            question=question,
            caption=caption.strip() or "(none)",
            fence=_fence([caption]),
            schema=_json(_LOOK),
        )
        self._check_size(_size(prompt) + _size(_json(_LOOK)))
        reading = self._ask(prompt, _LOOK, _Reading.model_validate, _one_picture(picture))
        return reading.reading.strip() if reading.relevant else ""

    def write(self, brief: Brief) -> tuple[Claim, ...]:
        """Claims with their citations, from the evidence only; ModelNonsense after two unusable replies."""
        if not brief.evidence:
            return ()
        packed = self._fit("write", brief, writing_schema)
        held = {shown.key: shown for shown in brief.evidence if shown.key in packed.keys}
        return self._ask(packed.text, writing_schema(list(held)), lambda raw: _claims(raw, held))

    def check(self) -> None:
        """Raises ModelDown or ModelMissing, with the next command to type, where it cannot answer now."""
        wait = httpx.Timeout(min(10.0, self.timeout), connect=min(CONNECT, self.timeout))
        with httpx.Client(base_url=self.base_url, timeout=wait, **self._way) as http:
            version = str(self._get(http, "GET", "/api/version").get("version", ""))
            models = self._get(http, "GET", "/api/tags").get("models") or []
            pulled = [entry.get("name") for entry in models]
            if self.model not in pulled and f"{self.model}:latest" not in pulled:
                raise self._missing()
            details = self._get(http, "POST", "/api/show")
        if details.get("details", {}).get("family") == "mllama" and _number(version) >= (0, 30):
            raise ModelMissing(f"Ollama {version} cannot load {self.model} (family mllama).", OTHER_MODEL)
        # Servers before 0.6.4 list no capabilities: nothing can be said then.
        if "vision" not in details.get("capabilities", ["vision"]):
            raise ModelMissing(f"{self.model} cannot see pictures.", "Set EXHIBIT_MODEL to a model that can.")

    # one request

    @cached_property
    def _chat_model(self) -> "ChatOllama":
        from langchain_ollama import ChatOllama  # slow to import, and not needed to build the object

        wait = httpx.Timeout(self.timeout, connect=min(CONNECT, self.timeout))
        return ChatOllama(
            model=self.model,
            base_url=self.base_url,
            temperature=0,
            num_ctx=self.num_ctx,
            num_predict=NUM_PREDICT,
            keep_alive="10m",
            reasoning=False,  # thinking would eat num_predict; models that cannot think ignore it
            client_kwargs={"timeout": wait, **self._way},
        )

    @cached_property
    def _way(self) -> dict[str, Any]:
        """What an httpx client is made with, beside its waits.

        A proxy from the environment is not for this machine, even where NO_PROXY does not say so. One set of
        certificates for all clients: LangChain makes two, and each would read them anew (0.1 s).
        """
        local = httpx.URL(self.base_url).host in ("localhost", "127.0.0.1", "::1")
        return {"trust_env": not local, "verify": _certificates()}

    def _ask(self, prompt: str, schema: Schema, read: Callable[[Schema], T], picture: str = "") -> T:
        """What `read` makes of the reply; one that it cannot read is sent back once, with the reason."""
        from langchain_core.messages import AIMessage, HumanMessage

        image = [{"type": "image_url", "image_url": f"data:image/png;base64,{picture}"}] if picture else []
        messages: list[BaseMessage] = [HumanMessage([{"type": "text", "text": prompt}, *image])]
        problem = ""
        for _ in range(2):
            reply = self._reply(messages, schema)
            try:
                return read(_object(reply))
            except (_Misfit, ValidationError) as error:
                problem = _reason(error)
            again = render("repair", error=problem, schema=_json(schema))
            messages += [AIMessage(_line(reply, 600)), HumanMessage(again)]
        raise ModelNonsense(
            f"{self.model} gave two replies that fit no schema ({problem}).",
            "Ask again, or set EXHIBIT_MODEL to another model.",
        )

    def _reply(self, messages: list["BaseMessage"], schema: Schema) -> str:
        from ollama import ResponseError

        model = self._chat_model

        def stream() -> Iterator[str]:
            for chunk in model.stream(messages, format=schema):
                yield str(chunk.content)

        try:
            return _within(self.timeout, stream())
        except ResponseError as error:
            raise self._refused(error.error, error.status_code) from error
        # ValueError: the ollama client found a line that is no JSON, or LangChain found no line at all.
        except (TimeoutError, httpx.HTTPError, ValueError) as error:
            raise self._down(error) from error

    def _get(self, http: httpx.Client, method: str, path: str) -> Schema:
        """The JSON object Ollama answers; errors as `check` tells."""
        try:
            response = http.request(method, path, json={"model": self.model} if method == "POST" else None)
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise self._down(error) from error
        if response.is_success and isinstance(body, dict):
            return body
        raise self._refused(response.text, response.status_code)

    # errors

    def _missing(self) -> ModelMissing:
        step = f"Pull it with: ollama pull {self.model}"
        return ModelMissing(f"{self.model} is not pulled on {self._url}.", step)

    def _down(self, error: Exception) -> ModelDown:
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return ModelDown(f"Ollama does not answer at {self._url}.", "Start it with: ollama serve")
        if isinstance(error, TimeoutError | httpx.TimeoutException):
            return ModelDown(
                f"{self.model} took longer than {self.timeout:g} s.",
                "Raise EXHIBIT_MODEL_TIMEOUT, or see with `ollama ps` whether it runs on the GPU.",
            )
        if isinstance(error, httpx.HTTPError):
            return ModelDown(f"Ollama at {self._url} broke off its reply.", "See its log, then ask again.")
        step = "Check EXHIBIT_OLLAMA_URL, and Ollama's log."
        return ModelDown(f"What answers at {self._url} does not speak as Ollama does.", step)

    def _refused(self, reason: str, status: int) -> ModelError:
        """`status` is -1 where the refusal came in the middle of a reply."""
        reason = _line(reason, 200)
        if "unknown model architecture" in reason:
            return ModelMissing(f"This Ollama cannot load {self.model} ({reason}).", OTHER_MODEL)
        if status == 404:
            return self._missing()
        if status == 503:
            return ModelDown(f"Ollama at {self._url} is busy ({reason}).", "Wait a little and ask again.")
        step = f"See its log, or try: ollama run {self.model}"
        return ModelDown(f"Ollama at {self._url} refused ({status}: {reason}).", step)

    # the room in the window

    @property
    def _limit(self) -> int:
        """Bytes that a prompt may have, with the schema twice: in the prompt, and in a request to mend."""
        return int((self.num_ctx - NUM_PREDICT - REPAIR_TOKENS) * BYTES_PER_TOKEN)

    def _check_size(self, needed: int) -> None:
        if needed > self._limit:
            tokens = math.ceil(needed / BYTES_PER_TOKEN) + NUM_PREDICT + REPAIR_TOKENS
            raise ModelError(
                f"The question needs about {tokens} tokens, and the model's window has {self.num_ctx}.",
                f"Ask a shorter question, or set EXHIBIT_NUM_CTX to {tokens} or more.",
            )

    def _fit(self, prompt: str, brief: Brief, schema: Callable[[Sequence[int]], Schema], **fields: str) -> "_Packed":
        """The prompt with as much evidence as the window holds; ModelError where it holds none.

        `schema` makes the reply's schema for the keys of the evidence that stands in the prompt.
        """
        fields |= {
            "question": brief.question,
            "attached": " (the person attached a picture)" if brief.image else "",
            "history": _history(brief),
            "feedback": "\n".join(f"- {_line(text, 300)}" for text in brief.feedback) or "(nothing)",
            "fence": _fence([text for shown in brief.evidence for text in (shown.text, shown.seen)]),
        }
        widest = _json(schema([shown.key for shown in brief.evidence]))
        bare = _size(render(prompt, evidence="", schema=widest, **fields)) + _size(widest)
        self._check_size(bare + (LEAST_ROOM + 14 * len(brief.evidence) if brief.evidence else 0))
        evidence = _pack(brief, self._limit - bare, fields["fence"])
        text = render(prompt, evidence=evidence.text, schema=_json(schema(sorted(evidence.keys))), **fields)
        return _Packed(text, evidence.keys)


# what is asked for


class _Reading(BaseModel):
    model_config = ConfigDict(strict=True)

    reading: str
    relevant: bool


class _Draft(BaseModel):
    claims: tuple[Claim, ...] = Field(max_length=12)
    enough: bool


_LOOK: Schema = {
    "type": "object",
    "properties": {"reading": {"type": "string"}, "relevant": {"type": "boolean"}},
    "required": ["reading", "relevant"],
}


def writing_schema(keys: Sequence[int]) -> Schema:
    """The schema of `write`'s reply; a citation can name no key but these."""
    citation = {
        "type": "object",
        "properties": {"key": {"enum": list(keys)}, "quote": {"type": "string"}},
        "required": ["key", "quote"],
    }
    claim = {
        "type": "object",
        "properties": {"text": {"type": "string"}, "citations": {"type": "array", "items": citation}},
        "required": ["text", "citations"],
    }
    return {
        "type": "object",
        "properties": {"claims": {"type": "array", "items": claim}, "enough": {"type": "boolean"}},
        "required": ["claims", "enough"],
    }


def decision_schema(tools: Sequence[Tool], keys: Sequence[int]) -> Schema:
    """One flat object: thought, action, and every argument of every tool, all required.

    Arguments are strings, "" where the action does not use them: one sentinel for all types, no clash where
    two tools give one name different types, and a grammar that every Ollama can build. The tool's own model
    turns "7" or "true" into what it wants. Evidence keys, booleans and literals are held to their choices.
    """
    fields: dict[str, list[str] | None] = {}
    for tool in tools:
        for name, choices in _arguments(tool, keys).items():
            before = fields.get(name, [])
            free = before is None or choices is None
            fields[name] = None if free else list(dict.fromkeys([*(before or []), *(choices or [])]))
    actions = [*(tool.name for tool in tools), ANSWER]
    properties: Schema = {"thought": {"type": "string"}, "action": {"enum": actions}}
    for name, choices in fields.items():
        properties[name] = {"type": "string"} if choices is None else {"enum": ["", *choices]}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _arguments(tool: Tool, keys: Sequence[int]) -> dict[str, list[str] | None]:
    """The tool's arguments, each with the only values it can take, or None where it is free."""
    schema = tool.args.model_json_schema(by_alias=False)
    shared = schema.get("$defs", {})
    fields = schema.get("properties", {}).items()
    return {name: _choices(name, _plain(field, shared), keys) for name, field in fields}


def _callable(tool: Tool, keys: Sequence[int]) -> bool:
    """Whether each of its arguments can have a value: where nothing is found yet, no key can be given."""
    return all(choices is None or choices for choices in _arguments(tool, keys).values())


def _plain(field: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """The field's schema with its reference followed and "or null" taken off."""
    options = [option for option in field.get("anyOf", [field]) if option.get("type") != "null"]
    first = field | options[0] if len(options) == 1 else field
    return first | definitions.get(str(first.get("$ref", "")).rpartition("/")[2], {})


def _choices(name: str, field: Schema, keys: Sequence[int]) -> list[str] | None:
    """The only values the field can take, or None. An integer called `key` is the key of evidence."""
    if name == "key" and field.get("type") == "integer":
        return [str(key) for key in keys if key >= field.get("minimum", 1)]
    if field.get("type") == "boolean":
        return ["true", "false"]
    values = field.get("enum", [field["const"]] if "const" in field else None)
    return None if values is None else [str(value) for value in values]


# what comes back


class _Misfit(ValueError):
    """The reply is JSON of another shape, or none. The message is shown to the model."""


def _object(reply: str) -> Schema:
    """The JSON object in a reply; models that ignore `format` put a sentence or a code fence around it."""
    start, end = reply.find("{"), reply.rfind("}")
    if start < 0 or end < start:
        raise _Misfit("it is empty" if not reply.strip() else "it holds no complete JSON object")
    try:
        found = json.loads(reply[start : end + 1], strict=False)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _Misfit(f"it is no valid JSON ({error})") from error
    assert isinstance(found, dict)  # it starts with a brace
    return found


def _decision(raw: Schema, table: Mapping[str, Tool]) -> Decision:
    thought, action = str(raw.get("thought", "")), raw.get("action")
    if action == ANSWER:
        return Decision(thought=thought, action=ANSWER)
    tool = table.get(action) if isinstance(action, str) else None
    if tool is None:
        raise _Misfit(f"action: must be one of {', '.join([*table, ANSWER])}")
    given = {name: raw[name] for name in tool.args.model_fields if not _unused(raw.get(name))}
    args = tool.args.model_validate(given)
    return Decision(thought=thought, action=tool.name, args=args.model_dump(mode="json", exclude_unset=True))


def _unused(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _claims(raw: Schema, held: Mapping[int, Shown]) -> tuple[Claim, ...]:
    draft = _Draft.model_validate(raw)
    if draft.enough and not draft.claims:
        raise _Misfit('claims: is empty although "enough" is true')
    for claim in draft.claims:
        if not claim.text.strip() or not claim.citations:
            raise _Misfit("claims: each needs a text and at least one citation")
        for citation in claim.citations:
            if citation.key not in held:
                raise _Misfit(f"key: {citation.key} is not one of {', '.join(map(str, held))}")
            # Where the picture itself is the proof there may be no words to quote.
            if not citation.quote.strip() and held[citation.key].kind != "figure":
                raise _Misfit(f"quote: is empty for [{citation.key}]; copy the words that prove the claim")
    return draft.claims


def _fallback(brief: Brief, table: Mapping[str, Tool]) -> Decision:
    """What is done when a model cannot decide: search the text once, then answer."""
    searched = any(call.tool == "search_text" for call in brief.calls)
    if "search_text" in table and not searched:
        thought = "The model's replies were unusable; I search for the words of the question."
        return Decision(thought=thought, action="search_text", args={"query": brief.question}, fallback=True)
    thought = "The model's replies were unusable; I answer from what was found."
    return Decision(thought=thought, action=ANSWER, fallback=True)


def _repeats(decision: Decision, calls: Sequence[Call], table: Mapping[str, Tool]) -> bool:
    """Whether an equal call was made in this turn; a default that was written out is still equal."""

    def whole(args: dict[str, Any]) -> dict[str, Any]:
        try:
            return table[decision.action].args.model_validate(args).model_dump()
        except ValidationError:  # a call that was refused for its arguments
            return args

    mates = [call for call in calls if call.tool == decision.action]
    return bool(mates) and any(whole(call.args) == whole(decision.args) for call in mates)


def _reason(error: _Misfit | ValidationError) -> str:
    """What is wrong, field by field, without the values: they may be long, and come from documents."""
    if isinstance(error, _Misfit):
        return _line(str(error), 300)
    found = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False)]
    return _line("; ".join(found), 300)


# what is shown


class _Packed(NamedTuple):
    """A text for the model, and the keys of the evidence that stands in it."""

    text: str
    keys: frozenset[int]


def _pack(brief: Brief, room: int, fence: str) -> _Packed:
    """The evidence that fits into `room` bytes, in the order of its keys; what is left out is named.

    No piece may take more than half, so that one long table does not push out all the rest.
    """
    if not brief.evidence:
        return _Packed("(none yet)", frozenset())
    left = room - 7 * len(brief.evidence) - 30  # the line that names what is left out
    taken: dict[int, str] = {}
    for shown in sorted(brief.evidence, key=lambda shown: _worth(shown, brief.calls)):
        text = _item(shown, fence, room // 2)
        if _size(text) + 2 <= left:
            taken[shown.key] = text
            left -= _size(text) + 2
    out = [f"[{shown.key}]" for shown in brief.evidence if shown.key not in taken]
    parts = [taken[key] for key in sorted(taken)] + ([" ".join(out) + " left out for space"] if out else [])
    return _Packed("\n\n".join(parts), frozenset(taken))


def _worth(shown: Shown, calls: Sequence[Call]) -> tuple[bool, int, int]:
    """What goes in first: found in this turn, ranked high by any of its calls, found late."""
    ranks = [call.keys.index(shown.key) for call in calls if shown.key in call.keys]
    return (not shown.fresh, min(ranks, default=len(calls) + 99), -shown.key)


def _item(shown: Shown, fence: str, most: int) -> str:
    """One piece of evidence; `most` is the bytes its text may have, with what was seen in it."""
    where = [shown.kind, shown.title, f"page {shown.page}" if shown.page else "", shown.heading]
    lines = [_line(f"[{shown.key}] " + " · ".join(part for part in where if part), 120)]
    seen = _cut(shown.seen, most // 3)
    text = _cut(shown.text, most - _size(seen))
    lines += [fence, text, fence] if text.strip() else ["(no words in it)"]
    lines += ["Seen in it (never quote this):", fence, seen, fence] if seen.strip() else []
    return "\n".join(lines)


def _history(brief: Brief) -> str:
    recent = brief.history[-3:]
    older = len(brief.history) - len(recent)
    lines = [f"({older} older left out for space)"] if older else []
    for turn in recent:
        lines.append(f"Person: {_line(turn.question, 300)}")
        lines.append(f"You: {_line(turn.answer, 500) or '(nothing found)'}")
    return "\n".join(lines) or "(none)"


def _action(tool: Tool) -> str:
    described = [f"{name}: {field.description or name}" for name, field in tool.args.model_fields.items()]
    return f"- {tool.name}: {tool.when}" + (f" Fields: {'; '.join(described)}" if described else "")


def _call(call: Call) -> str:
    keys = " ".join(f"[{key}]" for key in call.keys)
    outcome = f"failed: {_line(call.error, 200)}" if call.error else f"found {keys or 'nothing'}"
    return f"- {call.tool} {_line(_json(call.args), 300)}: {outcome}"


def _fence(texts: Sequence[str]) -> str:
    """A line that stands in none of the texts, so that none of them can close it."""
    taken = {int(number) for text in texts for number in re.findall(r"<<<text (\d{1,9})>>>", text)}
    return f"<<<text {next(number for number in count(1) if number not in taken)}>>>"


def _line(text: str, most: int) -> str:
    """The text on one line, at most `most` characters of it; what is missing is said."""
    flat = " ".join(text.split())
    left = len(flat) - most
    return flat if left <= 0 else f"{flat[:most]} ... ({left} characters left out for space)"


def _cut(text: str, most: int) -> str:
    """At most `most` bytes of the text, whole lines or words; what is missing is said."""
    data = text.encode()
    if len(data) <= most:
        return text
    kept = data[:most].decode(errors="ignore").rpartition(" ")[0] or data[:most].decode(errors="ignore")
    return f"{kept}\n... ({len(text) - len(kept)} characters left out for space)"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _size(text: str) -> int:
    return len(text.encode())


# the rest


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _within(seconds: float, stream: Iterator[str]) -> str:
    """The pieces joined, or TimeoutError: httpx bounds each wait for a piece, and this bounds their sum.

    A thread reads, so that a wait for one piece ends on time too. It stops at the next piece, which closes
    the connection: Ollama then stops writing.
    """
    pieces: SimpleQueue[str | Exception | None] = SimpleQueue()
    stopped = threading.Event()

    def pump() -> None:
        try:
            with closing(stream) as source:  # type: ignore[type-var]
                for piece in source:
                    if stopped.is_set():
                        return
                    pieces.put(piece)
            pieces.put(None)
        except Exception as error:  # handed to the caller's thread, which raises it
            pieces.put(error)

    # LangChain keeps its callbacks in context variables.
    threading.Thread(target=copy_context().run, args=(pump,), name=READER, daemon=True).start()
    deadline, found = time.monotonic() + seconds, ""
    try:
        while (piece := pieces.get(timeout=max(0.0, deadline - time.monotonic()))) is not None:
            if isinstance(piece, Exception):
                raise piece
            found += piece
    except Empty:
        raise TimeoutError from None
    finally:
        stopped.set()
    return found


def _one_picture(picture: bytes) -> str:
    """The picture as base64 of a PNG no larger than SIDE x SIDE, on white where it is transparent."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(picture)) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableFile(f"The picture cannot be read ({error}).", "Index its file again.") from error
    image.thumbnail((SIDE, SIDE))
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    png = io.BytesIO()
    flat.save(png, "PNG")
    return base64.b64encode(png.getvalue()).decode()


def _number(version: str) -> tuple[int, int]:
    """Major and minor of "0.24.0"; (0, 0), as builds from source say of themselves, where there is none."""
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _shown_url(base_url: str) -> str:
    """The URL without user and password; SettingsError where it is none."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    # langchain-ollama would quietly turn to the default address.
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(f"'{base_url}' is no URL.", "Set EXHIBIT_OLLAMA_URL, such as http://127.0.0.1:11434.")
    return str(url.copy_with(username=None, password=None)) if url.userinfo else base_url
