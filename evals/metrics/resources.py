"""What a run takes: seconds by stage, and megabytes (10^6 bytes) of this process and those it started."""

import math
import os
import resource
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from evals.runs.trace import Took

TOTAL = "answer"
"""All stages together."""
LOOK_SECONDS = 0.1
"""Between two looks at the memory of the processes."""


def percentile(values: Sequence[float], p: float) -> float:
    """The smallest of the values that at least p % of them do not exceed (nearest rank, so that it was measured).
    p in (0, 100]; raises IndexError where there are no values."""
    return sorted(values)[max(0, math.ceil(p / 100 * len(values)) - 1)]


def by_stage(took: Iterable[Took]) -> dict[str, list[float]]:
    """Stage → seconds of each case that came to it; the whole answer last."""
    stages: dict[str, list[float]] = {}
    total = []
    for case in took:
        for stage, seconds in case.seconds.items():
            stages.setdefault(stage, []).append(seconds)
        total.append(case.total)
    return {**stages, TOTAL: total} if total else stages


def throughput(took: Sequence[Took]) -> float | None:
    """Cases a minute = 60 * cases / seconds spent on them; None where no time was measured."""
    seconds = sum(case.total for case in took)
    return 60 * len(took) / seconds if seconds else None


def peak_mb() -> float:
    """The largest resident set of this process so far, as getrusage(2) gives it."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def resident_mb(root: int | None = None) -> list[float]:
    """Resident megabytes of a process (by default this one) and of each below it; nothing but on Linux. Pages that they
    share count once for each."""
    found, todo = [], [root or os.getpid()]
    while todo:
        proc = Path("/proc", str(todo.pop()))
        if statm := _text(proc / "statm").split():
            found.append(int(statm[1]) * resource.getpagesize() / 1e6)
        with suppress(OSError):  # the process has just ended
            todo += [int(child) for path in proc.glob("task/*/children") for child in _text(path).split()]
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


@dataclass
class Peak:
    """The most megabytes seen of all processes together, and of any one."""

    together: float = 0.0
    largest: float = 0.0


@contextmanager
def memory(root: int | None = None) -> Iterator[Peak]:
    """Looks at the memory of a process and those below it every LOOK_SECONDS, until the end of the block."""
    peak, over = Peak(), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            now = resident_mb(root)
            peak.together = max(peak.together, sum(now))
            peak.largest = max(peak.largest, *now, 0.0)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()
