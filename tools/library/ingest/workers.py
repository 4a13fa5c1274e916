"""Files are read by several processes at once, in order, no more ahead of the encoders than memory allows.

A process that dies or takes too long over a file is that file's failure; another takes its place. (pebble's pool does
this too, but its spawned processes run the caller's script again: one without a `__main__` guard could not index.
They all start at once as well, and end after a number of jobs, not by their memory.)
"""

import atexit
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any, Self

from tools.errors import ExhibitError, UnreadableFile
from tools.library.ingest.reading import ReadFile, ReadJob
from tools.library.ingest.worker import PagesRead

AHEAD = 8
"""Files a worker that have been read and wait for the encoders, at the most."""
PATIENCE = 5.0
"""Seconds that files which were read wait for a slow one before them: a kill meanwhile would lose them."""
MAX_WORKERS = 8
"""Where nobody says how many."""
_CODE = "import sys; sys.path[:] = {path!r}; from tools.library.ingest.worker import main; main({threads})"
_idle: list["Worker"] = []
"""Processes between two runs; they end by themselves after a minute."""


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def number(wanted: int | None) -> int:
    """How many workers: as wanted, or one a core. The encoders share the cores with them, and go first."""
    return wanted or min(MAX_WORKERS, cores())


class Worker:
    """One process, started when it is first needed. `pages` tells how far the file is that it reads, if it has told."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.pages: tuple[ReadJob, PagesRead] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._is_over = False

    def read(self, job: ReadJob, seconds: float) -> ReadFile:
        """Raises UnreadableFile where the process dies over it or takes longer than so many seconds, and whatever the
        reading raised."""
        idled = self._process is not None
        answer = self._exchange(job, seconds)
        if answer == 0 and idled:  # it had nothing to do for so long that it ended just now
            answer = self._exchange(job, seconds)
        if isinstance(answer, int):
            raise UnreadableFile(
                f"{job.path.name} ends the process that reads it ({'signal' if answer < 0 else 'exit code'} "
                f"{abs(answer)}).",
                "It may be broken, or need more memory than there is: save it anew, or split it.",
            )
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _exchange(self, job: ReadJob, seconds: float) -> ReadFile | Exception | int:
        """The answer, or the exit code of a process that gave none."""
        process = self._running()
        assert process.stdin and process.stdout
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(seconds, stop)
        watch.start()
        try:
            pickle.dump(job, process.stdin)
            process.stdin.flush()
            while isinstance(answer := pickle.load(process.stdout), PagesRead):
                self.pages = job, answer
            return answer
        except (EOFError, pickle.UnpicklingError, OSError, ValueError):
            code = process.wait()
            return _too_long(job, seconds) if late.is_set() else code
        finally:
            watch.cancel()
            self.pages = None

    def _running(self) -> subprocess.Popen[bytes]:
        """The process, a new one where there is none. Raises UnreadableFile once `end` was called: nothing is begun."""
        with self._lock:
            if self._is_over:
                raise UnreadableFile("It was not read, for the run was ended.", "Type: exhibit index <folder> again.")
            if self._process is None or self._process.poll() is not None:
                self._close()
                self._process = subprocess.Popen(
                    [sys.executable, "-c", _CODE.format(path=sys.path, threads=self.threads)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, "OMP_NUM_THREADS": str(self.threads), "OPENBLAS_NUM_THREADS": "1"},
                )
            return self._process

    def end(self) -> None:
        """Ends the process, for good: whoever waits for its answer learns that it died."""
        with self._lock:
            self._is_over = True
            self._close()

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with suppress(OSError):  # half a job in its buffer
                        pipe.close()


class Workers:
    """`count` processes. Where it is left by an error, those that are still at work are ended."""

    def __init__(self, count: int, seconds_a_file: float) -> None:
        self._ahead = AHEAD * count
        self._seconds = seconds_a_file
        threads = max(1, cores() // count)
        spare, _idle[:] = _idle[:], []
        kept = [worker for worker in spare if worker.threads == threads][:count]
        for worker in spare:
            if worker not in kept:
                worker.end()
        self._all = [Worker(threads) for _ in range(count - len(kept))] + kept
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self._all:
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(count, "reading")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if kind is not None:
            for worker in self._all:
                worker.end()
        self._threads.shutdown(cancel_futures=True)
        if kind is None:
            _idle.extend(self._all)

    def pages(self) -> tuple[ReadJob, PagesRead] | None:
        """The file that is being read and has the most pages to go, and how far it is."""
        known = [pages for worker in self._all if (pages := worker.pages)]
        return max(known, key=lambda pair: pair[1].total - pair[1].done, default=None)

    def each(self, plans: Iterable[Any], tick: float) -> Iterator[Any]:
        """(plan, outcome) of each plan, in their order: what was read for its `job` or why not, its `error`, or
        None where it has neither. None instead every `tick` seconds while nothing is ready."""
        yield from in_order(self._threads, self._outcome, plans, self._ahead, tick)

    def read(self, job: ReadJob) -> ReadFile:
        worker = self._free.get()
        try:
            return worker.read(job, self._seconds)
        finally:
            self._free.put(worker)

    def _outcome(self, plan: Any) -> ReadFile | Exception | None:
        try:
            return self.read(plan.job) if plan.job else plan.error
        except (ExhibitError, OSError) as error:
            return error


def in_order(
    threads: ThreadPoolExecutor, work: Callable[[Any], Any], todo: Iterable[Any], ahead: int, tick: float | None = None
) -> Iterator[Any]:
    """(what was asked, what came of it), in order, at most `ahead` begun before they are taken. With `tick`, None every
    so many seconds while the next is not ready; where it takes longer than PATIENCE, those after it come first."""
    waiting: deque[tuple[Any, Future[Any]]] = deque()
    rest = iter(todo)
    since = time.monotonic()
    while True:
        while len(waiting) < ahead and (asked := next(rest, None)) is not None:
            waiting.append((asked, threads.submit(work, asked)))
        if not waiting:
            return
        ready = waiting[0] if wait([waiting[0][1]], tick).done else None
        if ready:
            since = time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            ready = next((pair for pair in waiting if pair[1].done()), None)
        if ready is None:
            yield None
            continue
        waiting.remove(ready)
        yield ready[0], ready[1].result()


def _too_long(job: ReadJob, seconds: float) -> UnreadableFile:
    return UnreadableFile(
        f"{job.path.name} takes longer than {seconds:.0f} seconds to read and was given up.",
        "Split it into smaller files, or save it anew as PDF.",
    )


@atexit.register
def _end_idle() -> None:
    for worker in _idle:
        worker.end()
