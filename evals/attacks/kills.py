"""`index` and `ask` killed (SIGKILL) at random moments, and Ctrl-C: nothing lost, nothing doubled, no rubbish unseen.

The encoders are loaded once and each run is a fork of a process that has them and reads files itself, so that a kill
costs a tenth of a second, not ten.
"""

import contextlib
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymupdf
from PIL import Image

from agent.assistant import Assistant
from evals.attacks import documents
from evals.attacks.outcome import Outcome
from evals.attacks.processes import Command, busy, exhibit
from tools.library import parse
from tools.library.encode.encoders import Encoders
from tools.library.ingest import reading, workers
from tools.library.library import Library
from tools.library.upkeep import check

WORDS = "valve seal pump rotor belt oil filter bearing shaft gasket spring clamp hose sensor relay".split()
COMPARE_EVERY = 50
"""Runs, after which a library that was disturbed is compared with one that was not."""
WITH_READERS = 20
"""One kill in so many is of a run whose files are read by processes of their own, as they are outside of this test."""
SECONDS_A_KILL = 20.0
"""Beyond which something hangs."""
INTERRUPT_SECONDS = 5.0
"""That Ctrl-C may take."""
THREAD = "killed"
ENCODERS = Encoders("minilm", "mini")


def kills(work: Path, index: int, ask: int, seed: int) -> Iterator[Outcome]:
    with_readers = max(2, index // WITH_READERS)
    runs: dict[str, tuple[Callable[..., int], int, bool]] = {
        "index": (kill_index, index, True),
        "index with its readers": (kill_index, with_readers, False),
        "ask": (kill_ask, ask, True),
    }
    for name, (task, number, here) in runs.items():
        ended = Command(task, work / name, number, seed, here).wait(300 + number * SECONDS_A_KILL)
        yield Outcome(f"{number} kills of {name}", ended.problem(0), ended.seconds, ended.megabytes, number)
    yield _interrupt(work / "interrupt")


# index


def kill_index(work: Path, kills: int, seed: int = 0, read_here: bool = True) -> int:
    """Kills until `kills` runs were killed; returns how many were tried. Raises AssertionError at the first loss."""
    chance = random.Random(seed)
    folder = work / "folder"
    folder.mkdir(parents=True)
    _warm(work, read_here)
    for _ in range(12):
        change(folder, chance)
    done = tried = half = 0
    longest = _seconds(work, folder)
    while done < kills:
        for _ in range(chance.randrange(1, 5)):
            change(folder, chance)
        tried += 1
        if killed(lambda: _index(work / "disturbed", folder), chance.random() ** 2 * longest):
            done += 1
            half += _half_written(work / "disturbed")
        if tried % COMPARE_EVERY == 0:
            _compare(work, folder, done)
            longest = _seconds(work, folder)
            between = f"{half} of them between the points and the catalogue"
            print(f"{done} kills of {tried} runs, {between}: nothing lost, nothing doubled", flush=True)
    _compare(work, folder, done)
    return tried


def _warm(work: Path, read_here: bool) -> None:
    """What every fork would have to do else. Where it reads files itself, it is without OCR, which has threads that a
    fork loses."""
    import torch

    torch.set_num_threads(1)  # a fork has one thread, and would wait for the others
    ENCODERS.text.texts(["warm"])
    ENCODERS.image.images([Image.new("RGB", (8, 8))])
    if read_here:
        reading.parse = lambda path, caption: parse.parse(path, caption, ocr=None)  # type: ignore
        workers.Workers.read = lambda self, job: reading.read(job)  # type: ignore[method-assign]
    temporary = work / "temporary"
    temporary.mkdir()
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)


