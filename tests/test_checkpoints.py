"""agent/graph/checkpoints: conversations outlive clocks, moved modules, other threads and processes, and damage."""

import json
import multiprocessing
import re
import sqlite3
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import id as checkpoint_id
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from agent import Assistant
from agent.graph.checkpoints import Checkpoints
from tests.conftest import ROOT
from tests.fake_ollama import FakeOllama, conversation
from tools.errors import LibraryBusy, LibraryError
from tools.library.library import Library

OLD = ROOT / "tests" / "conversations" / "first_edition.msgpack"
"""The bytes of a conversation of two turns, as the code before the second edition stored them."""


class Count(TypedDict, total=False):
    """A conversation that counts its turns."""

    turns: list[str]


def counting(checkpoints: Checkpoints, pause: float = 0.0) -> Any:
    def turn(state: Count) -> Count:
        time.sleep(pause)
        return {"turns": [*state.get("turns", []), uuid.uuid4().hex]}

    graph = StateGraph(Count)
    graph.add_node("turn", turn)
    graph.add_edge(START, "turn")
    graph.add_edge("turn", END)
    return graph.compile(checkpointer=checkpoints)


def config(thread: str) -> Any:
    return {"configurable": {"thread_id": thread}}


def take(path: Path, thread: str, turns: int, pause: float = 0.0) -> None:
    """Some turns of a conversation, one after the other."""
    checkpoints = Checkpoints(path)
    graph = counting(checkpoints, pause)
    for _ in range(turns):
        with checkpoints.one_turn(thread, 120.0):
            graph.invoke({}, config(thread), durability="exit")
    checkpoints.close()


def taken(path: Path, thread: str) -> int:
    checkpoints = Checkpoints(path)
    try:
        return len(counting(checkpoints).get_state(config(thread)).values.get("turns", []))
    finally:
        checkpoints.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite"


# what is kept


def test_only_the_last_checkpoint_of_each_conversation_is_kept(path: Path) -> None:
    take(path, "a", 3)
    take(path, "b", 2)
    rows = sqlite3.connect(path).execute("SELECT thread_id, count(*) FROM checkpoints GROUP BY thread_id").fetchall()
    assert rows == [("a", 1), ("b", 1)]
    assert (taken(path, "a"), taken(path, "b")) == (3, 2)


