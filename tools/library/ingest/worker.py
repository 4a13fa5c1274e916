"""The process that reads files for `workers`: a job in, what was read or an error out, until nobody asks any more.

Started as a program, not forked: whatever PyMuPDF or the OCR does to it, the library lives on.
"""

import contextlib
import os
import pickle
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tools.library.ingest.reading import ReadFile, ReadJob

IDLE = 60.0
"""Seconds without a job after which it ends."""
RECYCLED_FROM = 10**9
"""Bytes of memory above which it ends after a job; a fresh one takes its place."""
MEMORY_A_FILE = 3 * 2**29
"""Bytes that a file may take beyond what the process has in use. The largest picture, a PNG of 400 megapixels, takes
1.4 GB; a crafted PDF took 5.2 in a minute."""
EVERY = 0.2
"""Seconds between two messages about the pages of one file."""


class PagesRead(NamedTuple):
    """How far a file is; sent any number of times before the answer."""

    done: int
    total: int


def main(threads: int) -> None:
    """Speaks pickles on stdin and stdout; what libraries print goes nowhere."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked; it ends this one
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _set_up(threads, answers)
    while _asked():
        try:
            job = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        if used := _memory("data"):
            _limit_memory(used + MEMORY_A_FILE)
        answer = _answer(job)
        _limit_memory()  # to send it takes some, too
        _send(answer, answers)
        if _memory("resident") > RECYCLED_FROM:
            return


def _send(message: object, answers: IO[bytes]) -> None:
    pickle.dump(message, answers, protocol=pickle.HIGHEST_PROTOCOL)
    answers.flush()


def _set_up(threads: int, answers: IO[bytes]) -> None:
    """Less important than the encoders, which everything waits for; so many threads in the OCR and in OpenCV, not one a
    core, for there are several workers; and pages are counted."""
    from tools.library.parse import ocr, pages

    ocr.threads = threads
    if hasattr(os, "nice"):
        os.nice(1)
    pages.on_page.set(_counter(answers))


def _counter(answers: IO[bytes]) -> Callable[[int, int], None]:
    last = 0.0

    def on_page(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > EVERY:
            last = time.monotonic()
            _send(PagesRead(done, total), answers)

    return on_page


def _limit_memory(limit: int | None = None) -> None:
    """Of the data of this process, in bytes; without one, as much as it may have."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no limits
        import resource

        most = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (most if limit is None else limit, most))


def _asked() -> bool:
    """Nothing can be waiting in a buffer: the next job comes after the answer to the last."""
    if sys.platform == "win32":  # select knows sockets only there: it waits until the pipe is closed
        return True
    return bool(select.select([sys.stdin], [], [], IDLE)[0])


def _memory(which: Literal["resident", "data"]) -> int:
    """Bytes in use now; 0 where the system does not say. (getrusage would count the peak of the process that started
    us.)"""
    try:
        pages = Path("/proc/self/statm").read_text().split()[{"resident": 1, "data": 5}[which]]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _answer(job: "ReadJob") -> "ReadFile | Exception":
    """What was read, or the error: only foreseen ones have a text for a reader, so others are named by their kind."""
    from tools.errors import ExhibitError, UnreadableFile
    from tools.library.ingest import reading
    from tools.library.store import disk

    temporary = disk.temporary(job.root)  # emptied after a kill; in the system's folder it would stay
    tempfile.tempdir = str(temporary) if temporary.is_dir() else None
    try:
        return reading.read(job)
    except ExhibitError as error:
        return error
    except OSError as error:
        return disk.full(job.root) if disk.is_full(error) else error
    except MemoryError:
        return UnreadableFile(
            f"{job.path.name} needs more memory than there is for one file.", "Split it, or save it smaller."
        )
    except Exception as error:  # a parser's fault with one file must not end the run; it is named
        return UnreadableFile(
            f"{job.path.name} cannot be read: {type(error).__name__}: {str(error)[:200]}.",
            "Please report it, with the file if you may.",
        )
