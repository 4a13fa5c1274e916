"""What a model is asked for, as JSON schemas of pydantic models, and what its replies are read as."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from agent.answer import Claim
from agent.llm.context import line
from agent.llm.protocol import ANSWER, Call, Decision, Shown, repeated
from agent.validator import Seen
from tools.tool import Tool

Schema = dict[str, Any]
Choices = tuple[str, ...] | None
"""The only values that an argument can take; None where it is free."""
MOST_CLAIMS = 12
"""Claims of one reply."""


class BadReply(ValueError):
    """The reply is JSON of another shape, or none, or says what it may not. The message is shown to the model."""


class Reading(BaseModel):
    """What `look` asks for."""

    model_config = ConfigDict(strict=True)

    reading: str
    relevant: bool


class Description(BaseModel):
    """What is asked for of the person's own picture: words to search with, and what bears on the question."""

    model_config = ConfigDict(strict=True)

    shows: str
    reading: str


class Confirmation(BaseModel):
    """What is asked for where something is to be confirmed."""

    thought: str
    answer: Seen


class Draft(BaseModel):
    """What `write` asks for."""

    claims: tuple[Claim, ...] = Field(max_length=MOST_CLAIMS)
    enough: bool


# schemas


def schema_of(kind: type[BaseModel]) -> Schema:
    """The model's JSON schema, short and without references: it stands in the prompt too, and any Ollama can build a
    grammar of it."""
    schema = kind.model_json_schema(by_alias=False)
    return _compact(schema, schema.get("$defs", {}))


