"""`exhibit index` killed (SIGKILL) at random moments, the folder changing between: nothing lost, nothing doubled.

The encoders are loaded once and each run is a fork of this process that reads files itself, so that a kill costs a
tenth of a second, not ten. As a script: python -m tests.test_kills 200, or with --workers for runs as they are.
"""

import contextlib
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from tools.library import parse
from tools.library.encode.encoders import Encoders
from tools.library.ingest import reading, workers
from tools.library.library import Library

WORDS = "valve seal pump rotor belt oil filter bearing shaft gasket spring clamp hose sensor relay".split()


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


def held(root: Path) -> dict[str, set]:
    """Everything that a library holds: file rows, items with their words, points, and files on the disk."""
    with Library(root) as library:
        points = [(window.id, window.item, window.source) for window in library.store.scan()]
        assert len(points) == len(set(points)) == library.store.count()
        figures = {sha for sha in library.catalog.pictures()}
        assert all(library.picture(sha) for sha in figures)
        sources = {source.id for source in library.sources()}
    with sqlite3.connect(root / "catalog.sqlite") as catalog:
        left = catalog.execute("SELECT (SELECT COUNT(*) FROM pending) + (SELECT COUNT(*) FROM garbage)").fetchone()
        assert left == (0,)
        files = catalog.execute("SELECT path, size, recipe, state, source, sha256 FROM files").fetchall()
        items = catalog.execute("SELECT id, source, kind, page, body, words FROM items").fetchall()
    assert len(items) == len({item[0] for item in items})
    return {"sources": sources, "files": set(files), "items": set(items), "points": set(points), "pictures": figures}


def index(root: Path, folder: Path) -> None:
    with Library(root, create=True, workers=2) as library:
        library.index.encoders = ENCODERS
        library.add([folder])


ENCODERS = Encoders("minilm", "mini")


def read_here() -> None:
    """No workers, and no OCR, which has threads that a fork would lose."""
    reading.parse = lambda path, caption: parse.parse(path, caption, ocr=None)  # type: ignore[assignment]
    workers.Workers.read = lambda self, job: reading.read(job)  # type: ignore[method-assign]


def killed(root: Path, folder: Path, after: float) -> bool:
    """Whether the run was killed before it was done."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        failed = 1
        try:
            index(root, folder)
            failed = 0
        finally:
            os._exit(failed)
    time.sleep(after)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL) if random.random() < 0.5 else os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), f"the run itself failed ({code})"
    return code != 0


def kill_often(work: Path, kills: int, seed: int = 0) -> int:
    """Kills until `kills` runs were killed; returns how many were tried. Raises AssertionError at the first loss."""
    import torch

    torch.set_num_threads(1)  # a fork has one thread, and would wait for the others
    chance = random.Random(seed)
    folder = work / "folder"
    folder.mkdir(parents=True)
    for _ in range(12):
        change(folder, chance)
    ENCODERS.text.texts(["warm"])
    ENCODERS.image.images([Image.new("RGB", (8, 8))])  # or every fork would load it
    done = tried = half = 0
    longest = _seconds(work, folder)
    while done < kills:
        for _ in range(chance.randrange(1, 5)):
            change(folder, chance)
        tried += 1
        if killed(work / "disturbed", folder, chance.random() ** 2 * longest):
            done += 1
            half += _half_written(work / "disturbed")
        if tried % 50 == 0:
            _compare(work, folder, done)
            longest = _seconds(work, folder)
            told = f"{done} kills of {tried} runs, {half} of them between the points and the catalogue"
            print(f"{told}: nothing lost, nothing doubled", flush=True)
    _compare(work, folder, done)
    return tried


def _seconds(work: Path, folder: Path) -> float:
    """A run that reads everything takes so long, just now."""
    start = time.monotonic()
    index(work / f"timed{start}", folder)
    return time.monotonic() - start


def _half_written(root: Path) -> bool:
    """Whether points may be there whose items are not, or whose items have gone."""
    try:
        with sqlite3.connect(root / "catalog.sqlite") as catalog:
            return bool(catalog.execute("SELECT COUNT(*) FROM pending").fetchone()[0])
    except sqlite3.OperationalError:  # killed before there was a catalogue
        return False


def _compare(work: Path, folder: Path, number: int) -> None:
    """After one run that nobody disturbs, it is as if nobody had disturbed any."""
    index(work / "disturbed", folder)
    index(work / f"undisturbed{number}", folder)
    ours, theirs = held(work / "disturbed"), held(work / f"undisturbed{number}")
    for name in ours:
        assert ours[name] == theirs[name], f"{name}: {ours[name] ^ theirs[name]}"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_200_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    read_here()
    kill_often(tmp_path, 200)


if __name__ == "__main__":
    import tempfile

    if "--workers" not in sys.argv:
        read_here()
    with tempfile.TemporaryDirectory() as made:
        wanted = int(sys.argv[1])
        print(f"{wanted} of {kill_often(Path(made), wanted)} runs were killed: 0 lost, 0 doubled")
