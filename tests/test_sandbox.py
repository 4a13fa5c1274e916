"""A query runs in a process of its own: limits of time and memory that bind, and what comes after still works."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tools.errors import ToolError
from tools.sql import sandbox
from tools.sql.engine import MEMORY
from tools.sql.sandbox import ROOT, Sandbox

NUMBERS = [str(number) for number in range(1, 61)]
TABLE = {
    "name": "t",
    "columns": [
        {"name": "nr", "title": "nr", "type": "INTEGER", "values": NUMBERS},
        {"name": "part", "title": "Part", "type": "VARCHAR", "values": [f"BN-{number}" for number in NUMBERS]},
    ],
}


@pytest.fixture(scope="module")
def box() -> Sandbox:
    return Sandbox()


def ask(box: Sandbox, sql: str) -> dict[str, Any]:
    return box.run(sql=sql, tables=[TABLE], row_number="nr", most_rows=50)


def most_memory(box: Sandbox) -> int:
    """Bytes of the process's memory at its peak, 0 where it is gone."""
    try:
        status = Path(f"/proc/{box._process.pid}/status").read_text()
    except (OSError, AttributeError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


HUNGRY = [
    "length(repeat('x', 2000000000)) > 1",
    "length(lpad('x', 1000000000, 'y')) > 1",
    "length(printf('%1000000000d', nr)) > 1",
    "len(list_sort(range(100000000))) > 1",
    "len(range(100000000)) > 1",
    "len(list_transform(range(20000000), x -> repeat('y', x))) > 1",
    "length((SELECT string_agg(a.part || b.part || c.part, '') FROM t a, t b, t c, t d, t e)) > 1",
    "length(bitstring('1', 2000000000)::varchar) > 1",
    "nr < (SELECT count(DISTINCT a.part || b.part || c.part || d.part || e.part) FROM t a, t b, t c, t d, t e)",
]


@pytest.mark.parametrize("condition", HUNGRY)
def test_a_query_that_takes_all_it_can_is_stopped(
    box: Sandbox, condition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(box, "SELECT part FROM t")  # the process is there
    begun = time.monotonic()
    with monkeypatch.context() as patched, pytest.raises(ToolError) as caught:
        patched.setattr(sandbox, "SECONDS", 3.0)
        ask(box, f"SELECT part FROM t WHERE {condition}")
    assert time.monotonic() - begun < 4
    assert caught.value.next_step and "\n" not in str(caught.value)
    assert most_memory(box) < MEMORY
    assert ask(box, "SELECT count(*) FROM t")["rows"] == [["60"]], "the next query is answered"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT part FROM t WHERE " + "NOT " * 900 + "nr > 1",
        "SELECT part FROM t WHERE " + "(" * 900 + "nr > 1" + ")" * 900,
        "SELECT " + "(SELECT " * 300 + "nr" + " FROM t)" * 300 + " FROM t",
        "SELECT part FROM t WHERE nr = " + "-" * 3000 + "1",
        "SELECT part FROM t WHERE nr IN (" + ",".join("1" * 1900) + ")",
        "SELECT " + ",".join(["part"] * 900) + " FROM t",
        "WITH a0 AS (SELECT part AS x FROM t)"
        + "".join(f", a{n + 1} AS (SELECT coalesce(x, x) AS x FROM a{n})" for n in range(40))
        + " SELECT x FROM a40",
        "SELECT * FROM " + ", ".join(f"t t{n}" for n in range(200)),
        "\x00",
        "SELECT part FROM t WHERE part = '\U0001f600\x00\u202e'",
    ],
    ids=lambda sql: sql[:40].encode("unicode_escape").decode(),
)
def test_a_query_of_any_shape_gets_an_answer_or_a_sentence(
    box: Sandbox, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(box, "SELECT part FROM t")
    try:
        with monkeypatch.context() as patched:
            patched.setattr(sandbox, "SECONDS", 3.0)
            assert len(ask(box, sql)["rows"]) <= 50
    except ToolError as error:
        assert "\n" not in error.message
    assert ask(box, "SELECT count(*) FROM t")["rows"] == [["60"]]


def test_a_process_that_was_killed_from_outside_is_started_again(box: Sandbox) -> None:
    ask(box, "SELECT part FROM t")
    os.kill(box._process.pid, signal.SIGKILL)  # type: ignore[union-attr]
    assert ask(box, "SELECT count(*) FROM t")["rows"] == [["60"]]


def test_a_process_that_does_not_start_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ToolError, match="does not start.*python -m tools.sql.engine"):
        ask(Sandbox(), "SELECT part FROM t")


def test_threads_share_the_process(box: Sandbox) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: found.append(ask(box, f"SELECT part FROM t WHERE nr = {n}")["rows"][0][0]))
        for n in range(1, 9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [f"BN-{n}" for n in range(1, 9)]


@pytest.mark.parametrize("end", ["pass", "os.kill(os.getpid(), 9)"])
def test_the_process_ends_with_the_program_that_started_it(end: str) -> None:
    program = (
        "import os\nfrom tools.sql.sandbox import Sandbox\nbox = Sandbox()\n"
        "box.run(sql='SELECT nr, part FROM t', row_number='nr', most_rows=1, tables=[{'name': 't', 'columns': "
        "[{'name': n, 'title': n, 'type': 'VARCHAR', 'values': ['1']} for n in ('nr', 'part')]}])\n"
        f"print(box._process.pid, flush=True)\n{end}\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    child = Path(f"/proc/{int(done.stdout)}")
    until = time.monotonic() + 5
    while child.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not child.exists()


def test_the_process_writes_no_file(box: Sandbox, tmp_path: Path) -> None:
    for sql in (f"COPY t TO '{tmp_path}/x.csv'", f"ATTACH '{tmp_path}/x.db'", "INSTALL httpfs", "SET threads = 9"):
        with pytest.raises(ToolError, match="Only one SELECT"):
            ask(box, sql)
    assert list(tmp_path.iterdir()) == []
