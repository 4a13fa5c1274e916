"""agent/llm/replies: the schemas that a model is held to, and what is made of whatever it replies."""

import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from agent.llm import replies
from agent.llm.protocol import Decision, Shown
from agent.llm.replies import BadReply, ClaimStream
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
SHOWN = {3: Shown(key=3, kind="passage", title="M", page=1, heading="", text="It holds 4 litres.")}
STRING = {"type": "string"}


# schemas


def test_a_decision_is_flat_complete_and_limited_to_what_exists() -> None:
    assert replies.decision_schema(TOOLS, [0, 3, 4]) == {
        "type": "object",
        "properties": {
            "thought": STRING,
            "action": {"enum": ["search", "open", "similar", "price", "answer"]},
            "query": STRING,
            "key": {"enum": ["", "3", "4", "0"]},
            "fresh": {"enum": ["", "true", "false"]},
            "unit": {"enum": ["", "EUR", "USD"]},
        },
        "required": ["thought", "action", "query", "key", "fresh", "unit"],
    }


def test_before_anything_was_looked_for_answer_is_no_choice() -> None:
    schema = replies.decision_schema(TOOLS[:1], [], may_answer=False)
    assert schema["properties"]["action"] == {"enum": ["search"]}
    assert [replies.callable_now(one, []) for one in TOOLS] == [True, False, False, True]


def test_one_name_with_two_types_is_free_text() -> None:
    class Other(BaseModel):
        unit: str = Field(description="any")

    schema = replies.decision_schema([TOOLS[3], tool("other", Other)], [])
    assert schema["properties"]["unit"] == STRING


def test_a_citation_can_name_no_key_but_these() -> None:
    citation = {
        "type": "object",
        "properties": {"key": {"enum": [2, 5]}, "quote": STRING},
        "required": ["key", "quote"],
    }
    claim = {
        "type": "object",
        "properties": {"text": STRING, "citations": {"type": "array", "items": citation}},
        "required": ["text", "citations"],
    }
    assert replies.draft_schema((2, 5)) == {
        "type": "object",
        "properties": {"claims": {"type": "array", "items": claim}, "enough": {"type": "boolean"}},
        "required": ["claims", "enough"],
    }


def test_the_forms_are_short() -> None:
    assert replies.schema_of(replies.Confirmation) == {
        "type": "object",
        "properties": {"thought": STRING, "answer": {"enum": ["yes", "no", "cannot tell"]}},
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
DRAFT = st.fixed_dictionaries({}, optional={"claims": st.lists(CLAIM | JSON) | JSON, "enough": st.booleans() | JSON})
STEP = st.dictionaries(st.sampled_from(["thought", "action", "query", "key", "fresh", "unit"]), JSON) | st.builds(
    lambda action, rest: {**rest, "action": action},
    st.sampled_from([*TABLE, "answer"]),
    st.dictionaries(st.sampled_from(["thought", "query", "key", "fresh", "unit"]), JSON),
)


@given(st.text() | JSON.map(json.dumps) | DRAFT.map(json.dumps))
def test_any_reply_is_an_object_or_bad(reply: str) -> None:
    try:
        assert isinstance(replies.parse(reply), dict)
    except BadReply as error:
        assert replies.reason(error)


@given(STEP)
def test_any_step_is_a_decision_or_bad(raw: dict) -> None:
    try:
        found = replies.decision(raw, TABLE, [], may_answer=True)
    except (BadReply, ValidationError) as error:
        assert 0 < len(replies.reason(error)) < 400
    else:
        assert isinstance(found, Decision) and found.action in [*TABLE, "answer"]


@given(DRAFT)
def test_of_any_draft_only_sound_claims_are_left(raw: dict) -> None:
    sound = replies.sound_claims(raw, SHOWN)
    assert not any(replies.fault(claim, SHOWN) for claim in sound)
    try:
        assert replies.claims(raw, SHOWN) == sound
    except (BadReply, ValidationError) as error:
        assert replies.reason(error)


@given(st.lists(CLAIM), st.integers(1, 9))
def test_claims_come_out_of_a_growing_reply_once_each(claims: list[dict], step: int) -> None:
    text = json.dumps({"claims": claims, "enough": True})
    stream = ClaimStream()
    found = [claim for end in range(0, len(text) + step, step) for claim in stream.new(text[:end])]
    assert found == [claim for one in claims if (claim := replies._as_claim(one))]


def test_half_a_character_is_replaced() -> None:
    """Nothing can store, send or print it."""
    text = json.dumps({"claims": [{"text": "4 \ud800 litres", "citations": []}]})
    assert replies.parse(text)["claims"][0]["text"] == "4 ? litres"
    assert ClaimStream().new(text)[0].text == "4 ? litres"


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000])
def test_depth_without_end_is_bad(deep: str) -> None:
    with pytest.raises(BadReply):
        replies.parse(f'{{"claims": {deep}}}')
    assert ClaimStream().new(f'{{"claims": [{deep}') == []
