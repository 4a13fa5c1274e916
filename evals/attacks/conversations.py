"""Many who ask at once, and a clock that is set back."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

from agent.assistant import Assistant
from evals.attacks import documents
from evals.attacks.outcome import Outcome
from evals.attacks.processes import Command, Ended, exhibit
from evals.metrics.resources import resident_mb

THREADS, PROCESSES = 8, 20
TURNS_IN_ONE = 24
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
    ended: list[Ended] = []
    waiting = [threading.Thread(target=lambda one=one: ended.append(one.wait(SECONDS))) for one in running]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()
    bad = [problem for one in ended if (problem := one.problem(0) or ("" if FACT in one.output else "no answer"))]
    problem = f"{len(bad)} of {PROCESSES} not answered: {bad[0]}" if bad else ""
    largest = max(one.megabytes for one in ended)
    return Outcome(f"{PROCESSES} processes at once", problem, time.monotonic() - begun, largest, PROCESSES, len(bad))


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
