"""A vision model on Ollama (written for Llama 3.2 Vision 11B) that decides, looks and writes.

Every reply is JSON of a schema that is enforced by Ollama's `format`; `tools` are never sent (this model has no such
capability), and there is one picture at most in a whole prompt. A reply that fits no schema is sent back
once with what is wrong about it.
"""

import base64
import io
import json
import logging
import math
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import count
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from agent.answer import Claim
from agent.llm import context, ollama_probe, replies
from agent.llm.context import NUM_PREDICT, REPAIR_TOKENS, Meter, Packed, line, tokens
from agent.llm.ollama_http import OllamaClient, Reply
from agent.llm.ollama_probe import ModelFacts
from agent.llm.protocol import ANSWER, Brief, Call, ChatModel, Decision, OnClaim
from agent.llm.replies import BadReply, Confirmation, Description, Reading, Schema, schema_of
from agent.validator import Seen
from prompts import render
from tools.errors import ModelError, ModelNonsense, UnreadableFile
from tools.tool import Tool

T = TypeVar("T")
Form = TypeVar("Form", bound=BaseModel)

SIDE = 1120
"""Pixels: Llama 3.2 Vision sees four tiles of 560, so a larger picture gains nothing."""
ORIENTATION = 0x0112
"""EXIF's tag; 1 is upright."""
PICTURE_TOKENS = 1600
"""Most that a picture of that size takes in the window: 1600 in Qwen's tiles of 28, 256 in Gemma; 1 in Llama's."""

log = logging.getLogger("exhibit.ollama")


