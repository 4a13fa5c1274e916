"""The whole graph over a real library, with a scripted model: what it does with any model's replies."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage

from agent.answer import Answer
from agent.graph import build as graph
from agent.graph.state import RuntimeContext, State
from agent.llm.protocol import Decision
from tests.scripted import DONE, SEARCH, Scripted, call, claim
from tools import build
from tools.library.library import Library

OIL = "The gearbox holds 4.2 litres of oil."
BELT = "The drive belt is checked every 500 hours."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "gearbox.txt").write_text(f"Gearbox\n\n{OIL} Drain it warm.\n")
    (folder / "belt.txt").write_text(f"Belt\n\n{BELT} Replace it when it is cracked.\n")
    with Library(tmp_path_factory.mktemp("library"), create=True) as opened:
        opened.add([folder])
        yield opened


def run(library: Library, model: Scripted, **limits) -> tuple[Answer, State]:
    context = RuntimeContext(model=model, library=library, tools=build(library), **limits)
    start = {"messages": [HumanMessage(content="How much oil?")]}
    state = graph.build().invoke(start, context=context, config={"recursion_limit": 100})
    return state["answer"], state


def key_of(library: Library, state: State, text: str) -> int:
    return next(e.key for e in state["ledger"] if text in library.item(e.origin).text)


def test_a_quoted_claim_is_answered_with_page_and_region(library: Library) -> None:
    _, state = run(library, Scripted([SEARCH, DONE], [()]))
    key = key_of(library, state, OIL)
    answer, _ = run(library, Scripted([SEARCH, DONE], [(claim(OIL, key),)]))
    assert answer.status == "answered"
    (place,) = answer.verdicts[0].places
    assert place.regions[0].page == 1 and place.regions[0].boxes
    assert place.uri.endswith("gearbox.txt")


def test_an_invented_number_is_not_said(library: Library) -> None:
    answer, _ = run(library, Scripted([SEARCH, DONE], [(claim("The gearbox holds 9 litres of oil.", 1, OIL),)]))
    assert answer.status == "not_found" and answer.claims == ()
    assert "9 litres" in answer.dropped[0].claim.text


def test_a_quote_that_stands_elsewhere_is_moved_there(library: Library) -> None:
    """Both keys are tried: one of them is wrong, and the answer is right all the same."""
    for key in (1, 2):
        answer, state = run(library, Scripted([SEARCH, DONE], [(claim(OIL, key),)]))
        assert answer.status == "answered"
        assert answer.claims[0].citations[0].key == key_of(library, state, OIL)


def test_a_key_that_was_never_given_out_is_refused_and_the_loop_ends(library: Library) -> None:
    drafts = [(claim(f"The door is {colour} and made of oak.", 99),) for colour in ("blue", "red", "green", "grey")]
    answer, state = run(library, Scripted([SEARCH, DONE], drafts))
    assert answer.status == "not_found"
    assert state["rounds"] == 3  # the first try, and the two rounds that are allowed


def test_who_writes_what_was_refused_once_more_is_not_asked_a_third_time(library: Library) -> None:
    model = Scripted([SEARCH, DONE], [(claim("The door is blue and made of oak.", 1),)])
    answer, _ = run(library, model)
    assert (answer.status, len(answer.dropped)) == ("not_found", 1)
    assert len(model.briefs) == 3  # the search, the claim, the same claim


def test_what_failed_goes_back_and_a_second_try_may_succeed(library: Library) -> None:
    """First draft invents; the feedback names it; the second draft quotes what the second search found."""
    model = Scripted(
        [call("search_text", query="belt"), DONE, SEARCH, DONE],
        [(claim("The gearbox holds 9 litres.", 1, "holds 9 litres"),), (claim(OIL, 1),)],
    )
    answer, _ = run(library, model)
    assert answer.status == "answered"
    assert any("9 litres" in line for brief in model.briefs for line in brief.feedback)


def test_one_good_and_one_bad_claim_is_a_partial_answer_that_names_the_gap(library: Library) -> None:
    bad = claim("The door is blue and made of oak.", 1, "The door is blue")
    good = claim(BELT, 1)
    answer, _ = run(library, Scripted([SEARCH, DONE], [(good, bad)]))
    assert answer.status == "partial"
    assert [c.text for c in answer.claims] == [BELT]
    assert "blue" in answer.gaps[0]


def test_a_model_that_searches_for_ever_is_stopped(library: Library) -> None:
    answer, state = run(library, Scripted([SEARCH], [()]), max_steps=4)
    assert len(state["calls"]) == 4
    first, *again = state["calls"]
    assert first.keys and all((call.keys, call.error) == (first.keys, "") for call in again)  # what it found, once more
    assert [message.content.count(OIL) for message in state["messages"] if message.type == "tool"] == [1, 0, 0, 0]
    assert answer.status == "not_found"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (call("teleport", to="x"), "There is no tool 'teleport'"),
        (call("search_text"), "query"),
        (call("open_page", key=7), r"[7] stands on no page"),
        (call("search_by_image", key=0), "no picture"),
    ],
)
def test_a_wrong_call_is_told_to_the_model_and_does_no_harm(library: Library, wrong, told: str) -> None:
    answer, state = run(library, Scripted([wrong, SEARCH, DONE], [(claim(BELT, 1),)]))
    assert told in state["calls"][0].error
    assert answer.status == "answered"


def test_open_page_gives_the_page_of_a_key(library: Library) -> None:
    _, state = run(library, Scripted([SEARCH, call("open_page", key=1), DONE], [()]))
    assert state["calls"][1].keys and not state["calls"][1].error


def test_out_of_time_it_answers_with_what_it_has(library: Library) -> None:
    answer, state = run(library, Scripted([SEARCH], [()]), max_seconds=0.0)
    assert (answer.status, state["calls"]) == ("not_found", [])


def test_calls_are_real_tool_messages(library: Library) -> None:
    _, state = run(library, Scripted([SEARCH, DONE], [(claim(BELT, 1),)]))
    _, asked, found, said = state["messages"]
    assert asked.tool_calls[0]["name"] == "search_text"
    assert found.tool_call_id == asked.tool_calls[0]["id"] and found.content.startswith("Found:\n[1] ")
    assert BELT in said.content


def test_the_drawn_graph_shows_every_edge() -> None:
    edges = {(edge.source, edge.target) for edge in graph.build().get_graph().edges}
    wanted = """
        __start__ begin, begin decide, decide act, decide validate, act look, act decide, look decide,
        validate decide, validate finish, finish __end__
    """
    assert edges == {tuple(pair.split()) for pair in wanted.split(",")}


TRUE = [OIL, BELT, "Drain it warm.", "Replace it when it is cracked."]
FALSE = ["The gearbox holds 9 litres of oil.", "The drive belt is checked every 7 hours."]
DRAFTS = st.lists(st.lists(st.sampled_from([*TRUE, *FALSE]), max_size=4, unique=True), min_size=1, max_size=5)
STEPS = st.lists(st.sampled_from(["oil", "belt", "gearbox", DONE]), min_size=1, max_size=9)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, DRAFTS)
def test_nothing_accepted_is_ever_lost(library: Library, steps: list[str | Decision], drafts: list[list[str]]) -> None:
    """Whatever a model calls, and however it writes its answer again: what passed once is in the answer, once."""
    calls = [call("search_text", query=step) if isinstance(step, str) else step for step in steps]
    written = [tuple(claim(text, 1) for text in draft) for draft in drafts]
    model = Scripted([SEARCH, *calls], written)
    passed: dict[str, None] = {}
    context = RuntimeContext(model=model, library=library, tools=build(library))
    start = {"messages": [HumanMessage(content="What is there to know?")]}
    state: State = {}
    config = {"recursion_limit": 100}
    for chunk in graph.build().stream(start, context=context, config=config, stream_mode="updates"):
        ((node, update),) = chunk.items()
        state |= update
        if node == "validate":
            passed |= dict.fromkeys(verdict.claim.text for verdict in update["accepted"])
            assert not {verdict.claim.text for verdict in update["accepted"]} & set(FALSE)
    assert [claim.text for claim in state["answer"].claims] == list(passed)
    assert set(passed) <= set(TRUE)