def change(folder: Path, chance: random.Random) -> None:
    """One thing that a person does to a folder."""
    names = sorted(path for path in folder.iterdir() if path.suffix != ".png")
    what = chance.choice(("write", "write", "picture", "pdf", "copy", "rename", "delete", "caption"))
    text = " ".join(chance.choices(WORDS, k=300))
    if what == "write" or len(names) < 4:
        (folder / f"{chance.randrange(8)}.txt").write_text(text + ".\n")
    elif what == "picture":
        size = chance.randrange(60, 200), chance.randrange(60, 200)
        Image.new("RGB", size, chance.choice(["red", "blue", "green"])).save(folder / f"{chance.randrange(4)}.png")
    elif what == "pdf":
        with pymupdf.open() as document:
            for _ in range(3):
                document.new_page().insert_textbox((50, 50, 500, 700), text)
            document.save(folder / f"{chance.randrange(3)}.pdf")
    elif what == "copy":
        (folder / f"copy{chance.randrange(3)}.txt").write_bytes(chance.choice(names).read_bytes())
    elif what == "rename":
        chosen = chance.choice(names)
        chosen.rename(folder / f"renamed{chance.randrange(3)}{chosen.suffix}")
    elif what == "delete":
        chance.choice(names).unlink()
    else:
        (folder / f"{chance.randrange(4)}.txt").write_text(" ".join(chance.choices(WORDS, k=8)))


def _index(root: Path, folder: Path) -> None:
    with Library(root, create=True, workers=2) as library:
        library.index.encoders = ENCODERS
        library.add([folder])


def killed(task: Callable[[], Any], after: float) -> bool:
    """Runs a task in a fork and kills it, and half of the time all it started; whether that was before its end."""
    child = _fork(task)
    time.sleep(after)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL) if random.random() < 0.5 else os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), f"the run itself failed ({code})"
    return code != 0


def _fork(task: Callable[[], Any]) -> int:
    """The process that does it, and what it starts in a group of its own."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        failed = 1
        try:
            task()
            failed = 0
        except Exception:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(failed)
    return child


def _half_written(root: Path) -> bool:
    """Whether points may be there whose items are not, or whose items have gone."""
    try:
        with sqlite3.connect(root / "catalog.sqlite") as catalog:
            return bool(catalog.execute("SELECT COUNT(*) FROM pending").fetchone()[0])
    except sqlite3.OperationalError:  # killed before there was a catalogue
        return False


def _seconds(work: Path, folder: Path) -> float:
    """A run that reads everything takes so long, just now."""
    start = time.monotonic()
    _index(work / f"timed{start}", folder)
    return time.monotonic() - start


def _compare(work: Path, folder: Path, number: int) -> None:
    """After one run that nobody disturbs, it is as if nobody had disturbed any."""
    disturbed, undisturbed = work / "disturbed", work / f"undisturbed{number}"
    _index(disturbed, folder)
    _index(undisturbed, folder)
    ours, theirs = contents(disturbed), contents(undisturbed)
    for name in ours:
        assert ours[name] == theirs[name], f"{name}: {ours[name] ^ theirs[name]}"
    rubbish = _files(disturbed) - _files(undisturbed) | set(os.listdir(tempfile.gettempdir()))
    with Library(disturbed) as library:
        assert not rubbish or check.check(library.index).faults, f"the doctor does not see {sorted(rubbish)[:5]}"


def contents(root: Path) -> dict[str, set]:
    """Everything in a library: file rows, items with their words, points, and pictures. Raises AssertionError where
    something is there twice, or a run is not settled."""
    with Library(root) as library:
        points = [(point.id, point.item, point.source) for point in library.store.scan()]
        assert len(points) == len(set(points)) == library.store.count()
        pictures = set(library.catalog.pictures())
        assert all(library.picture(sha) for sha in pictures)
        sources = {source.id for source in library.sources()}
    with sqlite3.connect(root / "catalog.sqlite") as catalog:
        left = catalog.execute("SELECT (SELECT COUNT(*) FROM pending) + (SELECT COUNT(*) FROM garbage)").fetchone()
        assert left == (0,)
        files = catalog.execute("SELECT path, size, recipe, state, source, sha256 FROM files").fetchall()
        items = catalog.execute("SELECT id, source, kind, page, body, words FROM items").fetchall()
    assert len(items) == len({item[0] for item in items})
    return {"sources": sources, "files": set(files), "items": set(items), "points": set(points), "pictures": pictures}


def _files(root: Path) -> set[str]:
    """Of the library's folder; databases and vectors are compared by what they hold."""
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {str(path) for path in paths if len(path.parts) > 1 and not path.parts[0].startswith("vectors")}