class Ollama(ChatModel):
    """A model served by Ollama. `timeout` is the seconds one reply may take; a repair asks for a second one.

    `num_ctx` is the window in tokens, prompt and reply together; it is sent with every request. Without one it is
    chosen from the model's length and the memory, once the model was asked.
    """

    sees = judges = True

    def __init__(
        self,
        model: str,
        *,
        base_url: str = "http://127.0.0.1:11434",
        num_ctx: int | None = None,
        timeout: float = 120.0,
    ) -> None:
        self.name = f"ollama/{model}"
        self.model = model
        self.client = OllamaClient(model, base_url, timeout)
        self.fixed_window = num_ctx
        self._meter = Meter()

    def check(self) -> None:
        """Raises ModelDown or ModelMissing, with the next command to type, where it cannot answer. Found out once:
        what is down later says so itself."""
        if not self.facts.probe.keeps_schema:
            log.warning("%s does not keep to a schema: its replies are read as they come.", self.model)

    @cached_property
    def facts(self) -> ModelFacts:
        return ollama_probe.learn(self.client, self.fixed_window)

    @property
    def num_ctx(self) -> int:
        return self.fixed_window or self.facts.num_ctx

    def decide(self, brief: Brief, tools: Sequence[Tool]) -> Decision:
        """The next step. Two unusable replies, or a call made before, give a fixed one marked `fallback`."""
        keys = ([0] if brief.image else []) + [shown.key for shown in brief.evidence]
        tools = [tool for tool in tools if replies.callable_now(tool, keys)]
        table = {tool.name: tool for tool in tools}
        searched = bool(brief.evidence or brief.calls)
        wanted = replies.decision_schema(tools, keys, may_answer=searched)
        calls = "\n".join(_call(call) for call in brief.calls) or "(none)"
        actions = "\n".join(_action(tool) for tool in tools)
        prompt = self._fit("decide", brief, lambda keys: wanted, actions=actions, calls=calls).text
        try:
            return self._ask(prompt, wanted, lambda raw: replies.decision(raw, table, brief.calls, searched))
        except ModelNonsense as error:
            log.warning("%s", error.message)
            return _fallback(brief, table)

    def look(self, picture: bytes, question: str, caption: str) -> str:
        """What the picture shows that bears on the question, or "". UnreadableFile where it is broken."""
        caption = caption.strip() or "(none)"
        found = self._fill("look", Reading, picture, question=question, caption=caption, fence=_fence([caption]))
        return found.reading.strip() if found.relevant else ""

    def describe(self, picture: bytes, question: str) -> str:
        """Of the person's own picture: a line to search with, then what bears on the question."""
        found = self._fill("describe", Description, picture, question=question)
        return f"{line(found.shows, 300)}\n{found.reading.strip()}".strip()

    def confirm(self, picture: bytes, claim: str) -> Seen:
        """Whether the picture, looked at again and alone, shows what is claimed of it."""
        return self._fill("confirm", Confirmation, picture, claim=claim, fence=_fence([claim])).answer

    def support(self, claim: str, sources: str) -> Seen:
        """Whether the sources say what is claimed. ModelError where they do not fit into the window."""
        fields = {"claim": claim, "sources": sources, "fence": _fence([claim, sources])}
        return self._fill("support", Confirmation, None, **fields).answer

    def write(self, brief: Brief, on_claim: OnClaim = lambda claim: None) -> tuple[Claim, ...]:
        """Claims with their citations, from the evidence only; `on_claim` gets each as soon as it is written.

        ModelNonsense after two unusable replies; what was sound in them is in its `kept`.
        """
        if not brief.evidence:
            return ()
        packed = self._fit("write", brief, replies.draft_schema)
        shown = {one.key: one for one in brief.evidence if one.key in packed.keys}
        coming = replies.ClaimStream()

        def on_text(text: str) -> None:
            for claim in coming.new(text):
                if not replies.fault(claim, shown):
                    on_claim(claim)

        wanted = replies.draft_schema(tuple(sorted(shown)))
        return self._ask(
            packed.text,
            wanted,
            lambda raw: replies.claims(raw, shown),
            on_text=on_text,
            kept=lambda raw: replies.sound_claims(raw, shown),
        )

    # one question

    def _fill(self, prompt: str, form: type[Form], picture: bytes | None, **fields: str) -> Form:
        """The form as the model fills it in, asked by the prompt of that name."""
        wanted = schema_of(form)
        text = render(prompt, schema=_json(wanted), **fields)
        self._check_size(tokens(text) + tokens(_json(wanted)) + (0 if picture is None else PICTURE_TOKENS))
        image = "" if picture is None else one_picture(picture)
        return self._ask(text, wanted, form.model_validate, picture=image)

    def _ask(
        self,
        prompt: str,
        wanted: Schema,
        read: Callable[[Schema], T],
        *,
        picture: str = "",
        on_text: Callable[[str], None] = lambda text: None,
        kept: Callable[[Schema], tuple[Claim, ...]] = lambda raw: (),
    ) -> T:
        """What `read` makes of the reply; one that it cannot read is sent back once, with the reason."""
        messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
        if picture:
            messages[0]["images"] = [picture]
        problem = ""
        rest: tuple[Claim, ...] = ()
        for number in range(2):
            reply = self._reply(messages, wanted, on_text if number == 0 else lambda text: None, bool(picture))
            raw: Schema = {}
            try:
                raw = replies.parse(reply.text)
                return read(raw)
            except (BadReply, ValidationError) as error:
                problem = "it repeats itself without end" if reply.stuck else replies.reason(error)
            rest = kept(raw) or rest
            request = render("repair", error=problem, schema=_json(wanted))
            messages += [
                {"role": "assistant", "content": line(reply.text, 600)},
                {"role": "user", "content": request},
            ]
        raise ModelNonsense(
            f"{self.model} gave two replies that cannot be used ({problem}).",
            "Ask again, or set EXHIBIT_MODEL to another model.",
            kept=rest,
        )

    def _reply(
        self, messages: list[dict[str, Any]], wanted: Schema, on_text: Callable[[str], None], picture: bool
    ) -> Reply:
        options = {"num_ctx": self.num_ctx, "num_predict": NUM_PREDICT, "temperature": 0}
        reply = self.client.chat(messages, wanted, options, on_text)
        if not picture:  # how many tokens a picture is, each model counts in its own way
            self._meter.observe(sum(tokens(message["content"]) for message in messages), reply.prompt_tokens)
        return reply

    # what fits into the window

    @property
    def _limit(self) -> int:
        """Tokens, as we count them, that a prompt may have, with the schema twice: in it, and in a request to mend."""
        return int((self.num_ctx - NUM_PREDICT - REPAIR_TOKENS) / self._meter.factor)

    def _check_size(self, needed: int) -> None:
        if needed > self._limit:
            whole = math.ceil(needed * self._meter.factor) + NUM_PREDICT + REPAIR_TOKENS
            raise ModelError(
                f"The question needs about {whole} tokens, and the model's window has {self.num_ctx}.",
                f"Ask a shorter question, or set EXHIBIT_NUM_CTX to {whole} or more.",
            )

    def _fit(self, prompt: str, brief: Brief, wanted: Callable[[tuple[int, ...]], Schema], **fields: str) -> Packed:
        """The prompt with as much evidence as the window holds; ModelError where it holds none.

        `wanted` makes the reply's schema for the keys of the evidence that stands in the prompt.
        """
        fence = _fence([brief.pictured, *(text for shown in brief.evidence for text in (shown.text, shown.seen))])
        fields |= {
            "question": brief.question,
            "picture": _attached(brief, fence),
            "history": context.history(brief),
            "feedback": "\n".join(f"- {line(text, 300)}" for text in brief.feedback) or "(nothing)",
            "fence": fence,
        }
        widest = _json(wanted(tuple(shown.key for shown in brief.evidence)))
        bare = tokens(render(prompt, evidence="", schema="", **fields)) + 2 * tokens(widest)
        self._check_size(bare + (context.LEAST_EVIDENCE + 4 * len(brief.evidence) if brief.evidence else 0))
        evidence = context.pack(brief, self._limit - bare, fence)
        text = render(prompt, evidence=evidence.text, schema=_json(wanted(tuple(sorted(evidence.keys)))), **fields)
        return Packed(text, evidence.keys)


