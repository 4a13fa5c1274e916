"""Runs a query in a process of its own, which is killed when its time is over."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tools.errors import ToolError
from tools.sql.engine import READY

SECONDS = 5.0
"""For one query."""
START_SECONDS = 60.0
"""For the process to start: about one where the machine is idle, ten where every core has four other things to do."""
ROOT = Path(__file__).resolve().parents[2]
"""The folder that has `tools` in it."""


class Sandbox:
    """One process, started when it is first needed and used for one query at a time."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ready = False

    def start(self) -> None:
        """Starts the process and does not wait for it: a query that comes later finds it ready."""
        if self._process is None:
            with self._turn:
                self._live()

    def run(self, **request: Any) -> dict[str, Any]:
        """What `engine.run` returns. Raises ToolError for what that refuses, and for a query that takes too long."""
        reply = self._reply(json.dumps(request)) or self._reply(json.dumps(request))  # once more, should it have gone
        if not reply:
            raise ToolError("The query ended the process that ran it.", "Ask for less.")
        if "error" in reply:
            raise ToolError(reply["error"], reply["next_step"])
        return reply

    def _reply(self, request: str) -> dict[str, Any]:
        """{} where the process ended without one."""
        with self._turn:
            process = self._live()
            if not self._ready:
                self._ready = _exchange(process, "", START_SECONDS).strip() == READY
            if not self._ready:
                process.kill()
                raise ToolError("The process that runs SQL does not start.", "To see why: python -m tools.sql.engine")
            begun = time.monotonic()
            if line := _exchange(process, request + "\n", SECONDS):
                return json.loads(line)
            process.kill()
            process.wait()
        if time.monotonic() - begun >= SECONDS:
            raise ToolError(f"The query takes longer than {SECONDS:g} seconds.", "Ask for less.")
        return {}

    def _live(self) -> "subprocess.Popen[str]":
        if self._process is None or self._process.poll() is not None:
            self._process, self._ready = _spawn(), False
        return self._process


def _spawn() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tools.sql.engine"],
        cwd=ROOT,
        env={**os.environ, "MALLOC_ARENA_MAX": "1"},  # glibc reserves 64 MB a thread, which would count as used
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


def _exchange(process: "subprocess.Popen[str]", text: str, seconds: float) -> str:
    """A line of the process, after it was sent the text; "" where it ended or was killed for taking too long."""
    assert process.stdin and process.stdout
    killer = threading.Timer(seconds, process.kill)
    killer.start()
    try:
        process.stdin.write(text)
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:  # it is gone
        return ""
    except BaseException:  # Ctrl-C: nobody will read the reply
        process.kill()
        raise
    finally:
        killer.cancel()
