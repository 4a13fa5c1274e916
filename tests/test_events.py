"""agent/events: every event goes to JSON and back, and programs written for dicts go on."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent import events
from agent.answer import Answer, Citation, Claim, Place, Verdict
from tools.library.evidence import Region

TEXT = st.text(max_size=30)
KEY = st.integers(min_value=1, max_value=10**9)
KEYS = st.lists(KEY, max_size=4).map(tuple)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
STATUS = st.sampled_from(get_args(events.Status))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECT = st.dictionaries(TEXT, JSON, max_size=3)


def many(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(strategy, max_size=2).map(tuple)


CLAIM = st.builds(Claim, text=TEXT, citations=many(st.builds(Citation, key=KEY, quote=TEXT)))
REGION = st.builds(Region, page=KEY, boxes=many(st.tuples(NUMBER, NUMBER, NUMBER, NUMBER)))
PLACE = st.builds(Place, key=KEY, title=TEXT, uri=TEXT, regions=many(REGION))
VERDICT = st.builds(
    Verdict,
    claim=CLAIM,
    status=STATUS,
    reason=TEXT,
    decided=st.sampled_from(["structure", "place", "numbers", "table", "reading", "picture", "opinion"]),
    places=many(PLACE),
    score=st.none() | st.floats(0, 1),
)
ANSWER = st.builds(
    Answer,
    question=TEXT,
    status=st.sampled_from(["answered", "partial", "conflicting", "not_found"]),
    verdicts=many(VERDICT),
    gaps=many(TEXT),
    dropped=many(VERDICT),
    notes=many(TEXT),
    answered_by=TEXT,
    thread=TEXT,
    seconds=st.floats(0, 1e9),
)
EVENTS = {
    "decided": st.builds(events.Decided, action=TEXT, args=OBJECT, fallback=st.booleans()),
    "acted": st.builds(events.Acted, tool=TEXT, keys=KEYS, titles=st.dictionaries(KEY, TEXT, max_size=3), error=TEXT),
    "looking": st.builds(events.Looking, key=st.integers(0, 10**9)),
    "writing": st.builds(events.Writing),
    "confirmed": st.builds(events.Confirmed, claim=TEXT, keys=KEYS, status=STATUS),
    "checked": st.builds(events.Checked, claim=TEXT, status=STATUS),
    "answer": st.builds(events.Answered, answer=ANSWER),
    "indexing": st.builds(events.Indexing, done=KEY, total=KEY, path=TEXT, page=KEY, pages=KEY),
    "indexed": st.builds(events.Indexed, report=OBJECT),
}


def test_every_event_is_tried() -> None:
    union, _ = get_args(events.Event)
    assert {kind.model_fields["event"].default for kind in get_args(union)} == set(EVENTS)


@given(st.one_of(*EVENTS.values()))
def test_an_event_goes_to_json_and_back(event: events.Event) -> None:
    line = event.model_dump_json()
    assert "\n" not in line, "one event a line"
    assert events.read(line) == events.read(line.encode()) == event


@given(st.one_of(*EVENTS.values()))
def test_fields_are_read_by_name_too(event: events.Event) -> None:
    assert event["event"] == event.event
    assert all(event[name] == getattr(event, name) for name in type(event).model_fields)


@pytest.mark.parametrize("name", ["colour", "model_dump", "__class__"])
def test_what_is_no_field_is_a_key_error(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        events.Looking(key=1)[name]


def test_a_field_of_a_later_version_is_skipped_and_an_unknown_event_is_an_error() -> None:
    assert events.read('{"event": "looking", "key": 2, "colour": "red"}') == events.Looking(key=2)
    for line in ('{"event": "dancing"}', '{"key": 2}', "[]", "looking", ""):
        with pytest.raises(ValidationError):
            events.read(line)


def test_events_are_frozen() -> None:
    event = events.Looking(key=1)
    with pytest.raises(ValidationError, match="frozen"):
        event.key = 2
