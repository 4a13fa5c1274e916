"""The commands, as they are typed: run → list → report → compare, convert, and what a mistake gets."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.__main__ import COMMANDS, app

INVOKE = CliRunner()


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two questions about one text; one cannot be answered."""
    folder = tmp_path_factory.mktemp("suites") / "tiny"
    (folder / "library").mkdir(parents=True)
    (folder / "library" / "a.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    rows = [
        {"id": "oil", "question": "How much oil does the gearbox hold?", "must_contain": ["4.2"],
         "gold": [{"source": "a.txt", "pages": [1]}], "tool": "search_text"},
        {"id": "no", "question": "Who painted the ceiling?", "answerable": False},
    ]  # fmt: skip
    (folder / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_run_list_report_compare(suite: Path, empty_cwd: Path) -> None:
    done = INVOKE.invoke(app, ["run", str(suite), "--out", "runs/a"])
    assert done.exit_code == 0, done.output
    assert "python -m evals report runs/a" in done.output
    again = INVOKE.invoke(app, ["run", str(suite), "--out", "runs/b", "--without", "validator", "--budget", "1"])
    assert again.exit_code == 0, again.output
    resumed = INVOKE.invoke(app, ["run", str(suite), "--out", "runs/a", "--resume"])
    assert resumed.exit_code == 0, resumed.output
    listed = INVOKE.invoke(app, ["list", str(suite.parent), "--runs", "runs"])
    assert "2 of 2" in listed.output and "validator" in listed.output and "tiny" in listed.output
    page = INVOKE.invoke(app, ["report", "runs/a"])
    assert page.exit_code == 0 and Path(page.output.strip()).read_text("utf-8").startswith("<!doctype html>")
    compared = INVOKE.invoke(app, ["compare", "runs/a", "runs/b"])
    assert compared.exit_code == 0 and "exact McNemar" in compared.output


def test_convert_writes_a_suite_and_overwrites_none(suite: Path, tmp_path: Path) -> None:
    assert "2 cases, 1 documents" in INVOKE.invoke(app, ["convert", str(suite), str(tmp_path / "new")]).output
    again = INVOKE.invoke(app, ["convert", str(suite), str(tmp_path / "new")])
    assert again.exit_code == 1 and "is not empty" in str(again.exception)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["run", "nowhere"], "is no suite"),
        (["report", "nowhere"], "holds no run"),
        (["judge", "nowhere", "--model", "ollama/x"], "holds no run"),
    ],
)
def test_a_mistake_gets_a_sentence(typed: list[str], message: str, empty_cwd: Path) -> None:
    result = INVOKE.invoke(app, typed)
    assert result.exit_code == 1 and message in str(result.exception)


def test_every_command_of_the_table_has_a_help() -> None:
    assert all(name in INVOKE.invoke(app, ["--help"]).output for name in COMMANDS)
    for name in COMMANDS:
        assert INVOKE.invoke(app, [name, "--help"]).exit_code == 0
    assert INVOKE.invoke(app, ["nothing"]).exit_code == 2