# ask


def kill_ask(work: Path, kills: int, seed: int = 0, read_here: bool = True) -> int:
    """Kills until `kills` turns of one conversation were killed. Every turn that was answered is in its history, in
    order, once; one that was killed is there once or not at all."""
    chance = random.Random(seed)
    work.mkdir(parents=True)
    documents.facts(work / "documents", work / "library")
    _warm(work, read_here)
    questions, asked = list(documents.FACTS), ["What is there?"]
    done, longest = 0, _undisturbed(work, asked[0])
    while done < kills:
        asked.append(f"{chance.choice(questions)} ({len(asked)})")
        done += killed(lambda: _ask(work, asked[-1]), chance.random() * longest)
        if len(asked) % COMPARE_EVERY == 0:
            _check_history(work, asked)
    asked.append("What was last?")
    _undisturbed(work, asked[-1])
    _check_history(work, asked)
    print(f"{done} kills of {len(asked)} turns, {len(_history(work))} of them kept: nothing lost, nothing doubled")
    return len(asked)


def _undisturbed(work: Path, question: str) -> float:
    """Seconds that a turn takes; in a fork, for the validator's model has threads that a later fork would lose."""
    start = time.monotonic()
    code = os.waitstatus_to_exitcode(os.waitpid(_fork(lambda: _ask(work, question)), 0)[1])
    assert code == 0, f"the turn itself failed ({code})"
    return time.monotonic() - start


def _ask(work: Path, question: str) -> None:
    """Notes the question once its answer is there."""
    with Assistant(library=work / "library") as assistant:
        assistant.library.index.encoders = ENCODERS
        assistant.ask(question, thread=THREAD)
        with (work / "answered").open("a") as file:
            file.write(f"{question}\n")


def _history(work: Path) -> list[str]:
    with Assistant(library=work / "library") as assistant:
        return [turn.question for turn in assistant.history(THREAD)]


def _check_history(work: Path, asked: list[str]) -> None:
    kept = _history(work)
    answered = (work / "answered").read_text().splitlines()
    assert len(kept) == len(set(kept)), "a turn is there twice"
    assert kept == [question for question in asked if question in kept], "turns changed their order"
    lost = set(answered) - set(kept)
    assert not lost, f"turns were answered and are gone: {sorted(lost)[:3]}"


# Ctrl-C


def _interrupt(work: Path) -> Outcome:
    """Ctrl-C while files are being read: it ends in five seconds, and the next run goes on."""
    folder = work / "folder"
    folder.mkdir(parents=True)
    chance = random.Random(0)
    for number in range(400):
        (folder / f"{number}.txt").write_text(" ".join(chance.choices(WORDS, k=900)) + ".\n")
    running = exhibit(work / "library", "index", str(folder))
    _until(lambda: any((work / "library").glob("vectors*")), 120)
    time.sleep(1)
    pressed = time.monotonic()
    running.interrupt()
    ended = running.wait(60)
    taken = (time.monotonic() - pressed) / busy()
    problem = ended.problem(130)
    if not problem and taken > INTERRUPT_SECONDS:
        problem = f"Ctrl-C took {taken:.0f} s"
    again = exhibit(work / "library", "index", str(folder)).wait(600)
    return Outcome("Ctrl-C while indexing", problem or again.problem(0), taken, ended.megabytes)


def _until(there: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not there() and time.monotonic() < end:
        time.sleep(0.1)
