"""The attacks themselves: what they try, what they call a harm; and, slow, that the product holds."""

import os
import random
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.__main__ import app
from evals.attacks import damage, documents, files, kills, replies, statements, terminal
from evals.attacks.kinds import KINDS, Size
from evals.attacks.outcome import Outcome, table
from evals.attacks.processes import MOST_MEGABYTES, Command, Ended, exhibit
from tools.errors import UsageError
from tools.library.library import Library

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs forkserver and /proc")


# processes


def shout(word: str) -> None:
    print(word, os.environ.get("SHOUTED", ""))
    print("to the side", file=sys.stderr)


def fail() -> None:
    error = ValueError("no")
    error.add_note("during this and that")
    raise error


def hang() -> None:
    """With a child that would outlive it."""
    subprocess.Popen(["sleep", "600"], start_new_session=False)
    print("begun", flush=True)
    time.sleep(600)


def rest() -> None:
    time.sleep(0.5)


def fill() -> None:
    held = bytearray(b"x") * 200_000_000
    time.sleep(0.5)
    print(len(held))


@LINUX
def test_what_a_command_prints_and_how_it_ends_is_kept() -> None:
    ended = Command(shout, "oil", env={"SHOUTED": "loud"}).wait(60)
    assert ended.code == 0 and "oil loud" in ended.output and "to the side" in ended.output
    assert ended.problem(0) == "" and ended.problem(1).startswith("exit code 0")


@LINUX
def test_a_traceback_is_a_problem_whatever_the_code() -> None:
    assert Command(fail).wait(60).problem(0, 1) == "a traceback: ValueError: no"


@LINUX
def test_what_hangs_is_ended_with_its_children() -> None:
    running = Command(hang)
    ended = running.wait(3)
    assert ended.code is None and "still running after" in ended.problem(0)
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True).stdout.splitlines()
    assert not [line for line in listed if line.split()[0] == str(running.pid) and "Z" not in line]


@LINUX
def test_memory_is_that_of_the_largest_process() -> None:
    usual, filled = (Command(task).wait(60).megabytes for task in (rest, fill))  # both live long enough to be measured
    assert 150 < filled - usual < 300
    assert "took 2000 MB" in Ended(0, "", 1.0, 2000.0).problem(0) and MOST_MEGABYTES == 1500


@LINUX
def test_a_command_is_typed_in_an_empty_folder_with_no_settings_but_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXHIBIT_MODEL", "nonsense")
    ended = exhibit(tmp_path / "library", "ask", "Is there oil?").wait(120)
    assert ended.code == 1 and "There is no library" in ended.output and "nonsense" not in ended.output


# what is tried


def test_mutations_are_those_of_their_seed_and_change_something() -> None:
    one, other = bytes(range(256)) * 8, b"other" * 500
    made = [files.mutate(one, other, random.Random(seed)) for seed in range(200)]
    assert made == [files.mutate(one, other, random.Random(seed)) for seed in range(200)]
    assert sum(content != one for content in made) > 190
    assert files.mutate(b"", b"", random.Random(1)) == b""


@pytest.mark.slow
def test_every_format_is_there_and_read(tmp_path: Path) -> None:
    made = documents.every_format(tmp_path / "documents")
    assert len({path.suffix for path in made}) == len(made) >= 15
    with Library(tmp_path / "library", create=True, workers=1) as library:
        report = library.add([tmp_path / "documents"])
    assert not report.failed and len(report.added) >= len(made)


def test_the_facts_are_found(tmp_path: Path) -> None:
    documents.facts(tmp_path / "documents", tmp_path / "library")
    with Library(tmp_path / "library") as library:
        for question, fact in documents.FACTS.items():
            assert fact in library.search(question)[0].item.text


