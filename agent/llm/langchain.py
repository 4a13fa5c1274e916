"""Any chat model of LangChain in charge: it is sent the conversation, and held to a JSON schema for its reply.

No tool calls are asked of the server, for many models know none; there is one picture at most in a prompt. A reply that
cannot be used is sent back once with what is wrong about it; then a rule decides, and says so. What differs between
servers (`held_to`, `explain`, `check`) is for the subclasses in ollama.py and openai.py.
"""

import contextvars
import json
import logging
import math
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ValidationError

from agent.answer import Claim
from agent.llm import conversation, pictures, replies
from agent.llm.context import NUM_PREDICT, REPAIR_TOKENS, Meter, fence_of, line, tokens
from agent.llm.protocol import Brief, ChatModel, Decision, Draft, OnClaim
from agent.llm.replies import Misfit, Schema
from agent.validator import Seen
from prompts import render
from tools.errors import ModelError, ModelNonsense, SettingsError
from tools.tool import Tool

T = TypeVar("T")
Shape = TypeVar("Shape", bound=BaseModel)

PICTURE_TOKENS = 1600
"""Most that a picture of `pictures.SIDE` takes in a window: 1600 in Qwen's tiles of 28, 256 in Gemma; 1 in Llama's."""
READER = "exhibit-model"
"""Name of the threads that wait for a server."""
CIRCLE = 320
"""Characters that, being one piece of at most a quarter of them over and over, show a reply to go round in circles."""

READY: Schema = {"type": "object", "properties": {"ready": {"type": "boolean"}}, "required": ["ready"]}
READY_ASKED = (HumanMessage(content='Reply with the JSON object {"ready": true} and nothing else.'),)
"""A question as small as can be, and its schema: whether a model answers, and keeps to a schema."""

log = logging.getLogger("exhibit.model")


class Reply(NamedTuple):
    """A whole reply. `prompt_tokens` is the server's count, None where it tells none."""

    text: str
    prompt_tokens: int | None = None
    stuck: bool = False
    """It repeated itself without end, and was stopped by us or by the server."""
    metadata: Mapping[str, Any] = {}
    """What the server says at the end."""

    @property
    def too_long(self) -> bool:
        """Cut off at NUM_PREDICT tokens."""
        return "length" in (self.metadata.get("done_reason"), self.metadata.get("finish_reason"))


