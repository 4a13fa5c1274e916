"""Processes that read files: one that dies or hangs costs its file and no other."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pymupdf
import pytest

from tests.hostile import gluttonous
from tools.errors import UnreadableFile
from tools.library.ingest import workers
from tools.library.ingest.reading import ReadJob
from tools.library.ingest.worker import MEMORY_A_FILE
from tools.library.ingest.workers import Worker, Workers, in_order, number
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

    with pytest.raises(Interrupted), Workers(2, seconds_a_file=60) as readers:
        reader = threading.Thread(target=lambda: pytest.raises(UnreadableFile, readers.read, stuck))
        reader.start()
        readers.read(good)
        started = [worker._process for worker in readers._all]
        raise Interrupted
    reader.join(30)
    assert started and all(process is None or process.poll() is not None for process in started)


def test_as_many_as_wanted() -> None:
    assert number(3) == 3 and number(None) >= 1


def test_nothing_is_begun_once_a_worker_was_ended(good: ReadJob) -> None:
    worker = Worker(threads=1)
    worker.end()
    with pytest.raises(UnreadableFile, match="the run was ended"):
        worker.read(good, seconds=60)
    assert worker._process is None


def test_pages_of_a_large_file_are_counted_while_it_is_read(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        for _ in range(600):
            document.new_page().insert_textbox((50, 50, 500, 700), "The gearbox holds 4.2 litres of oil. " * 20)
        document.save(tmp_path / "long.pdf")
    long = job(tmp_path / "long.pdf", disk.sha256(tmp_path / "long.pdf"))
    seen = []
    with Workers(1, seconds_a_file=300) as readers:
        reading = threading.Thread(target=readers.read, args=(long,))
        reading.start()
        while reading.is_alive():
            if (now := readers.pages()) and now not in seen:
                seen.append(now)
            reading.join(0.05)
        assert readers.pages() is None
    assert {(one.path, pages.total) for one, pages in seen} == {(long.path, 600)}
    done = [pages.done for _, pages in seen]
    assert done == sorted(done) and 1 <= done[0] < done[-1] <= 600


def test_those_after_a_slow_one_come_first_once_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PATIENCE", 0.2)
    slow = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        came = []
        for done in in_order(
            threads, lambda name: name != "slow" or slow.wait(30), ["slow", "b", "c"], ahead=3, tick=0.05
        ):
            if done:
                came.append(done[0])
            if came == ["b", "c"]:
                slow.set()
    assert came == ["b", "c", "slow"]


def test_without_a_slow_one_all_come_in_order() -> None:
    with ThreadPoolExecutor(4) as threads:
        names = [str(number) for number in range(50)]
        assert [name for name, _ in in_order(threads, str.upper, names, ahead=8)] == names


@pytest.mark.slow
def test_a_file_that_takes_all_memory_fails_in_a_sentence_and_the_next_is_read(tmp_path: Path, good: ReadJob) -> None:
    worker = Worker(threads=1)
    worker.read(good, seconds=60)
    assert worker._process
    status = Path(f"/proc/{worker._process.pid}/status")
    before = _kilobytes(status, "VmHWM")
    path = gluttonous(tmp_path / "all.pdf")
    most = [0]
    watch = threading.Thread(target=_watch, args=(status, most), daemon=True)
    watch.start()
    with pytest.raises(UnreadableFile, match="all.* more memory than one file may take"):
        worker.read(job(path, disk.sha256(path)), seconds=500)
    assert most[0] - before < MEMORY_A_FILE / 1024
    assert worker.read(good, seconds=60).parsed.source.title
    worker.end()


def _kilobytes(status: Path, field: str) -> int:
    return int(next(line for line in status.read_text().splitlines() if line.startswith(field)).split()[1])


def _watch(status: Path, most: list[int]) -> None:
    while True:
        try:
            most[0] = max(most[0], _kilobytes(status, "VmHWM"))
        except (OSError, StopIteration):
            return
        time.sleep(0.1)
