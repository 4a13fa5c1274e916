"""`index` and `ask` killed (SIGKILL) at random moments, and Ctrl-C: nothing lost, nothing doubled, no rubbish unseen.

Each run is a fork of a process that has imported everything. Most runs of `index` read small files themselves, with
vectors by arithmetic, so that a kill costs a fraction of a second; one in `WITH_READERS` is as it is outside.
"""

import contextlib
import os
import random
import shutil
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
from evals.attacks import documents, hashed
from evals.attacks.outcome import Outcome
from evals.attacks.processes import Command, busy, exhibit, until
from tools.library import parse
from tools.library.encode.encoders import Encoders
from tools.library.ingest import reading, workers
from tools.library.library import Library
from tools.library.upkeep import check

WORDS = "valve seal pump rotor belt oil filter bearing shaft gasket spring clamp hose sensor relay".split()
COMPARE_EVERY = 50
"""Runs, after which a library that was disturbed is compared with one that was not."""
WITH_READERS = 50
"""One kill in so many is of a run that encodes, and whose files are read by processes of their own."""
SECONDS_A_KILL = 20.0
"""Beyond which something hangs."""
INTERRUPT_SECONDS = 5.0
"""That Ctrl-C may take."""
THREAD = "killed"
ENCODERS = Encoders("minilm", "mini")
HASHED = hashed.encoders()
Index = Callable[[Path, Path], None]
"""Indexes a folder into a library."""
WORDS_A_FILE = 60


