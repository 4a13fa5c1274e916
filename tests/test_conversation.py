"""agent/llm/conversation: what is sent of the messages, and what gives way when the window is full."""

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from agent.llm.conversation import CHECKER, SLACK, sent, shrink, size

EVIDENCE = "[1] passage\nThe gearbox holds 4.2 litres. " + "word " * 200


def turn(number: int, text: str = EVIDENCE) -> list[AnyMessage]:
    """A question, a call, what it found, the answer."""
    call = {"name": "search_text", "args": {"query": "oil"}, "id": f"call {number}"}
    found = f"Found:\n{text}\n\nQuestion: q{number}"
    return [
        HumanMessage(content=f"q{number}", id=f"{number} asked"),
        AIMessage(content="", tool_calls=[call], additional_kwargs={"reply": '{"tool": "x"}'}, id=f"{number} call"),
        ToolMessage(content=found, artifact="Found earlier:\n[1]", tool_call_id=f"call {number}", id=f"{number} found"),
        AIMessage(content="4.2 [1]", additional_kwargs={"reply": '{"claims": []}'}, id=f"{number} said"),
    ]


def changed(messages: list[AnyMessage], by: list[AnyMessage]) -> list[AnyMessage]:
    new = {message.id: message for message in by}
    return [new.get(message.id, message) for message in messages]


def test_a_model_reads_its_own_replies_to_the_letter_and_all_else_as_the_users() -> None:
    checked = HumanMessage(content="Refused: ...", name=CHECKER)
    found = sent([*turn(1, "It holds 4.2."), checked])
    assert [(message.type, message.content) for message in found] == [
        ("human", "Question: q1"),
        ("ai", '{"tool": "x"}'),
        ("human", "Found:\nIt holds 4.2.\n\nQuestion: q1"),
        ("ai", '{"claims": []}'),
        ("human", "Refused: ..."),
    ]


def test_the_persons_picture_stands_behind_the_question() -> None:
    asked = HumanMessage(content="What is it?", additional_kwargs={"picture": "A picture is attached."})
    assert sent([asked])[0].content == "Question: What is it?\nA picture is attached."


def test_what_says_nothing_is_not_sent() -> None:
    """As in conversations of earlier versions, whose calls had no words."""
    old = AIMessage(content="", tool_calls=[{"name": "search_text", "args": {}, "id": "1"}])
    assert [message.type for message in sent([HumanMessage(content="q"), old])] == ["human"]


def test_what_a_turn_that_broke_off_left_is_joined_to_the_next_question() -> None:
    found = sent([*turn(1, "4.2")[:3], HumanMessage(content="q2"), AIMessage(content="a"), AIMessage(content="b")])
    assert [message.type for message in found] == ["human", "ai", "human", "ai"]
    assert found[2].content == "Found:\n4.2\n\nQuestion: q1\n\nQuestion: q2" and found[3].content == "a\n\nb"


def test_what_fits_stays() -> None:
    assert shrink(turn(1), 10_000) == []


def test_the_oldest_evidence_becomes_titles_first() -> None:
    messages = [*turn(1), *turn(2), *turn(3)]
    found = shrink(messages, size(messages) - 10)
    assert [message.id for message in found] == ["1 found", "2 found"]  # the first alone would leave too little room
    assert all(message.content == "Found earlier:\n[1]" for message in found)
    assert size(changed(messages, found)) <= SLACK * (size(messages) - 10)


def test_then_the_oldest_turns_are_left_out_and_at_last_this_turns_evidence_becomes_titles() -> None:
    messages = [*turn(1), *turn(2)]
    found = changed(messages, shrink(messages, 60))
    assert [message.content for message in sent(found)][0] == "Question: q2"
    assert "word" not in str([message.content for message in sent(found)])


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=6), st.integers(50, 6000))
def test_the_question_of_this_turn_is_never_lost_and_no_message_appears(sizes: list[int], room: int) -> None:
    messages = [one for number, count in enumerate(sizes) for one in turn(number, "word " * count)]
    found = shrink(messages, room)
    after = changed(messages, found)
    assert {message.id for message in found} <= {message.id for message in messages}
    assert size(after) <= max(size(messages), room) and [m.id for m in after] == [m.id for m in messages]
    assert any(message.content == f"Question: q{len(sizes) - 1}" for message in sent(after))
    if found and size(after) > room:  # nothing is left that could give way
        assert len(sent(after)) == 4 and "word" not in str(sent(after)[2].content)