def _fallback(brief: Brief, table: dict[str, Tool]) -> Decision:
    """What is done when a model cannot decide: search with the picture, then for the question's words, then answer."""
    made = {call.tool for call in brief.calls}
    thought = "The model's replies were unusable; I search by rule."
    if brief.image and "search_by_image" in table.keys() - made:
        words = brief.pictured.partition("\n")[0]
        return Decision(thought=thought, action="search_by_image", args={"key": 0, "words": words}, fallback=True)
    if "search_text" in table.keys() - made:
        return Decision(thought=thought, action="search_text", args={"query": brief.question}, fallback=True)
    thought = "The model's replies were unusable; I answer from what was found."
    return Decision(thought=thought, action=ANSWER, fallback=True)


# what is shown


def _attached(brief: Brief, fence: str) -> str:
    if brief.image is None:
        return "(none)"
    seen = f"\n{fence}\n{context.cut(brief.pictured, 300)}\n{fence}" if brief.pictured else ""
    return f'Yes: it has key "0" and cannot be cited. Search with it.{seen}'


def _action(tool: Tool) -> str:
    described = [f"{name}: {field.description or name}" for name, field in tool.args.model_fields.items()]
    return f"- {tool.name}: {tool.when}" + (f" Fields: {'; '.join(described)}" if described else "")


def _call(call: Call) -> str:
    keys = " ".join(f"[{key}]" for key in call.keys)
    retry = " (it may be tried once more)" if call.passing else ""
    outcome = f"failed{retry}: {line(call.error, 200)}" if call.error else f"found {keys or 'nothing'}"
    return f"- {call.tool} {line(_json(call.args), 300)}: {outcome}"


def _fence(texts: Sequence[str]) -> str:
    """A line that stands in none of the texts, so that none of them can close it."""
    taken = {int(number) for text in texts for number in re.findall(r"<<<text (\d{1,9})>>>", text)}
    return f"<<<text {next(number for number in count(1) if number not in taken)}>>>"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def one_picture(picture: bytes) -> str:
    """The picture as base64 of a PNG no larger than SIDE x SIDE, on white where it is transparent; as it is where it is
    a PNG or JPEG of that size already."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(picture)) as opened:
            opened.load()
            upright = opened.getexif().get(ORIENTATION, 1) == 1
            plain = opened.format in ("PNG", "JPEG") and opened.mode == "RGB"
            if plain and upright and max(opened.size) <= SIDE:
                return base64.b64encode(picture).decode()
            image = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableFile(f"The picture cannot be read ({error}).", "Index its file again.") from error
    image.thumbnail((SIDE, SIDE))
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    png = io.BytesIO()
    flat.save(png, "PNG", compress_level=1)  # the connection is local: time counts, and not size
    return base64.b64encode(png.getvalue()).decode()
