"""Processes that read files: one that dies or hangs costs its file and no other."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tools.errors import UnreadableFile
from tools.library.ingest.reading import ReadJob
from tools.library.ingest.workers import Worker, Workers, number
from tools.library.sources.files import recipe
from tools.library.store import disk


def job(path: Path, sha256: str) -> ReadJob:
    return ReadJob(str(path), path, path.parent, recipe(path, ""), sha256)


@pytest.fixture
def good(tmp_path: Path) -> ReadJob:
    (tmp_path / "good.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    return job(tmp_path / "good.txt", disk.sha256(tmp_path / "good.txt"))


@pytest.fixture
def stuck(tmp_path: Path) -> ReadJob:
    """A pipe that nobody writes to: to read it takes for ever."""
    os.mkfifo(tmp_path / "stuck.txt")
    return job(tmp_path / "stuck.txt", "0" * 64)


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(good: ReadJob, stuck: ReadJob) -> None:
    worker = Worker(threads=1)
    worker.read(good, seconds=60)
    begun = time.monotonic()
    with pytest.raises(UnreadableFile, match=r"stuck\.txt takes longer than 1 seconds"):
        worker.read(stuck, seconds=1)
    assert time.monotonic() - begun < 30
    assert worker.read(good, seconds=60).parsed.source.title
    worker.end()


def test_a_process_that_dies_over_a_file_is_that_files_failure(good: ReadJob, stuck: ReadJob) -> None:
    worker = Worker(threads=1)
    worker.read(good, seconds=60)
    assert worker._process
    threading.Timer(0.5, os.kill, (worker._process.pid, signal.SIGKILL)).start()
    with pytest.raises(UnreadableFile, match=r"stuck\.txt ends the process that reads it \(signal 9\)"):
        worker.read(stuck, seconds=60)
    assert worker.read(good, seconds=60).parsed.source.title
    worker.end()


def test_who_leaves_in_the_middle_leaves_no_process_behind(good: ReadJob, stuck: ReadJob) -> None:
    class Interrupted(BaseException):
        pass

    with pytest.raises(Interrupted), Workers(2, seconds_a_file=60) as workers:
        reader = threading.Thread(target=lambda: pytest.raises(UnreadableFile, workers.read, stuck))
        reader.start()
        workers.read(good)
        started = [worker._process for worker in workers._all]
        raise Interrupted
    reader.join(30)
    assert started and all(process is None or process.poll() is not None for process in started)


def test_as_many_as_wanted() -> None:
    assert number(3) == 3 and number(None) >= 1
