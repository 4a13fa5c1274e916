"""Many who ask at once, and a clock that is set back."""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from agent.assistant import Assistant
from evals.attacks import documents
from evals.attacks.outcome import Outcome
from evals.attacks.processes import Command, Ended, all_ended, exhibit, talking, until
from evals.metrics.resources import resident_mb

THREADS, PROCESSES = 8, 20
TURNS_IN_ONE = 24
BESIDE, DOCUMENTS = 3, 60
"""Commands of each kind beside an open chat and a run of index, and what that reads."""
GROWTH = 60.0
"""Megabytes that the second half of the questions may add: that much comes and goes with caches."""
SECONDS = 120.0
DAY = 86_400
WRONG = "wrong: "
QUESTION, FACT = next(iter(documents.FACTS.items()))


def load(work: Path, questions: int) -> Iterator[Outcome]:
    library = work / "library"
    documents.facts(work / "documents", library)
    ended = Command(_on_their_own, library, questions).wait(60 + questions)
    yield _outcome(f"{questions} questions by {THREADS} threads", ended, questions)
    ended = Command(_in_one, library).wait(SECONDS)
    yield _outcome(f"{TURNS_IN_ONE} turns of one conversation", ended, TURNS_IN_ONE)
    yield _processes(library)
    yield _beside(library)


def _outcome(name: str, ended: Ended, tries: int) -> Outcome:
    """Each line that the task printed after WRONG is a turn that did harm."""
    wrong = [line.removeprefix(WRONG) for line in ended.output.splitlines() if line.startswith(WRONG)]
    problem = ended.problem(0) or (f"{len(wrong)} of {tries}: {wrong[0]}" if wrong else "")
    return Outcome(name, problem, ended.seconds, ended.megabytes, tries, len(wrong) or None)


def _on_their_own(library: Path, number: int) -> None:
    """Each thread asks in a conversation of its own; every answer has its fact, and memory stays as it is."""
    questions = list(islice(cycle(documents.FACTS), number))
    half = len(questions) // 2
    with Assistant(library=library) as assistant:
        sizes = []
        for part in (questions[:half], questions[half:]):
            with ThreadPoolExecutor(THREADS) as pool:
                for thread in range(THREADS):
                    pool.submit(_ask_all, assistant, f"own{thread}", part[thread::THREADS])
            sizes.append(resident_mb()[0])
        kept = sum(len(assistant.history(f"own{thread}")) for thread in range(THREADS))
    _lost(number - kept)
    if sizes[1] - sizes[0] > GROWTH:
        print(f"{WRONG}memory grew by {sizes[1] - sizes[0]:.0f} MB")


def _in_one(library: Path) -> None:
    """Eight threads ask in one conversation: they take turns, and all turns are kept."""
    with Assistant(library=library) as assistant:
        with ThreadPoolExecutor(THREADS) as pool:
            for number in range(TURNS_IN_ONE):
                pool.submit(_ask_all, assistant, "one", [f"{QUESTION} ({number})"])
        _lost(TURNS_IN_ONE - len({turn.question for turn in assistant.history("one")}))


def _ask_all(assistant: Assistant, thread: str, questions: list[str]) -> None:
    for question in questions:
        fact = documents.FACTS.get(question, FACT)
        try:
            text = assistant.ask(question, thread=thread).text
        except Exception as error:  # each is a harm
            print(f"{WRONG}{type(error).__name__}: {' '.join(str(error).split())[:120]}", flush=True)
        else:
            if fact not in text:
                print(f"{WRONG}{question} → {' '.join(text.split())[:80]}", flush=True)


def _lost(turns: int) -> None:
    for _ in range(turns):
        print(f"{WRONG}a turn was answered and is gone")


def _processes(library: Path) -> Outcome:
    """Twenty processes ask at once."""
    begun = time.monotonic()
    running = [exhibit(library, "ask", QUESTION, "--thread", f"process{n}") for n in range(PROCESSES)]
    ended = all_ended(running, SECONDS)
    bad = [problem for one in ended if (problem := _unanswered(one))]
    problem = f"{len(bad)} of {PROCESSES} not answered: {bad[0]}" if bad else ""
    largest = max(one.megabytes for one in ended)
    return Outcome(f"{PROCESSES} processes at once", problem, time.monotonic() - begun, largest, PROCESSES, len(bad))


def _unanswered(ended: Ended) -> str:
    """Why a command did not answer; "" where it did."""
    return ended.problem(0) or ("" if FACT in ended.output else "no answer")


def _beside(library: Path) -> Outcome:
    """`ask` and `search` while a chat is open and documents are indexed. Then the chat goes on."""
    begun, keys, more = time.monotonic(), library.parent / "keys", library.parent / "more"
    more.mkdir()
    for number in range(DOCUMENTS):
        (more / f"{number}.txt").write_text(f"Note {number} of the yard is kept for a year. " * 40)
    os.mkfifo(keys)
    chat = talking(library, keys, "chat", "--thread", "chat")
    with os.fdopen(os.open(keys, os.O_RDWR), "w", buffering=1) as keyboard:  # does not wait for the reader
        keyboard.write(f"{QUESTION}\n")
        until(lambda: FACT in chat.so_far, SECONDS)
        index = exhibit(library, "index", str(more))
        asking = [exhibit(library, "ask", QUESTION, "--thread", f"beside{n}") for n in range(BESIDE)]
        searching = [exhibit(library, "search", QUESTION) for _ in range(BESIDE)]
        *ended, indexed = all_ended([*asking, *searching, index], SECONDS)
        before = len(chat.so_far)
        keyboard.write(f"{QUESTION} And today?\n/quit\n")
        talked = chat.wait(SECONDS)
    answered = replace(talked, output=talked.output[before:])
    problems = [*map(_unanswered, (*ended, answered)), indexed.problem(0)]
    bad = [problem for problem in problems if problem]
    name = f"a chat, an index, {BESIDE} asks and {BESIDE} searches at once"
    largest = max(one.megabytes for one in (*ended, talked, indexed))
    return Outcome(name, "; ".join(bad), time.monotonic() - begun, largest, len(problems), len(bad))


# the clock


def clock(work: Path) -> Iterator[Outcome]:
    """A turn a process, the clock of the second and the third a day and two days back."""
    library = work / "library"
    documents.facts(work / "documents", library)
    turns = [(f"{QUESTION} ({days})", days) for days in (0, 1, 2)]
    problem, seconds = "", 0.0
    for question, days in turns:
        ended = Command(_ask_days_ago, library, question, days).wait(SECONDS)
        problem, seconds = problem or ended.problem(0), max(seconds, ended.seconds)
    kept = json.loads(Command(_history, library).wait(SECONDS).output)
    if not problem and kept != [question for question, _ in turns]:
        problem = f"{len(kept)} of {len(turns)} turns kept"
    yield Outcome("the clock set back between turns", problem, seconds)


def _ask_days_ago(library: Path, question: str, days: int) -> None:
    now, now_ns = time.time, time.time_ns
    time.time, time.time_ns = lambda: now() - days * DAY, lambda: now_ns() - days * DAY * 10**9
    with Assistant(library=library) as assistant:
        assistant.ask(question, thread="clock")


def _history(library: Path) -> None:
    with Assistant(library=library) as assistant:
        print(json.dumps([turn.question for turn in assistant.history("clock")]))
