"""Commands in processes of their own: their time and memory are watched, and what hangs is ended with all it started.

They are forks of a server that has imported the product and done nothing with it, so that one starts in a tenth of a
second. Each leads a session of its own; what it writes goes into a file.
"""

import io
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.metrics.resources import memory

PRELOADED = ["agent.assistant", "agent.interfaces.cli.app", "tools.library.library", "torch", "evals.attacks.kinds"]
MOST_MEGABYTES = 1500.0
"""That any one process may take."""
NOTHING = Path(os.devnull)
TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True)
class Ended:
    """How a command ended. `code` is None where it took too long and was ended, below 0 where a signal ended it;
    `seconds` are those of a machine that does nothing else, as far as its load tells."""

    code: int | None
    output: str
    seconds: float
    megabytes: float

    def problem(self, *codes: int) -> str:
        """Why that was no good end, in a sentence; "" where it was. `codes` are those that are right."""
        if self.code is None:
            return f"still running after {self.seconds:.0f} s"
        if self.megabytes > MOST_MEGABYTES:
            return f"a process took {self.megabytes:.0f} MB"
        if TRACEBACK in self.output:
            below = self.output.rpartition(TRACEBACK)[2].splitlines()
            return f"a traceback: {next((line for line in below if line[:1].strip()), '')[:200]}"
        if self.code not in codes:
            return f"exit code {self.code}: {' '.join(self.output.split())[-200:]}"
        return ""


def busy() -> float:
    """How many times as long things take while others wait for the cores, 1 on a machine that does nothing else."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Command:
    """A task that is running."""

    def __init__(self, task: Callable[..., object], *args: Any, env: Mapping[str, str] | None = None) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        number, name = tempfile.mkstemp(prefix="attack-", suffix=".out")
        os.close(number)
        self._output = Path(name)
        self._begun = time.monotonic()
        self._process = context.Process(target=_inside, args=(name, dict(env or {}), task, args))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def so_far(self) -> str:
        """What it wrote until now."""
        return self._output.read_text("utf-8", errors="replace")

    def interrupt(self) -> None:
        """Ctrl-C: the terminal tells every process of the foreground."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGINT)

    def wait(self, seconds: float) -> Ended:
        """Waits for its end at most so long, and ends it then. `seconds` are those of a machine that does nothing else:
        where others wait for its cores, it is given more."""
        longer = busy()
        try:
            with memory(self.pid) as peak:
                self._process.join(seconds * longer)
            code, taken = self._process.exitcode, time.monotonic() - self._begun
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)  # and what it left behind
            self._process.join()
            output = self.so_far
            self._output.unlink()
        return Ended(code, output, taken / longer, peak.largest)


def _inside(output: str, env: Mapping[str, str], task: Callable[..., object], args: Sequence[Any]) -> None:
    os.setsid()
    sink = os.open(output, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(sink, stream)
    for name in [name for name in os.environ if name.startswith("EXHIBIT_")]:
        del os.environ[name]
    os.environ.update(env)
    encoding = env.get("PYTHONIOENCODING", "utf-8")
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding)
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding, "backslashreplace", line_buffering=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        task(*args)
    finally:
        sys.stdout.flush()


def exhibit(library: Path, *words: str, **env: str) -> Command:
    """A command as it is typed, in an empty folder beside the library."""
    return talking(library, NOTHING, *words, **env)


def talking(library: Path, keys: Path, *words: str, **env: str) -> Command:
    """A command that reads what is typed later: what comes out of the file `keys`."""
    return Command(_typed, library, words, keys, env={"EXHIBIT_LIBRARY": str(library), "EXHIBIT_WORKERS": "2", **env})


def until(there: Callable[[], bool], seconds: float) -> None:
    """Waits at most so long."""
    end = time.monotonic() + seconds
    while not there() and time.monotonic() < end:
        time.sleep(0.1)


def all_ended(running: Sequence[Command], seconds: float) -> list[Ended]:
    """Of several that run at once, in their order."""
    with ThreadPoolExecutor(len(running)) as pool:
        return list(pool.map(lambda one: one.wait(seconds), running))


def _typed(library: Path, words: Sequence[str], keys: Path) -> None:
    from agent.__main__ import main

    sys.stdin = keys.open()
    folder = library.parent / "typed"
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    sys.argv = ["exhibit", *words]
    main()
