"""python -m evals.ingesting FOLDER: how fast documents go in, against what the encoders alone would take, and how much
memory that needs.

Share = seconds in which an encoder was at work / seconds of the whole run, in one run: 100 % would be an ingestion that
costs nothing besides. Memory = the largest resident set of this process and its workers together; pages that they share
count once for each.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.table import Table

from evals.metrics.resources import memory
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

    def watch_encoders(self, library: Library) -> None:
        """Loads them before, so that their loading is not counted."""
        library.image_encoder.images([Image.new("RGB", (8, 8))])  # it is loaded by the first picture
        for encoder in (library.text_encoder, library.image_encoder):
            for name in ("texts", "images"):
                if hasattr(encoder, name):
                    setattr(encoder, name, self.watch(getattr(encoder, name)))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.ingesting", description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--workers", type=int)
    given = parser.parse_args(argv)
    table = Table("run", "files", "points", "seconds", "encoders", "share", "files/s", "peak MB")
    with tempfile.TemporaryDirectory() as root, Library(Path(root), create=True, workers=given.workers) as library:
        clock = Clock()
        clock.watch_encoders(library)
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
            speed = (f"{seconds:.1f}", f"{clock.seconds:.1f}", share, f"{files / seconds:.1f}")
            table.add_row(name, str(files), str(points), *speed, f"{peak.together:.0f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
