"""Seconds by stage, and megabytes of processes."""

import subprocess
import sys
import time

import pytest

from evals.metrics import resources
from evals.runs.trace import Took


@pytest.mark.parametrize(("p", "value"), [(50, 5), (95, 10), (90, 9), (100, 10), (1, 1)])
def test_a_percentile_is_a_time_that_was_measured(p: float, value: float) -> None:
    assert resources.percentile([10, 1, 2, 3, 4, 5, 6, 7, 8, 9], p) == value


def test_stages_and_throughput_leave_the_measuring_out() -> None:
    took = [Took(case="1", seconds={"act": 1.0, "judge": 9.0}), Took(case="2", seconds={"act": 2.0, "look": 3.0})]
    assert resources.by_stage(took) == {"act": [1, 2], "judge": [9], "look": [3], "answer": [1, 5]}
    assert resources.throughput(took) == 20  # 2 cases in 6 s
    assert resources.throughput([]) is None and resources.by_stage([]) == {}


def test_memory_is_in_megabytes() -> None:
    assert 10 < resources.peak_mb() < 1_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_memory_counts_a_child_and_its_child() -> None:
    """Each of the two holds 64 MB that it has written to, and waits."""
    hold = "import subprocess, sys; held = bytearray(b'x') * 64_000_000; {}; print('ready', flush=True); input()"
    inner = hold.format("0")
    outer = hold.format(f"child = subprocess.Popen([sys.executable, '-c', {inner!r}], stdin=0)")
    alone = sum(resources.resident_mb())
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with resources.memory() as peak, subprocess.Popen([sys.executable, "-c", outer], **pipes) as process:
        for _ in range(2):
            process.stdout.readline()
        found = resources.resident_mb(process.pid)
        assert len(found) == 2 and min(found) > 64
        while peak.together < alone + 128:  # it looks ten times a second
            time.sleep(0.05)
        process.stdin.write(b"\n\n")
    assert peak.largest < peak.together