class LangChainModel(ChatModel):
    """A chat model behind `chat`. `timeout` is the seconds one reply may take; a repair asks for a second one."""

    judges = True
    sees = True
    num_ctx: int
    """Tokens of the window, prompt and reply together."""

    def __init__(self, name: str, chat: BaseChatModel, timeout: float) -> None:
        self.name = name
        self.chat = chat
        self.timeout = timeout
        self._meter = Meter()
        self._system: tuple[tuple[Tool, ...], str] = ((), render("system", tools=""))

    # what differs between servers

    def held_to(self, schema: Schema) -> dict[str, Any]:
        """Arguments of the call that hold the reply to a schema."""
        raise NotImplementedError

    def explain(self, error: Exception) -> ModelError:
        """What a failure of the server means, and what to type."""
        raise NotImplementedError

    def check(self) -> None:
        """Raises ModelDown or ModelMissing where it cannot answer."""
        raise NotImplementedError

    def is_stuck(self, reply: Reply) -> bool:
        """Whether the server itself stopped a reply that repeated itself."""
        return False

    # what it is asked

    def step(self, brief: Brief, tools: Sequence[Tool], on_claim: OnClaim = lambda claim: None) -> Decision | Draft:
        """The next call or the answer. Two replies that cannot be used give what a rule says, marked `fallback`."""
        keys = [shown.key for shown in brief.evidence]
        own = [0] if brief.image else []
        callable_now = [tool for tool in tools if brief.may_search and replies.callable_now(tool, own + keys)]
        table = {tool.name: tool for tool in callable_now}
        may_answer = bool(brief.calls or brief.evidence or not callable_now)
        wanted = replies.reply_schema(callable_now, own + keys, may_answer, brief.may_give_up or not callable_now)
        system = SystemMessage(content=self.system(tools))
        messages = [system, *conversation.sent(brief.messages)]
        self._check_size(sum(tokens(str(message.content)) for message in messages))
        coming = replies.ClaimReader()
        answers: list[Schema] = []
        """Replies that cannot be used and mean to answer."""

        def sound(raw: Schema) -> tuple[Claim, ...]:
            answers.extend([raw] if may_answer and "claims" in raw else [])
            return replies.sound(raw, keys)

        def on_text(text: str) -> None:
            for claim in coming.new(text):
                if not replies.fault(claim, keys):
                    on_claim(claim)

        try:
            return self._ask(
                messages,
                wanted,
                lambda raw, text: replies.step(raw, table, keys, may_answer, text),
                on_text=on_text,
                sound=sound,
            )
        except ModelNonsense as error:
            log.warning("%s", error.message)
            if error.kept or answers:
                return Draft(claims=error.kept, fallback=True, problem=error.message)
            return _by_rule(brief, table, error)

    def system(self, tools: Sequence[Tool]) -> str:
        """The system message: the same as long as the tools are, and written once for them."""
        if self._system[0] != tuple(tools):
            self._system = (tuple(tools), render("system", tools="\n".join(map(replies.described, tools))))
        return self._system[1]

    def shortened(self, messages: Sequence[AnyMessage], tools: Sequence[Tool]) -> list[AnyMessage]:
        return conversation.shrink(messages, self._limit - tokens(self.system(tools)) - 4)

    def look(self, picture: bytes, question: str, caption: str) -> str:
        """What the picture shows that bears on the question, or "". UnreadableFile where it is broken."""
        text = render("look", question=question, caption=caption.strip() or "(none)", fence=fence_of([caption]))
        found = self._ask_of(picture, text, replies.Reading)
        return found.reading.strip() if found.relevant else ""

    def describe(self, picture: bytes, question: str) -> str:
        """Of the person's own picture: a line to search with, then what bears on the question."""
        found = self._ask_of(picture, render("describe", question=question), replies.Description)
        return f"{line(found.shows, 300)}\n{found.reading.strip()}".strip()

    def confirm(self, picture: bytes, claim: str, about: str = "") -> Seen:
        """Whether the picture, looked at again and alone, shows what is claimed; `about` is its title and caption."""
        text = render("confirm", claim=claim, about=about or "(none)", fence=fence_of([claim, about]))
        return self._ask_of(picture, text, replies.Opinion).answer

    def support(self, claim: str, sources: str) -> Seen:
        """Whether the sources say what is claimed. ModelError where they do not fit into the window."""
        text = render("support", claim=claim, sources=sources, fence=fence_of([claim, sources]))
        return self._ask_once(text, replies.Opinion).answer

    # one question

    def _ask_once(self, prompt: str, shape: type[Shape]) -> Shape:
        self._check_size(tokens(prompt))
        return self._ask_for(shape, HumanMessage(content=prompt))

    def _ask_of(self, picture: bytes, prompt: str, shape: type[Shape]) -> Shape:
        self._check_size(tokens(prompt) + PICTURE_TOKENS)
        return self._ask_for(shape, pictures.asked_of(prompt, pictures.small(picture)))

    def _ask_for(self, shape: type[Shape], asked: HumanMessage) -> Shape:
        return self._ask([asked], replies.schema_of(shape), lambda raw, _: shape.model_validate(raw))

    def _ask(
        self,
        messages: Sequence[BaseMessage],
        wanted: Schema,
        read: Callable[[Schema, str], T],
        *,
        on_text: Callable[[str], None] = lambda text: None,
        sound: Callable[[Schema], tuple[Claim, ...]] = lambda raw: (),
    ) -> T:
        """What `read` makes of the reply; one that it cannot read is sent back once, with the reason."""
        problem, asked = "", list(messages)
        kept: tuple[Claim, ...] = ()
        for attempt in range(2):
            reply = self.reply(asked, wanted, on_text if attempt == 0 else lambda text: None)
            raw: Schema = {}
            try:
                raw = replies.parse(reply.text)
                return read(raw, reply.text)
            except (Misfit, ValidationError) as error:
                problem = _problem(reply, error)
            kept = sound(raw) or kept
            asked += [
                AIMessage(content=line(reply.text, 600) or "(nothing)"),
                HumanMessage(content=render("repair", error=problem)),
            ]
        raise ModelNonsense(
            f"{self.name} gave two replies that cannot be used ({problem}).",
            "Ask again, or set EXHIBIT_MODEL to another model.",
            kept=kept,
        )

    def reply(
        self, messages: Sequence[BaseMessage], wanted: Schema, on_text: Callable[[str], None] = lambda text: None
    ) -> Reply:
        """The reply to one prompt, as it comes; `on_text` gets all of its text each time that it has grown.

        Raises ModelDown and ModelMissing, within `timeout` seconds."""
        stream = within(self.timeout, self.chat.stream(list(messages), **self.held_to(wanted)))
        text, looked, prompt_tokens = "", 0, None
        metadata: dict[str, Any] = {}
        try:
            with closing(stream) as chunks:
                for chunk in chunks:
                    text += chunk.text
                    metadata |= chunk.response_metadata
                    prompt_tokens = chunk.usage_metadata["input_tokens"] if chunk.usage_metadata else prompt_tokens
                    on_text(text)
                    if len(text) - looked > CIRCLE // 2:
                        looked = len(text)
                        if _in_circles(text):
                            return Reply(text, prompt_tokens, stuck=True)
        except Exception as error:  # the clients raise errors of five libraries; `explain` knows them by type
            raise self.explain(error) from error
        reply = Reply(text, prompt_tokens, metadata=metadata)
        self._observe(messages, prompt_tokens)
        return reply._replace(stuck=self.is_stuck(reply))

    def _observe(self, messages: Sequence[BaseMessage], counted: int | None) -> None:
        """Our count beside the server's; how many tokens a picture is, each model counts in its own way."""
        if all(isinstance(message.content, str) for message in messages):
            self._meter.observe(sum(tokens(str(message.content)) for message in messages), counted)

    # what fits

    @property
    def _limit(self) -> int:
        """Tokens, as we count them, that a prompt may have; the reply and a request to mend it fit beside it."""
        return int((self.num_ctx - NUM_PREDICT - REPAIR_TOKENS) / self._meter.factor)

    def _check_size(self, needed: int) -> None:
        if needed > self._limit:
            whole = math.ceil(needed * self._meter.factor) + NUM_PREDICT + REPAIR_TOKENS
            raise ModelError(
                f"The question needs about {whole} tokens, and the model's window has {self.num_ctx}.",
                f"Ask a shorter question, or set EXHIBIT_NUM_CTX to {whole} or more.",
            )