@pytest.mark.parametrize("seconds", [1, 3600, 400 * 24 * 3600])
def test_no_turn_is_lost_when_the_clock_is_set_back(path: Path, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """An id of a checkpoint says when it was made: the second turn's says an earlier time than the first one's."""
    take(path, "t", 1)
    now = time.time_ns() - seconds * 10**9
    monkeypatch.setattr(checkpoint_id, "_last_v6_timestamp", None)  # as in another process
    monkeypatch.setattr(checkpoint_id.time, "time_ns", lambda: now)
    take(path, "t", 1)
    monkeypatch.setattr(checkpoint_id, "_last_v6_timestamp", None)
    take(path, "t", 1)
    assert taken(path, "t") == 3


def test_a_conversation_of_the_first_edition_is_read(tmp_path: Path) -> None:
    """Its classes are stored under modules that have moved: agent.state.Call, agent.state.Turn."""
    (tmp_path / "gearbox.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    with Library(tmp_path / "library", create=True) as library:
        library.add([tmp_path / "gearbox.txt"])
    checkpoints = Checkpoints(tmp_path / "library" / "conversations.sqlite")
    with checkpoints.cursor() as cursor:
        cursor.execute(
            "INSERT INTO checkpoints VALUES ('before', '', ?, NULL, 'msgpack', ?, ?)",
            ("1f1e8c4a-645f-68ef-8010-63770a75ae2c", OLD.read_bytes(), json.dumps({"source": "loop", "step": 16})),
        )
    checkpoints.close()
    with Assistant(library=tmp_path / "library") as assistant:
        turns = assistant.history("before")
        assert [(turn.question, turn.answer, turn.keys) for turn in turns] == [
            ("How much oil does the gearbox hold?", "The gearbox holds 4.2 litres of oil. [1]", (1,)),
            ("And how often is the drive belt checked?", "The drive belt is checked every 500 hours. [2]", (2,)),
        ]
        answer = assistant.last_answer("before")
        assert answer and answer.verdicts[0].places[0].uri == "/manuals/belt.txt"
        assert list(assistant.evidence("before")) == [1, 2]
        assistant.ask("How much oil does the gearbox hold?", thread="before")
        assert len(assistant.history("before")) == 3
    _goes_on_with_a_chat_model(tmp_path / "library")


def _goes_on_with_a_chat_model(library: Path) -> None:
    """The channels that the first edition did not have are empty, and its messages are read."""
    search = {"tool": "search_text", "query": "gearbox oil"}
    fact = "The gearbox holds 4.2 litres of oil."
    server = FakeOllama([search, lambda body: cited(conversation(body), fact)])
    with server, Assistant(library=library, model="ollama/llama3.2-vision", ollama_url=server.base_url) as assistant:
        answer = assistant.ask("And how much oil again?", thread="before")
        assert [claim.text for claim in answer.claims] == [fact]
        assert len(assistant.history("before")) == 4
    assert "Question: How much oil does the gearbox hold?" in server.read[0]


def cited(said: str, fact: str) -> str:
    """A claim that cites the evidence that says it."""
    key = re.findall(r"^\[(\d+)\] ", said[: said.rindex(fact)], re.MULTILINE)[-1]
    return json.dumps({"claims": [{"citations": [{"key": key, "quote": fact}], "text": fact}], "missing": ""})


def test_a_class_of_ours_that_this_version_lacks_is_not_passed_over(path: Path) -> None:
    checkpoints = Checkpoints(path)
    with checkpoints.cursor() as cursor:
        later = OLD.read_bytes().replace(b"\xa4Turn", b"\xa4Tern")  # four letters
        cursor.execute("INSERT INTO checkpoints VALUES ('t', '', 'f', NULL, 'msgpack', ?, '{}')", (later,))
    with pytest.raises(LibraryError, match="a later version may have written it"):
        checkpoints.get_tuple({"configurable": {"thread_id": "t"}})
    checkpoints.close()


# one turn at a time


def test_threads_take_turns(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: take(path, "one", 3, pause=0.01), range(8)))
    assert taken(path, "one") == 24
    assert not list(path.parent.glob("*.lock")), "nothing is left lying about"


def test_processes_take_turns(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=take, args=(path, "one", 5, 0.01)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * 4
    assert taken(path, "one") == 20


def test_questions_in_one_conversation_are_all_kept(sample_root: Path) -> None:
    questions = ["How often per hour may the motor be started?", "What torque goes on the oil drain plug?", "And then?"]
    with Assistant(library=sample_root) as assistant:

        def ask(number: int) -> None:
            for question in questions:
                assistant.ask(f"{question} ({number})", thread="crowd")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(ask, range(8)))
        asked = [turn.question for turn in assistant.history("crowd")]
        assert sorted(asked) == sorted(f"{question} ({number})" for question in questions for number in range(8))
        evidence = assistant.evidence("crowd")
        assert list(evidence) == list(range(1, len(evidence) + 1))


def test_other_conversations_do_not_wait(path: Path) -> None:
    checkpoints = Checkpoints(path)
    with checkpoints.one_turn("a", 1.0), checkpoints.one_turn("b", 1.0):
        pass
    checkpoints.close()


def test_who_waits_too_long_is_told(path: Path) -> None:
    checkpoints = Checkpoints(path)
    with (
        checkpoints.one_turn("a", 1.0),
        pytest.raises(LibraryBusy, match="conversation a .* another question .* --thread NAME"),
        checkpoints.one_turn("a", 0.1),
    ):
        pass
    with checkpoints.one_turn("a", 0.1):  # and it is free now
        pass
    checkpoints.close()


def test_a_stream_that_is_given_up_frees_its_conversation(sample_root: Path) -> None:
    with Assistant(library=sample_root) as assistant:
        events = assistant.stream("How often per hour may the motor be started?", thread="given up")
        next(events)
        events.close()  # type: ignore[attr-defined]
        begun = time.monotonic()
        assistant.ask("How often per hour may the motor be started?", thread="given up")
        assert time.monotonic() - begun < 60.0


def test_a_killed_process_frees_its_conversation(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=take, args=(path, "k", 1, 600.0))
    child.start()
    while not list(path.parent.glob("*.lock")):
        time.sleep(0.05)
    child.kill()
    child.join()
    take(path, "k", 1)
    assert taken(path, "k") == 1


def test_reading_while_another_thread_writes(path: Path) -> None:
    writer = threading.Thread(target=take, args=(path, "t", 20))
    writer.start()
    counts = [taken(path, "t") for _ in range(20)]
    writer.join()
    assert counts == sorted(counts) and taken(path, "t") == 20