def test_every_crafted_file_can_be_made(tmp_path: Path) -> None:
    for name in ("a FIFO", "a name that is not UTF-8", "a PDF of nested forms", "archives in archives", "a FIFO"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        if not any(folder.iterdir()):
            files.CRAFTED[name](folder)
        assert len(list(folder.iterdir())) == 1
    assert len(files.CRAFTED) >= 20


def test_what_the_report_does_not_name_is_missing() -> None:
    printed = 'note of a library\n{\n"added": ["/f/a.txt"], "unchanged": [], "failed": [{"path": "/f/z.zip!/b"}]}'
    ended = Ended(0, printed, 1.0, 1.0)
    assert files._missing(ended, [Path("/f/a.txt"), Path("/f/z.zip")]) == ""
    assert files._missing(ended, [Path("/f/c.txt")]) == "not in the report: c.txt"


def test_statements_are_sixty_and_more_and_within_what_a_model_may_write() -> None:
    every = tomllib.loads(statements.FILE.read_text("utf-8"))
    assert set(every) == {"right", "evidence", "bound", "refused"} and sum(map(len, every.values())) >= 60
    for statement in (one for some in every.values() for one in some):
        assert len(statement.format(t=statements.TABLE, out="x", **statements.LONG)) <= 4000


@pytest.mark.parametrize(
    ("kind", "output", "problem"),
    [
        ("right", "gave: | 40 |", ""),
        ("right", "refused: no", "a good query was refused"),
        ("evidence", "gave: | 999 Nm |", "999 became evidence"),
        ("evidence", "refused: 999 is in the query", ""),
        ("refused", "gave: | root |", "it was run"),
        ("bound", "refused: it takes longer than 5 seconds", ""),
    ],
)
def test_what_counts_as_a_harm_of_a_query(kind: str, output: str, problem: str, tmp_path: Path) -> None:
    found = statements._problem(kind, Ended(0, output, 1.0, 600.0), 500.0, tmp_path)
    assert found.startswith(problem) and bool(found) is bool(problem)
    assert "MB more" in statements._problem("bound", Ended(0, "refused: no", 1.0, 1400.0), 500.0, tmp_path)


def test_an_api_that_echoes_the_secret_or_stalls_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "TIMEOUT", 0.3)
    monkeypatch.setattr(replies, "GRACE", 1.0)
    monkeypatch.setattr(replies, "REPLIES", {"a good one": replies.REPLIES["a good one"], "silence": replies._silent})
    outcomes = list(replies.replies(tmp_path))
    assert [outcome.problem for outcome in outcomes] == [""] * 6 and max(one.seconds for one in outcomes) < 1.3
    monkeypatch.setattr(replies, "SECRET", "48.50")
    monkeypatch.setattr(replies.http_api, "_secret", lambda api: "")
    assert "the secret is in" in next(replies.replies(tmp_path)).problem


def test_damages_change_a_library(tmp_path: Path) -> None:
    documents.facts(tmp_path / "documents", tmp_path / "library")
    for name in ("conversations.sqlite", "observations.sqlite"):
        (tmp_path / "library" / name).write_bytes(b"")

    def state() -> dict[str, bytes]:
        paths = (tmp_path / "library").rglob("*")
        return {str(path): path.read_bytes() if path.is_file() else b"/" for path in paths}

    before = state()
    for name in ("vectors gone", "catalogue cut in half", "conversations of garbage", "observations a folder"):
        damage.DAMAGES[name](tmp_path / "library")
        assert state() != before
        before = state()


def test_a_kill_is_noticed_and_a_run_that_ends_is_none(tmp_path: Path) -> None:
    assert kills.killed(lambda: time.sleep(60), 0.1)
    assert not kills.killed(lambda: (tmp_path / "done").touch(), 1.0) and (tmp_path / "done").exists()
    with pytest.raises(AssertionError, match="failed"):
        kills.killed(lambda: 1 / 0, 1.0)


def test_controls_are_what_a_terminal_obeys() -> None:
    harmful = [text for name, text in terminal.INJECTED.items() if name != "rich's own markup"]
    assert all(terminal.CONTROLS.search(text) for text in harmful)
    assert not terminal.CONTROLS.search("Wörter – ≥ 5 µm\n\t日本語 [1]")


# the table and the command


def test_the_table_counts_what_was_tried_together() -> None:
    load = [Outcome("a", tries=20, seconds=3.0), Outcome("b", "lost", megabytes=900), Outcome("c", "few", 0, 0, 10, 3)]
    cells = [list(column.cells) for column in table({"load": load, "clock": []}).columns]
    assert cells == [["load", "clock"], ["31", "0"], ["27", "0"], ["3.0", "0.0"], ["900", "0"]]


def test_a_kind_that_there_is_none_of() -> None:
    result = CliRunner().invoke(app, ["attacks", "cats"])
    assert isinstance(result.exception, UsageError) and "mutated" in str(result.exception)


@LINUX
@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_attack_holds(kind: str, tmp_path: Path) -> None:
    outcomes = list(KINDS[kind].run(tmp_path, Size(kills=200, ask_kills=50, questions=400)))
    assert [(one.name, one.problem) for one in outcomes if one.problem] == []