def kills(work: Path, index: int, ask: int, seed: int) -> Iterator[Outcome]:
    """None of a command whose number is 0."""
    with_readers = min(index, max(2, index // WITH_READERS))
    runs: dict[str, tuple[Callable[..., int], int, tuple[bool, ...]]] = {
        "index": (kill_index, index, (True,)),
        "index with its readers": (kill_index, with_readers, (False,)),
        "ask": (kill_ask, ask, ()),
    }
    for name, (task, number, more) in runs.items():
        if not number:
            continue
        ended = Command(task, work / name, number, seed, *more).wait(300 + number * SECONDS_A_KILL)
        yield Outcome(f"{number} kills of {name}", ended.problem(0), ended.seconds, ended.megabytes, number)


# index


def kill_index(work: Path, kills: int, seed: int = 0, read_here: bool = True) -> int:
    """Kills until `kills` runs were killed; returns how many were tried. Raises AssertionError at the first loss."""
    chance = random.Random(seed)
    folder = work / "folder"
    folder.mkdir(parents=True)
    _temporary(work)
    index = _index_quickly if read_here else _index
    if read_here:
        _read_here()
    for _ in range(12):
        change(folder, chance)
    done = tried = half = 0
    longest = _seconds(index, work, folder)
    while done < kills:
        for _ in range(chance.randrange(1, 5)):
            change(folder, chance)
        tried += 1
        if killed(lambda: index(work / "disturbed", folder), chance.random() ** 2 * longest):
            done += 1
            half += _half_written(work / "disturbed")
        if tried % COMPARE_EVERY == 0:
            _compare(index, work, folder, tried)
            longest = _seconds(index, work, folder)
            between = f"{half} of them between the points and the catalogue"
            print(f"{done} kills of {tried} runs, {between}: nothing lost, nothing doubled", flush=True)
    _compare(index, work, folder, tried + 1)
    return tried


def _read_here() -> None:
    """Files are read by this process and its forks, without OCR, which has threads that a fork loses."""
    reading.parse = lambda path, caption: parse.parse(path, caption, ocr=None)  # type: ignore
    workers.Workers.read = lambda self, job: reading.read(job)  # type: ignore[method-assign]


def _temporary(work: Path) -> None:
    """The temporary files of all runs are here."""
    temporary = work / "temporary"
    temporary.mkdir()
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)


def change(folder: Path, chance: random.Random) -> None:
    """One thing that a person does to a folder."""
    names = sorted(path for path in folder.iterdir() if path.suffix != ".png")
    what = chance.choice(("write", "write", "picture", "pdf", "copy", "rename", "delete", "caption"))
    text = " ".join(chance.choices(WORDS, k=WORDS_A_FILE))
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
        library.add([folder])


def _index_quickly(root: Path, folder: Path) -> None:
    with Library(root, create=True, workers=1) as library:
        library.index.encoders = HASHED
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


def undisturbed(task: Callable[[], Any]) -> float:
    """Runs a task in a fork to its end, for what it loads has threads that a later fork would lose; the seconds."""
    start = time.monotonic()
    code = os.waitstatus_to_exitcode(os.waitpid(_fork(task), 0)[1])
    assert code == 0, f"the run itself failed ({code})"
    return time.monotonic() - start


def _half_written(root: Path) -> bool:
    """Whether points may be there whose items are not, or whose items have gone."""
    try:
        with sqlite3.connect(root / "catalog.sqlite") as catalog:
            return bool(catalog.execute("SELECT COUNT(*) FROM pending").fetchone()[0])
    except sqlite3.OperationalError:  # killed before there was a catalogue
        return False


def _seconds(index: Index, work: Path, folder: Path) -> float:
    """A run that reads everything takes so long, just now."""
    taken = undisturbed(lambda: index(work / "timed", folder))
    shutil.rmtree(work / "timed")
    return taken


def _compare(index: Index, work: Path, folder: Path, number: int) -> None:
    """After one run that nobody disturbs, it is as if nobody had disturbed any."""
    disturbed, whole = work / "disturbed", work / f"undisturbed{number}"
    undisturbed(lambda: index(disturbed, folder))
    undisturbed(lambda: index(whole, folder))
    ours, theirs = contents(disturbed), contents(whole)
    for name in ours:
        assert ours[name] == theirs[name], f"{name}: {ours[name] ^ theirs[name]}"
    rubbish = _files(disturbed) - _files(whole) | set(os.listdir(tempfile.gettempdir()))
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


def kill_ask(work: Path, kills: int, seed: int = 0) -> int:
    """Kills until `kills` turns of one conversation were killed. Every turn that was answered is in its history, in
    order, once; one that was killed is there once or not at all."""
    chance = random.Random(seed)
    work.mkdir(parents=True)
    documents.facts(work / "documents", work / "library")
    _temporary(work)
    _warm()
    questions, asked = list(documents.FACTS), ["What is there?"]
    done, longest = 0, undisturbed(lambda: _ask(work, asked[0]))
    while done < kills:
        asked.append(f"{chance.choice(questions)} ({len(asked)})")
        done += killed(lambda: _ask(work, asked[-1]), chance.random() * longest)
        if len(asked) % COMPARE_EVERY == 0:
            _check_history(work, asked)
    asked.append("What was last?")
    undisturbed(lambda: _ask(work, asked[-1]))
    _check_history(work, asked)
    print(f"{done} kills of {len(asked)} turns, {len(_history(work))} of them kept: nothing lost, nothing doubled")
    return len(asked)


def _warm() -> None:
    """What every fork would have to do else."""
    import torch

    torch.set_num_threads(1)  # a fork has one thread, and would wait for the others
    ENCODERS.text.texts(["warm"])


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


def interrupt(work: Path) -> Iterator[Outcome]:
    """Ctrl-C while files are being read: it ends in five seconds, and the next run goes on."""
    folder = work / "folder"
    folder.mkdir(parents=True)
    chance = random.Random(0)
    for number in range(400):
        (folder / f"{number}.txt").write_text(" ".join(chance.choices(WORDS, k=900)) + ".\n")
    running = exhibit(work / "library", "index", str(folder))
    until(lambda: any((work / "library").glob("vectors*")), 120)
    time.sleep(1)
    pressed = time.monotonic()
    running.interrupt()
    ended = running.wait(60)
    taken = (time.monotonic() - pressed) / busy()
    problem = ended.problem(130)
    if not problem and taken > INTERRUPT_SECONDS:
        problem = f"Ctrl-C took {taken:.0f} s"
    again = exhibit(work / "library", "index", str(folder)).wait(600)
    yield Outcome("Ctrl-C while indexing", problem or again.problem(0), taken, ended.megabytes)
