"""agent/llm/replies: the schemas that a model is held to, and what is made of whatever it replies."""

import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from agent.llm import replies
from agent.llm.protocol import Decision, Draft
from agent.llm.replies import ClaimReader, Misfit
from tools.tool import Tool


class Search(BaseModel):
    query: str = Field(min_length=1, description="key words")


class Open(BaseModel):
    key: int = Field(ge=1, description="key of the evidence")


class Similar(BaseModel):
    key: int = Field(default=0, ge=0, description="0 for the user's own picture")


class Price(BaseModel):
    fresh: bool | None = Field(default=None, description="whether to pass by the cache")
    unit: Literal["EUR", "USD"] = Field(default="EUR", description="currency")


def tool(name: str, args: type[BaseModel]) -> Tool:
    return Tool(name, "Call it.", args, lambda args, context: [])


TOOLS = [tool("search", Search), tool("open", Open), tool("similar", Similar), tool("price", Price)]
TABLE = {one.name: one for one in TOOLS}
KEYS = [3]
STRING = {"type": "string"}


# schemas


def call_shape(name: str, **fields: dict) -> dict:
    properties = {"tool": {"const": name}, **fields}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def claim_shape(keys: dict, *more: str) -> dict:
    citation = {"type": "object", "properties": {"key": keys, "quote": STRING}, "required": ["key", "quote"]}
    cited = {"type": "array", "items": citation, "minItems": 1, "maxItems": 4}
    properties = {"citations": cited, "text": STRING, **dict.fromkeys(more, STRING)}
    return {"type": "object", "properties": properties, "required": list(properties)}


def answer_shape(keys: dict, least: int) -> dict:
    claim = {"anyOf": [claim_shape(keys), claim_shape(keys, "calculation")]}
    claims = {"type": "array", "items": claim, "minItems": least, "maxItems": replies.MOST_CLAIMS}
    return {
        "type": "object",
        "properties": {"claims": claims, "missing": STRING},
        "required": ["claims", "missing"],
    }


