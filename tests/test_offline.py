"""Nothing is sent that the person did not set: seen from outside, by the system calls of whole commands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools import offline

COMMANDS = (["index", "documents"], ["ask", "How much oil does the gearbox hold?"])
ADDRESS = re.compile(r'sin6?_port=htons\((\d+)\).*?(?:inet_addr\("|inet_pton\(AF_INET6, ")([^"]+)"')
LOOPBACK = ("127.", "::1", "::ffff:127.")
NAME_SERVICE = "53"
"""A port: on many machines the resolver listens on the loopback and asks others."""


@pytest.fixture
def documents(empty_cwd: Path) -> Path:
    (empty_cwd / "documents").mkdir()
    (empty_cwd / "documents" / "a.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    (empty_cwd / "documents" / "b.png").write_bytes((ROOT / "evals/sample/library/parts/part_003.jpg").read_bytes())
    return empty_cwd


def test_index_and_ask_reach_no_address_but_the_loopback(documents: Path) -> None:
    if not shutil.which("strace"):
        pytest.skip("needs strace")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ORT_"))}
    env |= {"EXHIBIT_LIBRARY": str(documents / "library"), "PYTHONPATH": str(ROOT)}
    calls = ""
    for number, command in enumerate(COMMANDS):
        trace = documents / f"trace{number}"
        watched = ["strace", "-f", "--seccomp-bpf", "-e", "trace=network", "-o", str(trace)]
        ended = subprocess.run([*watched, sys.executable, "-m", "agent", *command], env=env, capture_output=True)
        if not trace.exists() or b"PTRACE" in ended.stderr:
            pytest.skip("nothing can be traced here")
        assert ended.returncode == 0, ended.stderr.decode()
        calls += trace.read_text(errors="replace")
    assert "exited with 0" in calls
    away = [
        (port, host) for port, host in ADDRESS.findall(calls) if port == NAME_SERVICE or not host.startswith(LOOPBACK)
    ]
    assert away == []


def test_the_pattern_sees_addresses() -> None:
    lines = (
        '1 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0\n'
        '1 sendto(3, "x", 1, 0, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), '
        'inet_pton(AF_INET6, "2620::1", &sin6_addr), sin6_scope_id=0}, 28) = 1\n'
        '1 connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1\n'
    )
    assert ADDRESS.findall(lines) == [("53", "127.0.0.53"), ("443", "2620::1")]


def test_weights_come_from_the_disk_and_only_then_from_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    offline_at: list[bool] = []

    def load() -> str:
        offline_at.append(constants.is_offline_mode())
        if constants.is_offline_mode():
            raise OSError("not in the cache")
        return "weights"

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv(offline.OURS, "1")
    assert offline.from_disk_or_hub(load) == "weights"
    assert offline_at == [True, False] and constants.is_offline_mode()


def test_the_persons_own_wish_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.delenv(offline.OURS, raising=False)

    def load() -> str:
        assert constants.is_offline_mode()
        raise OSError("not in the cache")

    with pytest.raises(OSError, match="not in the cache"):
        offline.from_disk_or_hub(load)


@pytest.mark.parametrize(("given", "expected"), [(None, "1"), ("0", "0")])
def test_the_hub_is_offline_unless_the_person_says_otherwise(given: str | None, expected: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ORT_", "_EXHIBIT"))}
    env |= {"HF_HUB_OFFLINE": given} if given else {}
    code = "import agent, os; print(os.environ['ORT_DISABLE_TELEMETRY'], os.environ['HF_HUB_OFFLINE'])"
    ended = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["1", expected]
