"""python -m evals.ingesting FOLDER: how fast documents go in, against what the encoders alone would take, and how much
memory that needs.

Share = seconds in which an encoder was at work / seconds of the whole run, in one run: 100 % would be an ingestion that
costs nothing besides. Memory = the largest resident set of this process and its workers together, looked at ten times a
second; pages that they share count once for each.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.table import Table

from tools.library.library import Library


class Clock:
    """Seconds in which at least one of the functions it watches was running."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._deep = 0

    def watch(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._deep += 1
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self._deep -= 1
                if not self._deep:
                    self.seconds += time.perf_counter() - start

        return timed


@contextmanager
def memory() -> Iterator[list[float]]:
    """A list whose last entry is, in the end, the peak in MB (10^6 bytes). Linux only: [0] elsewhere."""
    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            peak[0] = max(peak[0], _resident())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield peak
    over.set()
    thread.join()


def _resident() -> float:
    """MB of this process and those it started."""
    me = Path("/proc/self").resolve().name if Path("/proc/self").exists() else ""
    children = Path("/proc/self/task").glob("*/children") if me else ()
    ids = {me, *(child for path in children for child in _text(path).split())} - {""}
    pages = sum(int((_text(Path("/proc", id, "statm")).split() or ["0", "0"])[1]) for id in ids)
    return pages * 4096 / 1e6


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has just ended
        return ""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.ingesting", description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--workers", type=int)
    given = parser.parse_args(argv)
    table = Table("run", "files", "points", "seconds", "encoders", "share", "files/s", "peak MB")
    with tempfile.TemporaryDirectory() as root, Library(Path(root), create=True, workers=given.workers) as library:
        clock = Clock()
        library.image_encoder.images([Image.new("RGB", (8, 8))])  # it is loaded by the first picture
        for encoder in (library.text_encoder, library.image_encoder):  # loaded before the clock starts
            for name in ("texts", "images"):
                if hasattr(encoder, name):
                    setattr(encoder, name, clock.watch(getattr(encoder, name)))
        runs: dict[str, Callable[[], object]] = {
            "everything is new": lambda: library.add(given.folders),
            "nothing has changed": lambda: library.add(given.folders),
            "embedded again": library.embed_again,
        }
        for name, run in runs.items():
            clock.seconds = 0.0
            start = time.perf_counter()
            with memory() as peak:
                run()
            seconds = time.perf_counter() - start
            files, points = len(library.catalog.files()), library.store.count()
            share = f"{100 * clock.seconds / seconds:.0f} %"
            cells = (f"{seconds:.1f}", f"{clock.seconds:.1f}", share, f"{files / seconds:.1f}", f"{peak[0]:.0f}")
            table.add_row(name, str(files), str(points), *cells)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