def test_a_reply_is_a_call_that_can_be_made_or_the_answer_citations_first() -> None:
    optional = {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
    assert replies.reply_schema(TOOLS, [0, 3, 4], may_answer=True) == {
        "anyOf": [
            call_shape("search", query=STRING),
            call_shape("open", key={"enum": [3, 4]}),
            call_shape("similar", key={"enum": [0, 3, 4]}),
            call_shape("price", fresh=optional, unit={"enum": ["EUR", "USD"], "type": "string"}),
            answer_shape({"enum": [3, 4]}, 0),
        ]
    }
    assert list(answer_shape({}, 0)["properties"]["claims"]["items"]["anyOf"][0]["properties"]) == ["citations", "text"]


def test_before_anything_was_looked_for_the_answer_is_no_choice() -> None:
    assert replies.reply_schema(TOOLS[:1], [], may_answer=False) == call_shape("search", query=STRING)
    assert [bool(replies.callable_now(one, [])) for one in TOOLS] == [True, False, False, True]


def test_as_long_as_a_search_is_due_an_answer_has_a_claim() -> None:
    answer = replies.reply_schema([], [3], may_answer=True, may_give_up=False)
    assert answer == answer_shape({"enum": [3]}, 1)
    assert replies.reply_schema(TOOLS[:1], [0], may_answer=True, may_give_up=False) == call_shape(
        "search", query=STRING
    )


def test_where_nothing_can_be_cited_only_what_is_missing_can_be_said() -> None:
    (call, answer) = replies.reply_schema(TOOLS[:1], [0], may_answer=True)["anyOf"]
    assert answer["properties"]["claims"]["maxItems"] == 0 and answer["required"] == ["claims", "missing"]


def test_a_grammar_is_given_no_lengths_and_no_patterns() -> None:
    class Part(BaseModel):
        number: str = Field(min_length=1, max_length=4000, pattern="^[A-Z]+$", description="part number")

    assert replies.schema_of(Part)["properties"] == {"number": STRING}


def test_a_call_is_described_as_it_is_written() -> None:
    assert replies.described(TOOLS[1]) == '{"tool": "open", "key": 1}\n  Call it. key: key of the evidence.'
    assert replies.described(TOOLS[3]).startswith('{"tool": "price", "fresh": false, "unit": "EUR"}')


def test_the_forms_are_short() -> None:
    answer = {"enum": ["yes", "no", "cannot tell"], "type": "string"}
    assert replies.schema_of(replies.Confirmation) == {
        "type": "object",
        "properties": {"thought": STRING, "answer": answer},
        "required": ["thought", "answer"],
    }
    assert replies.schema_of(replies.Reading)["properties"] == {"reading": STRING, "relevant": {"type": "boolean"}}
    assert replies.schema_of(replies.Description)["properties"] == {"shows": STRING, "reading": STRING}


# what comes back

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
CITATION = st.fixed_dictionaries({}, optional={"key": st.just(3) | JSON, "quote": st.just("4 litres") | JSON})
CLAIM = st.fixed_dictionaries({}, optional={"text": st.text() | JSON, "citations": st.lists(CITATION) | JSON})
ANSWER = st.fixed_dictionaries({}, optional={"claims": st.lists(CLAIM | JSON) | JSON, "missing": st.text() | JSON})
FIELDS = st.dictionaries(st.sampled_from(["query", "key", "fresh", "unit", "claims"]), JSON)
CALL = FIELDS | st.builds(lambda tool, rest: {**rest, "tool": tool}, st.sampled_from([*TABLE, "answer"]) | JSON, FIELDS)


@given(st.text() | JSON.map(json.dumps) | ANSWER.map(json.dumps))
def test_any_reply_is_an_object_or_a_misfit(reply: str) -> None:
    try:
        assert isinstance(replies.parse(reply), dict)
    except Misfit as error:
        assert replies.reason(error)


@given(CALL | ANSWER, st.booleans())
def test_any_object_is_a_call_an_answer_or_a_misfit(raw: dict, may_answer: bool) -> None:
    try:
        found = replies.step(raw, TABLE, KEYS, may_answer, "...")
    except (Misfit, ValidationError) as error:
        assert 0 < len(replies.reason(error)) < 400
    else:
        assert found.action in TABLE if isinstance(found, Decision) else may_answer
        assert found.reply == "..."


@given(ANSWER)
def test_of_any_answer_only_sound_claims_are_left(raw: dict) -> None:
    sound = replies.sound(raw, KEYS)
    assert not any(replies.fault(claim, KEYS) for claim in sound)
    try:
        assert replies.draft(raw, KEYS, "").claims == sound
    except (Misfit, ValidationError) as error:
        assert replies.reason(error)


@given(st.lists(CLAIM), st.integers(1, 9))
def test_claims_come_out_of_a_growing_reply_once_each(claims: list[dict], step: int) -> None:
    text = json.dumps({"claims": claims, "missing": ""})
    reader = ClaimReader()
    found = [claim for end in range(0, len(text) + step, step) for claim in reader.new(text[:end])]
    assert found == [claim for one in claims if (claim := replies.as_claim(one))]


def test_a_quote_may_be_empty_and_a_key_a_string() -> None:
    raw = {"claims": [{"citations": [{"key": "3", "quote": ""}], "text": "4 + 8 is 12.", "calculation": "4 + 8"}]}
    found = replies.draft(raw, KEYS, "")
    assert isinstance(found, Draft) and found.claims[0].citations[0].key == 3
    assert (found.claims[0].calculation, found.missing) == ("4 + 8", "")


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ({"text": "F3."}, "at least one citation"),
        ({"text": " ", "citations": [{"key": 3}]}, "a text"),
        ({"text": "F3.", "citations": [{"key": 9}]}, "key: 9 is not one of 3"),
        ({"citations": [{"key": 3}]}, "text: Field required"),
        ({"text": "F3.", "short": "F4", "citations": [{"key": 3}]}, "there is no field 'short'"),
    ],
)
def test_what_is_wrong_with_a_claim_is_named(claim: dict, said: str) -> None:
    with pytest.raises((Misfit, ValidationError)) as caught:
        replies.draft({"claims": [claim]}, KEYS, "")
    assert said in replies.reason(caught.value)


def test_zero_and_false_are_values_and_blank_is_none() -> None:
    found = replies.step({"tool": "price", "fresh": False, "unit": ""}, TABLE, KEYS, True, "")
    assert isinstance(found, Decision) and found.args == {"fresh": False}
    assert replies.step({"tool": "similar", "key": 0}, TABLE, KEYS, True, "").args == {"key": 0}


def test_half_a_character_is_replaced() -> None:
    """Nothing can store, send or print it."""
    text = json.dumps({"claims": [{"text": "4 \ud800 litres", "citations": []}]})
    assert replies.parse(text)["claims"][0]["text"] == "4 ? litres"
    assert ClaimReader().new(text)[0].text == "4 ? litres"


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000])
def test_depth_without_end_is_bad(deep: str) -> None:
    with pytest.raises(Misfit):
        replies.parse(f'{{"claims": {deep}}}')
    assert ClaimReader().new(f'{{"claims": [{deep}') == []
