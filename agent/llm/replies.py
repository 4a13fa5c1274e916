"""What a model is asked for, as JSON schemas that any Ollama can hold it to, and what its replies are read as."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.answer import Claim
from agent.llm.context import line
from agent.llm.protocol import ANSWER, Call, Decision, Shown, repeated
from tools.tool import Tool

Schema = dict[str, Any]


class Misfit(ValueError):
    """The reply is JSON of another shape, or none, or says what it may not. The message is shown to the model."""


class Reading(BaseModel):
    """What `look` asks for."""

    model_config = ConfigDict(strict=True)

    reading: str
    relevant: bool


class Own(BaseModel):
    """What is asked for of the person's own picture: words to search with, and what bears on the question."""

    model_config = ConfigDict(strict=True)

    shows: str
    reading: str


class Draft(BaseModel):
    claims: tuple[Claim, ...] = Field(max_length=12)
    enough: bool


class Told(BaseModel):
    """What is asked for where something is to be confirmed."""

    thought: str
    answer: Literal["yes", "no", "cannot tell"]


LOOK: Schema = {
    "type": "object",
    "properties": {"reading": {"type": "string"}, "relevant": {"type": "boolean"}},
    "required": ["reading", "relevant"],
}
OWN: Schema = {
    "type": "object",
    "properties": {"shows": {"type": "string"}, "reading": {"type": "string"}},
    "required": ["shows", "reading"],
}


TOLD: Schema = {
    "type": "object",
    "properties": {"thought": {"type": "string"}, "answer": {"enum": ["yes", "no", "cannot tell"]}},
    "required": ["thought", "answer"],
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


def decision_schema(tools: Sequence[Tool], keys: Sequence[int], may_answer: bool = True) -> Schema:
    """One flat object: thought, action, and every argument of every tool, all required.

    Arguments are strings, "" where the action does not use them: one sentinel for all types, no clash where
    two tools give one name different types, and a grammar that every Ollama can build. The tool's own model
    turns "7" or "true" into what it wants. Evidence keys, booleans and literals are held to their choices. Before
    anything was looked for, "answer" is no choice.
    """
    fields: dict[str, list[str] | None] = {}
    for tool in tools:
        for name, choices in _arguments(tool, keys).items():
            before = fields.get(name, [])
            free = before is None or choices is None
            fields[name] = None if free else list(dict.fromkeys([*(before or []), *(choices or [])]))
    actions = [*(tool.name for tool in tools), *([ANSWER] if may_answer else [])]
    properties: Schema = {"thought": {"type": "string"}, "action": {"enum": actions}}
    for name, choices in fields.items():
        properties[name] = {"type": "string"} if choices is None else {"enum": ["", *choices]}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _arguments(tool: Tool, keys: Sequence[int]) -> dict[str, list[str] | None]:
    """The tool's arguments, each with the only values it can take, or None where it is free."""
    return {name: _choices(name, field, keys) for name, field in _fields(tool.args).items()}


@lru_cache(maxsize=256)
def _fields(args: type[BaseModel]) -> dict[str, Schema]:
    """The JSON schema of each argument. Pydantic builds it anew each time, and takes a millisecond."""
    schema = args.model_json_schema(by_alias=False)
    return {name: _plain(field, schema.get("$defs", {})) for name, field in schema.get("properties", {}).items()}


def callable_now(tool: Tool, keys: Sequence[int]) -> bool:
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


def parse(reply: str) -> Schema:
    """The JSON object in a reply; models that ignore `format` put a sentence or a code fence around it."""
    start, end = reply.find("{"), reply.rfind("}")
    if start < 0 or end < start:
        raise Misfit("it is empty" if not reply.strip() else "it holds no complete JSON object")
    try:
        found = json.loads(reply[start : end + 1], strict=False)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Misfit(f"it is no valid JSON ({error})") from error
    assert isinstance(found, dict)  # it starts with a brace
    return found


def decision(raw: Schema, table: Mapping[str, Tool], calls: Sequence[Call], may_answer: bool) -> Decision:
    """The step that a reply names. Raises Misfit and ValidationError; Misfit too for a call that was made before."""
    thought, action = str(raw.get("thought", "")), raw.get("action")
    if action == ANSWER and may_answer:
        return Decision(thought=thought, action=ANSWER)
    tool = table.get(action) if isinstance(action, str) else None
    if tool is None:
        raise Misfit(f"action: must be one of {', '.join([*table, *([ANSWER] if may_answer else [])])}")
    given = {name: raw[name] for name in tool.args.model_fields if not _unused(raw.get(name))}
    args = tool.args.model_validate(given).model_dump(mode="json", exclude_unset=True)
    if repeated(tool, args, calls):
        raise Misfit(f"{tool.name}: this call was made before; change its words, or choose another action")
    return Decision(thought=thought, action=tool.name, args=args)


def _unused(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def claims(raw: Schema, held: Mapping[int, Shown]) -> tuple[Claim, ...]:
    """The claims of a draft, all of them sound in form. Raises Misfit and ValidationError."""
    draft = Draft.model_validate(raw)
    if draft.enough and not draft.claims:
        raise Misfit('claims: is empty although "enough" is true')
    for claim in draft.claims:
        if problem := wrong(claim, held):
            raise Misfit(problem)
    return draft.claims


def sound(raw: Schema, held: Mapping[int, Shown]) -> tuple[Claim, ...]:
    """Of a draft that has faults, the claims that have none; () where no claim can be read at all."""
    found = raw.get("claims")
    return tuple(
        claim
        for one in (found if isinstance(found, list) else [])[:12]
        if (claim := as_claim(one)) and not wrong(claim, held)
    )


def as_claim(raw: object) -> Claim | None:
    try:
        return Claim.model_validate(raw)
    except ValidationError:
        return None


def wrong(claim: Claim, held: Mapping[int, Shown]) -> str:
    """What is wrong with a claim's form, or ""."""
    if not claim.text.strip() or not claim.citations:
        return "claims: each needs a text and at least one citation"
    for citation in claim.citations:
        if citation.key not in held:
            return f"key: {citation.key} is not one of {', '.join(map(str, held))}"
        # Where the picture itself is the proof there may be no words to quote.
        if not citation.quote.strip() and held[citation.key].kind != "figure":
            return f"quote: is empty for [{citation.key}]; copy the words that prove the claim"
    return ""


class Claims:
    """The claims of a reply that is still being written, each as soon as it is whole."""

    def __init__(self) -> None:
        self._at = -1
        self._decoder = json.JSONDecoder(strict=False)

    def new(self, text: str) -> list[Claim]:
        """`text` is the reply so far, from its start."""
        if self._at < 0:
            opened = text.find("[", text.find('"claims"'))
            if '"claims"' not in text or opened < 0:
                return []
            self._at = opened + 1
        found = []
        while (start := text.find("{", self._at)) >= 0:
            try:
                raw, self._at = self._decoder.raw_decode(text, start)
            except (json.JSONDecodeError, RecursionError):  # not whole yet
                break
            if claim := as_claim(raw):
                found.append(claim)
        return found


def reason(error: Misfit | ValidationError) -> str:
    """What is wrong, field by field, without the values: they may be long, and come from documents."""
    if isinstance(error, Misfit):
        return line(str(error), 300)
    found = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False)]
    return line("; ".join(found), 300)
