"""exhibit search over the sample library: filters, modes and explanations as they are typed."""

import json
from pathlib import Path

import pytest

from agent.interfaces.cli import app
from tests.conftest import SAMPLE
from tools.library.library import Library


@pytest.fixture
def run(sample_root: Path, empty_cwd: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Types a command; its exit code, what it printed, and what it complained of."""
    monkeypatch.setenv("EXHIBIT_LIBRARY", str(sample_root))

    def typed(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["exhibit", "search", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            app.main()
            raise SystemExit(0)
        out = capsys.readouterr()
        return ended.value.code or 0, out.out, out.err

    return typed


def test_filters(run, sample_root: Path) -> None:
    code, out, _ = run("oil", "--folder", SAMPLE / "manual", "--page", "12-14", "--kind", "table", "--json")
    rows = json.loads(out)
    assert code == 0 and rows and all(row["kind"] == "table" and 12 <= row["page"] <= 14 for row in rows)
    code, out, _ = run("oil", "--since", "2999-01-01")
    assert code == 0 and "Nothing fits." in out


def test_what_is_like_an_item(run, sample_root: Path) -> None:
    with Library(sample_root) as library:
        item = library.search("tightening torques", kinds=("table",))[0].item.id
    _, out, _ = run("--like", item, "--json")
    assert item not in {row["id"] for row in json.loads(out)}


def test_an_explanation(run) -> None:
    code, out, _ = run("oil drain plug", "--explain", "--expect", "brennick_ar240_service_manual.pdf:14")
    assert code == 0 and "drain" in out and "bm25" in out and "It is among the hits." in out
    _, out, _ = run("oil drain plug", "--limit", 1, "--expect", "weekly_inspection.md", "--json")
    told = json.loads(out)
    assert told["wanted"]["why"].startswith(("Too deep", "No leg")) and {"bm25", "text"} <= set(told["legs"])


def test_a_drawing(run, empty_cwd: Path) -> None:
    code, out, _ = run("oil", "--draw", "map.png")
    assert code == 0 and "map.png" in out and (empty_cwd / "map.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["oil", "--blend", "soup"], "no blend 'soup'"),
        (["oil", "--kind", "poem"], "no kind 'poem'"),
        (["oil", "--page", "7-3"], "names no pages"),
        (["oil", "--source", "nothing.pdf"], "no source"),
    ],
)
def test_what_cannot_be_is_said(run, args: list[str], said: str) -> None:
    code, _, error = run(*args)
    assert code == 1 and said in error