def _compact(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    schema = schema | definitions.get(str(schema.get("$ref", "")).rpartition("/")[2], {})
    if "enum" in schema or "const" in schema:
        return {"enum": schema.get("enum") or [schema["const"]]}
    short: Schema = {"type": schema["type"]}
    if "properties" in schema:
        short["properties"] = {name: _compact(field, definitions) for name, field in schema["properties"].items()}
        short["required"] = schema["required"]
    if "items" in schema:
        short["items"] = _compact(schema["items"], definitions)
    return short


@lru_cache(maxsize=64)
def draft_schema(keys: tuple[int, ...]) -> Schema:
    """The schema of `write`'s reply; a citation can name no key but these."""
    key: Any = Literal[keys] if keys else int
    citation = create_model("Citation", key=(key, ...), quote=(str, ...))
    claim = create_model("Claim", text=(str, ...), citations=(list[citation], ...))  # type: ignore[valid-type]
    return schema_of(create_model("Draft", claims=(list[claim], ...), enough=(bool, ...)))  # type: ignore[valid-type]


def decision_schema(tools: Sequence[Tool], keys: Sequence[int], may_answer: bool = True) -> Schema:
    """One flat object: thought, action, and every argument of every tool, all required.

    Arguments are strings, "" where the action does not use them: one sentinel for all types, no clash where two tools
    give one name different types, and a grammar that every Ollama can build. The tool's own model turns "7" or "true"
    into what it wants. Evidence keys, booleans and literals are limited to their choices. Before anything was looked
    for, "answer" is no choice.
    """
    fields: dict[str, Choices] = {"thought": None}
    fields["action"] = (*(tool.name for tool in tools), *([ANSWER] if may_answer else []))
    for tool in tools:
        for name, choices in _arguments(tool, keys).items():
            before = fields.get(name, ("",))
            fields[name] = None if before is None or choices is None else tuple(dict.fromkeys(before + choices))
    return _flat(tuple(fields.items()))


@lru_cache(maxsize=64)
def _flat(fields: tuple[tuple[str, Choices], ...]) -> Schema:
    kinds: dict[str, Any] = {name: (str if choices is None else Literal[choices], ...) for name, choices in fields}
    return schema_of(create_model("Decision", **kinds))


def _arguments(tool: Tool, keys: Sequence[int]) -> dict[str, Choices]:
    """The tool's arguments, each with its choices."""
    return {name: _choices(name, field, keys) for name, field in _fields(tool.args).items()}


@lru_cache(maxsize=256)
def _fields(args: type[BaseModel]) -> dict[str, Schema]:
    """The JSON schema of each argument, its reference followed and "or null" taken off."""
    schema = args.model_json_schema(by_alias=False)
    definitions = schema.get("$defs", {})
    fields = {}
    for name, field in schema.get("properties", {}).items():
        options = [option for option in field.get("anyOf", [field]) if option.get("type") != "null"]
        first = field | options[0] if len(options) == 1 else field
        fields[name] = first | definitions.get(str(first.get("$ref", "")).rpartition("/")[2], {})
    return fields


def _choices(name: str, field: Schema, keys: Sequence[int]) -> Choices:
    """An integer called `key` is the key of evidence."""
    if name == "key" and field.get("type") == "integer":
        return tuple(str(key) for key in keys if key >= field.get("minimum", 1))
    if field.get("type") == "boolean":
        return ("true", "false")
    values = field.get("enum", [field["const"]] if "const" in field else None)
    return None if values is None else tuple(str(value) for value in values)


def callable_now(tool: Tool, keys: Sequence[int]) -> bool:
    """Whether each of its arguments can have a value: where nothing is found yet, no key can be given."""
    return all(choices is None or choices for choices in _arguments(tool, keys).values())


# what comes back


def parse(reply: str) -> Schema:
    """The JSON object in a reply; models that ignore `format` put a sentence or a code fence around it."""
    start, end = reply.find("{"), reply.rfind("}")
    if start < 0 or end < start:
        raise BadReply("it is empty" if not reply.strip() else "it holds no complete JSON object")
    try:
        found = _whole_characters(json.loads(reply[start : end + 1], strict=False))
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadReply(f"it is no valid JSON ({error})") from error
    assert isinstance(found, dict)  # it starts with a brace
    return found


def _whole_characters(found: Any) -> Any:
    """The same JSON; half a character (an escape such as \\ud800 alone), which nothing can store, becomes "?"."""
    return json.loads(json.dumps(found, ensure_ascii=False).encode(errors="replace"))


def decision(raw: Schema, table: Mapping[str, Tool], calls: Sequence[Call], may_answer: bool) -> Decision:
    """The step that a reply names. Raises ValidationError, and BadReply, for a call made before too."""
    thought, action = str(raw.get("thought", "")), raw.get("action")
    if action == ANSWER and may_answer:
        return Decision(thought=thought, action=ANSWER)
    tool = table.get(action) if isinstance(action, str) else None
    if tool is None:
        raise BadReply(f"action: must be one of {', '.join([*table, *([ANSWER] if may_answer else [])])}")
    given = {name: raw[name] for name in tool.args.model_fields if not _unused(raw.get(name))}
    args = tool.args.model_validate(given).model_dump(mode="json", exclude_unset=True)
    if repeated(tool, args, calls):
        raise BadReply(f"{tool.name}: this call was made before; change its words, or choose another action")
    return Decision(thought=thought, action=tool.name, args=args)


def _unused(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def claims(raw: Schema, shown: Mapping[int, Shown]) -> tuple[Claim, ...]:
    """The claims of a draft, all of them sound in form. Raises BadReply and ValidationError."""
    draft = Draft.model_validate(raw)
    if draft.enough and not draft.claims:
        raise BadReply('claims: is empty although "enough" is true')
    for claim in draft.claims:
        if problem := fault(claim, shown):
            raise BadReply(problem)
    return draft.claims


def sound_claims(raw: Schema, shown: Mapping[int, Shown]) -> tuple[Claim, ...]:
    """Of a draft that has faults, the claims that have none; () where no claim can be read at all."""
    found = raw.get("claims")
    return tuple(
        claim
        for one in (found if isinstance(found, list) else [])[:MOST_CLAIMS]
        if (claim := _as_claim(one)) and not fault(claim, shown)
    )


def _as_claim(raw: object) -> Claim | None:
    try:
        return Claim.model_validate(_whole_characters(raw))
    except ValidationError:
        return None


def fault(claim: Claim, shown: Mapping[int, Shown]) -> str:
    """What is wrong with a claim's form, or ""."""
    if not claim.text.strip() or not claim.citations:
        return "claims: each needs a text and at least one citation"
    for citation in claim.citations:
        if citation.key not in shown:
            return f"key: {citation.key} is not one of {', '.join(map(str, shown))}"
        # Where the picture itself is the proof there may be no words to quote.
        if not citation.quote.strip() and shown[citation.key].kind != "figure":
            return f"quote: is empty for [{citation.key}]; copy the words that prove the claim"
    return ""


class ClaimStream:
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
            if claim := _as_claim(raw):
                found.append(claim)
        return found


def reason(error: BadReply | ValidationError) -> str:
    """What is wrong, field by field, without the values: they may be long, and come from documents."""
    if isinstance(error, BadReply):
        return line(str(error), 300)
    found = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False)]
    return line("; ".join(found), 300)
