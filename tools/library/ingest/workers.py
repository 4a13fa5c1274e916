"""Files are read by several processes at once, in order, no more ahead of the encoders than memory allows.

A process that dies or takes too long over a file is that file's failure; another takes its place.
"""

import atexit
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any, Self

from tools.errors import ExhibitError, UnreadableFile
from tools.library.ingest.reading import Job, Read

LIMIT = 600.0
"""Seconds a file may take."""
AHEAD = 8
"""Files a worker that have been read and wait for the encoders, at the most."""
MOST = 8
"""Workers, where nobody says how many."""
_CODE = "import sys; sys.path[:] = {path!r}; from tools.library.ingest.worker import main; main({threads})"
_idle: list["Worker"] = []
"""Processes between two runs; they end by themselves after a minute."""


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def number(wanted: int | None) -> int:
    """How many workers: as wanted, or one a core. The encoders share the cores with them, and go first."""
    return wanted or min(MOST, cores())


class Worker:
    """One process, started when it is first asked."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, job: Job, limit: float) -> Read:
        """Raises UnreadableFile where the process dies over it or takes longer than `limit` seconds, and whatever the
        reading raised."""
        idled = self._process is not None
        answer = self._exchange(job, limit)
        if answer == 0 and idled:  # it had nothing to do for so long that it ended just now
            answer = self._exchange(job, limit)
        if isinstance(answer, int):
            raise UnreadableFile(
                f"{job.path.name} ends the process that reads it ({'signal' if answer < 0 else 'exit code'} "
                f"{abs(answer)}).",
                "It may be broken, or need more memory than there is: save it anew, or split it.",
            )
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _exchange(self, job: Job, limit: float) -> "Read | Exception | int":
        """The answer, or the exit code of a process that gave none."""
        process = self._running()
        assert process.stdin and process.stdout
        late = threading.Event()
        watch = threading.Timer(limit, _stop, (process, late))
        watch.start()
        try:
            pickle.dump(job, process.stdin)
            process.stdin.flush()
            return pickle.load(process.stdout)
        except (EOFError, pickle.UnpicklingError, OSError):
            code = process.wait()
            self.end()
            return _late(job, limit) if late.is_set() else code
        finally:
            watch.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CODE.format(path=sys.path, threads=self.threads)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OMP_NUM_THREADS": str(self.threads), "OPENBLAS_NUM_THREADS": "1"},
            )
        return self._process

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    with closing(pipe):
                        pass
            self._process = None


class Workers:
    """`count` processes. Leave it, and those that are still at work are ended."""

    def __init__(self, count: int, limit: float = LIMIT) -> None:
        self.count = count
        self._limit = limit
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()
        threads = max(1, cores() // count)
        spare = [_idle.pop() for _ in range(len(_idle))]
        for worker in spare:
            if worker.threads != threads:
                worker.end()
        kept = [worker for worker in spare if worker.threads == threads][:count]
        self._all = kept + [Worker(threads) for _ in range(count - len(kept))]
        for worker in reversed(self._all):
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

    def each(self, plans: Iterable[Any], tick: float) -> Iterator[Any]:
        """(plan, what came of it) for each of the plans, in their order: a Read or the error of its `job`, its own
        `error`, or None where it has neither. None instead every `tick` seconds while nothing is ready."""
        yield from in_order(self._threads, self._outcome, plans, AHEAD * self.count, tick)

    def read(self, job: Job) -> Read:
        worker = self._free.get()
        try:
            return worker.ask(job, self._limit)
        finally:
            self._free.put(worker)

    def _outcome(self, plan: Any) -> Read | Exception | None:
        try:
            return self.read(plan.job) if plan.job else plan.error
        except (ExhibitError, OSError) as error:
            return error


def in_order(
    threads: ThreadPoolExecutor, work: Callable[[Any], Any], todo: Iterable[Any], ahead: int, tick: float | None = None
) -> Iterator[Any]:
    """(what was asked, what came of it), in order, at most `ahead` begun before they are taken; with `tick`, None every
    so many seconds while the next is not ready."""
    waiting: deque[tuple[Any, Future[Any]]] = deque()
    todo = iter(todo)
    more = True
    while more or waiting:
        while more and len(waiting) < ahead:
            try:
                asked = next(todo)
            except StopIteration:
                more = False
                break
            waiting.append((asked, threads.submit(work, asked)))
        if not waiting:
            return
        try:
            done = waiting[0][1].result(tick)
        except TimeoutError:
            if not waiting[0][1].done():
                yield None
                continue
            raise
        asked, _ = waiting.popleft()
        yield asked, done


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _late(job: Job, limit: float) -> UnreadableFile:
    return UnreadableFile(
        f"{job.path.name} takes longer than {limit:.0f} seconds to read and was given up.",
        "Split it into smaller files, or save it anew as PDF.",
    )


@atexit.register
def _end_idle() -> None:
    for worker in _idle:
        worker.end()