def _problem(reply: Reply, error: Misfit | ValidationError) -> str:
    if reply.stuck:
        return "it repeats itself without end"
    return "it is too long; write less" if reply.too_long else replies.reason(error)


def _by_rule(brief: Brief, table: Mapping[str, Tool], error: ModelNonsense) -> Decision | Draft:
    """What is done when a model's replies say nothing of what it wants: search with the picture, then for the
    question's words, then give up."""
    made = {call.tool for call in brief.calls}
    if brief.image and "search_by_image" in table.keys() - made:
        return _ruled("search_by_image", key=0, words=brief.pictured.partition("\n")[0])
    if "search_text" in table.keys() - made:
        return _ruled("search_text", query=brief.question)
    return Draft(fallback=True, problem=error.message)


def _ruled(tool: str, **args: Any) -> Decision:
    """A rule's call, which the conversation goes on with as if the model had written it."""
    reply = json.dumps({"tool": tool, **args}, ensure_ascii=False)
    return Decision(thought="", action=tool, args=args, fallback=True, reply=reply)


def within(seconds: float, source: Iterator[T]) -> Generator[T]:
    """The items of `source`, or TimeoutError: HTTP clients bound each wait for one, and this bounds their sum.

    A thread reads, in the caller's context (callbacks live there), so that a wait for one item ends on time too. It
    stops at the next item, which closes the connection: the server then stops writing.
    """
    queue: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    stopped = threading.Event()

    def pump() -> None:
        try:
            for item in source:
                if stopped.is_set():
                    break
                queue.put(("item", item))
            queue.put(("end", None))
        except Exception as error:  # handed to the caller's thread, which raises it
            queue.put(("error", error))
        finally:
            close = getattr(source, "close", None)
            if close:
                close()

    threading.Thread(target=contextvars.copy_context().run, args=(pump,), name=READER, daemon=True).start()
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


def is_ready(reply: str) -> bool:
    """Whether a reply to READY_ASKED keeps to its schema."""
    return re.fullmatch(r'\{\s*"ready"\s*:\s*(true|false)\s*\}', reply.strip()) is not None


def _in_circles(text: str) -> bool:
    """Whether its end repeats one piece: a model held to a grammar may write blanks, or one claim, for ever."""
    end = text[-CIRCLE:]
    return len(end) == CIRCLE and any(end[size:] == end[:-size] for size in range(1, CIRCLE // 4 + 1))


def shown_url(base_url: str, setting: str) -> str:
    """The URL without user and password, for people; SettingsError where it is none."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(f"'{base_url}' is no URL.", f"Set {setting}, such as http://127.0.0.1:11434.")
    return str(url.copy_with(username=None, password=None)).rstrip("/") if url.userinfo else base_url.rstrip("/")
