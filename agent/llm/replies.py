"""What a model may reply: a tool call, or the answer. One JSON schema with a shape for each, and how replies are read.

    {"tool": "search_text", "query": "…"}
    {"claims": [{"citations": [{"key": 4, "quote": "…"}], "text": "…", "calculation": "…"}], "missing": "…"}

Citations stand before the text they carry: the model first finds the words, then says what they say.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.answer import Claim
from agent.llm.context import line
from agent.llm.protocol import Decision, Draft
from tools.tool import Tool

Schema = dict[str, Any]
STRING: Schema = {"type": "string"}

LEFT_OUT = frozenset("$defs title description default minLength maxLength pattern".split())
"""Words of JSON Schema that no reply depends on: a grammar of 4000 optional letters stalls llama.cpp. What comes back
is read by pydantic, which knows them."""
MOST_CLAIMS = 12
"""Of one answer: more is a list that a reader should open the page for, or a model that cannot stop."""


class Misfit(ValueError):
    """The reply is JSON of another shape, or none, or names what is not there. The message is shown to the model."""


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


class Opinion(BaseModel):
    """What `confirm` and `support` ask for."""

    model_config = ConfigDict(strict=True)

    thought: str
    answer: Literal["yes", "no", "cannot tell"]


# what is asked for


def reply_schema(tools: Sequence[Tool], keys: Sequence[int], may_answer: bool, may_give_up: bool = True) -> Schema:
    """A shape a tool that can be called now, and the answer's; `keys` are those of the evidence, and 0 for the person's
    own picture, which cannot be cited. An answer without claims is no choice where the model may not give up yet: a
    small one takes it at once."""
    shapes = [_call_schema(tool, keys) for tool in tools]
    citable = [key for key in keys if key]
    if may_answer and (citable or may_give_up):
        shapes.append(_answer_schema(citable, 0 if may_give_up else 1))
    return {"anyOf": shapes} if len(shapes) > 1 else shapes[0]


def _call_schema(tool: Tool, keys: Sequence[int]) -> Schema:
    properties: Schema = {"tool": {"const": tool.name}}
    for name, field in _fields(tool.args).items():
        properties[name] = {"enum": _keys(field, keys)} if _is_key(name, field) else field
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _answer_schema(keys: Sequence[int], least: int) -> Schema:
    """The fields of a `Claim`, citations first; `key` is one of `keys`. By hand: pydantic takes 10 ms to write it."""
    if not keys:  # nothing can be cited: all that can be said is what is missing
        return _object(claims={"type": "array", "items": STRING, "maxItems": 0}, missing=STRING)
    citation = _object(key={"enum": list(keys)}, quote=STRING)
    cited = {"type": "array", "items": citation, "minItems": 1, "maxItems": 4}
    either = [_object(citations=cited, text=STRING), _object(citations=cited, text=STRING, calculation=STRING)]
    claims = {"type": "array", "items": {"anyOf": either}, "minItems": least, "maxItems": MOST_CLAIMS}
    return _object(claims=claims, missing=STRING)


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


@lru_cache(maxsize=256)
def schema_of(model: type[BaseModel]) -> Schema:
    """Without references and titles: not every server's grammar follows them. Pydantic takes a millisecond to build it;
    it is shared, and not to be changed."""
    schema = model.model_json_schema()
    return _flat(schema, schema.get("$defs", {}))


def _flat(part: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_flat(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _flat(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {
        name: {field: _flat(one, definitions) for field, one in value.items()}
        if name == "properties"
        else _flat(value, definitions)
        for name, value in part.items()
        if name not in LEFT_OUT
    }


def _fields(args: type[BaseModel]) -> dict[str, Schema]:
    """The JSON schema of each argument."""
    return schema_of(args).get("properties", {})


def _is_key(name: str, field: Schema) -> bool:
    """An integer called `key` is the key of evidence."""
    return name == "key" and field.get("type") == "integer"


def _keys(field: Schema, keys: Sequence[int]) -> list[int]:
    return [key for key in keys if key >= field.get("minimum", 1)]


def callable_now(tool: Tool, keys: Sequence[int]) -> bool:
    """Whether each of its arguments can have a value: where nothing is found yet, no key can be given."""
    return all(_keys(field, keys) for name, field in _fields(tool.args).items() if _is_key(name, field))


def described(tool: Tool) -> str:
    """A call as the model writes it, and when to make it."""
    example = {"tool": tool.name} | {name: _example(name, field) for name, field in _fields(tool.args).items()}
    fields = "; ".join(f"{name}: {field.description}" for name, field in tool.args.model_fields.items())
    return f"{json.dumps(example, ensure_ascii=False)}\n  {tool.when}" + (f" {fields}." if fields else "")


def _example(name: str, field: Schema) -> Any:
    field = field.get("anyOf", [field])[0]
    if "enum" in field:
        return field["enum"][0]
    return {"integer": 1 if name == "key" else 0, "number": 0, "boolean": False}.get(field.get("type", ""), "...")


# what comes back


def parse(reply: str) -> Schema:
    """The first JSON object in a reply; models that no grammar holds put a sentence or a code fence around it."""
    start = reply.find("{")
    if start < 0:
        raise Misfit("it is empty" if not reply.strip() else "it holds no JSON object")
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(reply, start)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Misfit(f"it is no valid JSON ({error})") from error
    assert isinstance(found, dict)  # it starts with a brace
    return _whole_characters(found)


def _whole_characters(found: Schema) -> Schema:
    """The same JSON; half a character (an escape such as \\ud800 alone), which nothing can store, becomes "?"."""
    return json.loads(json.dumps(found, ensure_ascii=False).encode(errors="replace"))


def step(raw: Schema, tools: Mapping[str, Tool], keys: Sequence[int], may_answer: bool, reply: str) -> Decision | Draft:
    """The call or the answer that a reply is; `reply` is its text. Raises Misfit and ValidationError."""
    if "claims" in raw and may_answer:
        return draft(raw, keys, reply)
    name = raw.get("tool")
    tool = tools.get(name) if isinstance(name, str) else None
    if tool is None:
        raise Misfit(f"tool: must be one of {', '.join(tools) or '(none: answer now)'}")
    given = {name: raw[name] for name in tool.args.model_fields if raw.get(name) not in (None, "")}
    args = tool.args.model_validate(given).model_dump(mode="json", exclude_unset=True)
    return Decision(thought="", action=tool.name, args=args, reply=reply)


def draft(raw: Schema, keys: Sequence[int], reply: str) -> Draft:
    """The claims, all of them sound in form, and what the model says is missing. Raises Misfit and ValidationError."""
    found = raw.get("claims")
    if not isinstance(found, list):
        raise Misfit("claims: must be a list")
    claims = tuple(Claim.model_validate(one) for one in found[:MOST_CLAIMS])
    for claim in claims:
        if problem := fault(claim, keys):
            raise Misfit(problem)
    return Draft(claims=claims, missing=line(str(raw.get("missing") or ""), 300), reply=reply)


def sound(raw: Schema, keys: Sequence[int]) -> tuple[Claim, ...]:
    """Of an answer that has faults, the claims that have none; () where no claim can be read at all."""
    found = raw.get("claims")
    read = (as_claim(one) for one in (found if isinstance(found, list) else [])[:MOST_CLAIMS])
    return tuple(claim for claim in read if claim and not fault(claim, keys))


def as_claim(raw: object) -> Claim | None:
    try:
        return Claim.model_validate(raw)
    except ValidationError:
        return None


def fault(claim: Claim, keys: Sequence[int]) -> str:
    """What is wrong with a claim's form, or "". A quote may be inexact or empty: its place is found later."""
    if not claim.text.strip() or not claim.citations:
        return "claims: each needs a text and at least one citation"
    if claim.short:
        return "claims: there is no field 'short'"  # it is shown unchecked
    unknown = [citation.key for citation in claim.citations if citation.key not in keys]
    return f"key: {unknown[0]} is not one of {', '.join(map(str, keys))}" if unknown else ""


class ClaimReader:
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
            if claim := as_claim(_whole_characters(raw)):
                found.append(claim)
        return found


def reason(error: Misfit | ValidationError) -> str:
    """What is wrong, field by field, without the values: they may be long, and come from documents."""
    if isinstance(error, Misfit):
        return line(str(error), 300)
    found = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False)]
    return line("; ".join(found), 300)
