"""Ctrl-C while documents are read: it ends within seconds, what was finished is kept, and nothing is left behind."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.hostile import endless

FINISHED = 5
WITHIN = 5.0  # seconds; on a machine with other work it takes up to twice as long


def rows(library: Path) -> int:
    if not (library / "catalog.sqlite").exists():
        return 0
    with sqlite3.connect(library / "catalog.sqlite") as catalog:
        return catalog.execute("SELECT COUNT(*) FROM sources").fetchone()[0]


def until(true, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.1)


@pytest.mark.slow
def test_ctrl_c_in_the_middle_of_slow_files(tmp_path: Path) -> None:
    folder, library = tmp_path / "documents", tmp_path / "library"
    folder.mkdir()
    endless(folder / "a.pdf")  # the first in order
    for number in range(FINISHED):
        (folder / f"b{number}.txt").write_text(f"Oil filter {number} fits the pump.")
    for number in range(3):
        endless(folder / f"c{number}.pdf").open("ab").write(b"%%%d" % number)
    environment = {**os.environ, "EXHIBIT_LIBRARY": str(library), "EXHIBIT_WORKERS": "2"}
    command = [sys.executable, "-m", "agent", "index", str(folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until(lambda: rows(library) == FINISHED, 300)
    os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all of them
    begun = time.monotonic()
    _, errors = process.communicate(timeout=60)
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    assert time.monotonic() - begun < WITHIN * max(1.0, load)
    assert process.returncode == 130 and "Traceback" not in errors
    assert rows(library) == FINISHED
    with pytest.raises(ProcessLookupError):  # none of its processes is left
        os.killpg(process.pid, 0)
