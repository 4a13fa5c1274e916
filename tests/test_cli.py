"""The command line as a person meets it: what is printed, what is written, and what a mistake is answered with."""

import io
import json
import os
import subprocess
import sys
import unicodedata
from importlib.metadata import version
from pathlib import Path

import pytest
from PIL import Image

from agent import events
from agent.interfaces.cli import app
from tests.conftest import ROOT, SAMPLE
from tools.library.library import Library


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with its own library."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXHIBIT_LIBRARY", str(tmp_path / "library"))
    return tmp_path


@pytest.fixture
def sample_home(home: Path, sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXHIBIT_LIBRARY", str(sample_root))
    return home


def run(*arguments: object) -> int:
    """The exit code of `exhibit ARGUMENTS`."""
    before, sys.argv = sys.argv, ["exhibit", *map(str, arguments)]
    try:
        app.main()
    except SystemExit as exit:
        return exit.code if isinstance(exit.code, int) else 0 if exit.code is None else 1
    finally:
        sys.argv = before
    return 0


def test_ask_prints_the_answer_its_page_and_how_to_see_it(sample_home: Path, capsys: pytest.CaptureFixture) -> None:
    assert run("ask", "How much grease for the motor bearing on the belt side?", "--thread", "t") == 0
    out = capsys.readouterr().out
    assert "15 g" in out and "page 12" in out and "exhibit show" in out


def test_chat_answers_follows_up_shows_and_survives_nonsense(
    sample_home: Path, sample_root: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = "What torque goes on the oil drain plug?\nAnd the filler plug?\n/show 1\n/show x\n/dance\n[/b]\n/quit\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert run("chat", "--thread", "typed") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "N·m: 48" in out and "N·m: 30" in out
    assert "exhibit-typed-1-p14.png" in out and (sample_root / "shown" / "exhibit-typed-1-p14.png").exists()
    assert "/show takes the number" in out and "no command /dance" in out
    assert "exhibit chat --thread typed" in out
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("chat", "--thread", "typed") == 0
    assert "What torque goes on" in capsys.readouterr().out


def test_show_writes_the_page_with_the_place_marked(sample_home: Path, capsys: pytest.CaptureFixture) -> None:
    run("ask", "What air gap do I need between the condensate hose and the tundish?", "--thread", "gap", "--json")
    answer = json.loads(capsys.readouterr().out)
    place = answer["verdicts"][0]["places"][0]
    assert run("show", place["key"], "--thread", "gap") == 0
    (name,) = capsys.readouterr().out.splitlines()
    page = Image.open(name).convert("RGB")
    x0, y0, x1, y1 = (v * page.height / 841.89 for v in place["regions"][0]["boxes"][0])
    red, green, blue = page.getpixel((round(x0) + 1, round((y0 + y1) / 2)))
    assert blue < green and blue < red, "the place is not marked"
    assert page.getpixel((5, 5)) == (255, 255, 255)


def test_show_takes_cited_sources_and_hits(sample_home: Path, sample_root: Path, capsys: pytest.CaptureFixture) -> None:
    run("ask", "What air gap do I need between the condensate hose and the tundish?", "--thread", "hits", "--json")
    cited = {c["key"] for v in json.loads(capsys.readouterr().out)["verdicts"] for c in v["claim"]["citations"]}
    uncited = next(key for key in range(1, 20) if key not in cited)
    assert run("show", uncited, "--thread", "hits") == 1
    assert f"exhibit show {uncited} --any" in capsys.readouterr().err
    assert run("show", uncited, "--thread", "hits", "--any") == 0
    assert Path(capsys.readouterr().out.splitlines()[0]).parent == sample_root / "shown"
    assert run("search", "wiring diagram", "--kind", "figure", "--json") == 0
    pages = [row["page"] for row in json.loads(capsys.readouterr().out)]
    assert run("show", "--hit", 2) == 0
    assert Path(capsys.readouterr().out.splitlines()[0]).name == f"exhibit-hit-2-p{pages[1]}.png"
    assert run("show", "--hit", 99) == 1 and "no hit 99" in capsys.readouterr().err
    assert run("show", 1, "--hit", 1) == 1 and run("show") == 1


def test_events_are_printed_as_they_happen(sample_home: Path, capsys: pytest.CaptureFixture) -> None:
    question = "How much grease for the motor bearing on the belt side?"
    assert run("ask", question, "--stream-json") == 0
    happened = [events.read(line) for line in capsys.readouterr().out.splitlines()]
    assert [one.event for one in happened[:2]] == ["decided", "acted"]
    assert isinstance(happened[-1], events.Answered) and "15 g" in happened[-1].answer.text


def test_not_found_is_an_exit_code_of_its_own(sample_home: Path, capsys: pytest.CaptureFixture) -> None:
    assert run("ask", "What is the refrigerant charge of the built-in dryer?") == 3
    assert "Not found" in capsys.readouterr().out


def test_search_prints_rows_and_json(sample_home: Path, capsys: pytest.CaptureFixture) -> None:
    assert run("search", "wiring diagram", "--kind", "figure", "--limit", 1, "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["kind"] == "figure" and row["page"] == 10
    assert run("search", "wiring diagram") == 0
    assert "figure" in capsys.readouterr().out
    assert run("search", "--image", SAMPLE / "parts" / "part_003.jpg", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["title"] == "part_003.jpg"


def test_index_reports_and_says_what_was_not_read(home: Path, capsys: pytest.CaptureFixture) -> None:
    (home / "docs").mkdir()
    (home / "docs" / "a.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    assert run("index", home / "docs") == 0
    assert "1 added" in capsys.readouterr().out
    (home / "docs" / "b.pdf").write_bytes(b"%PDF-1.4 broken")
    assert run("index", home / "docs") == 1
    out = capsys.readouterr().out
    assert "not read" in out and "b.pdf" in out and "1 unchanged" in out
    assert run("index", home / "docs", "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["failed"][0]["path"].endswith("b.pdf")
    assert run("index", home / "docs", "--stream-json") == 1
    *steps, last = [events.read(line) for line in capsys.readouterr().out.splitlines()]
    assert steps and all(isinstance(step, events.Indexing) for step in steps) and steps[-1].path == ""
    assert isinstance(last, events.Indexed) and last.report["failed"] == report["failed"]


def test_library_list_and_remove(home: Path, capsys: pytest.CaptureFixture) -> None:
    (home / "a.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    run("index", home / "a.txt")
    capsys.readouterr()
    assert run("library", "list", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)["sources"]
    assert row["items"] == {"passage": 1}
    assert run("library", "remove", home / "a.txt") == 0
    assert run("library", "remove", home / "a.txt") == 1
    assert "no source" in capsys.readouterr().err
    assert (home / "a.txt").exists()


def test_doctor_on_a_healthy_and_on_an_empty_machine(
    sample_home: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("doctor", "--json") == 0
    assert all(check["ok"] for check in json.loads(capsys.readouterr().out))
    monkeypatch.setenv("EXHIBIT_LIBRARY", str(sample_home / "none"))
    monkeypatch.setenv("EXHIBIT_MODEL", "ollama/llama3.2-vision")
    monkeypatch.setenv("EXHIBIT_OLLAMA_URL", "http://127.0.0.1:9")
    assert run("doctor") == 1
    out = capsys.readouterr().out
    assert "exhibit index" in out and "ollama serve" in out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["ask", "What?"], "exhibit index"),
        (["search", "oil"], "exhibit index"),
        (["library", "list"], "exhibit index"),
        (["show", "1"], "exhibit index"),
        (["index", "no-such-folder"], "no-such-folder"),
        (["search"], "nothing to search for"),
    ],
)
def test_a_mistake_is_a_sentence_and_no_traceback(
    home: Path, capsys: pytest.CaptureFixture, arguments: list[str], named: str
) -> None:
    assert run(*arguments) == 1
    err = capsys.readouterr().err
    assert named in err and "Traceback" not in err


def test_an_empty_folder_is_told_and_not_zero(home: Path, capsys: pytest.CaptureFixture) -> None:
    (home / "empty").mkdir()
    assert run("index", home / "empty") == 1
    assert "nothing to read" in capsys.readouterr().out


def test_unknown_keys_and_threads(sample_home: Path, capsys: pytest.CaptureFixture) -> None:
    run("ask", "What air gap do I need between the condensate hose and the tundish?", "--thread", "keys")
    for arguments in (["show", "999", "--thread", "keys"], ["show", "1", "--thread", "never-was"]):
        assert run(*arguments) == 1
        assert "There is no source" in capsys.readouterr().err


def test_bad_pictures(sample_home: Path, capsys: pytest.CaptureFixture) -> None:
    (sample_home / "zero.png").write_bytes(b"")
    (sample_home / "text.png").write_text("no picture")
    for name in ("zero.png", "text.png", "missing.png"):
        assert run("ask", "What is this?", "--image", sample_home / name) == 1
        err = capsys.readouterr().err
        assert name in err and "Traceback" not in err


def test_brackets_are_text_and_not_markup(sample_home: Path, capsys: pytest.CaptureFixture) -> None:
    assert run("ask", "What does the [/red] refrigerant [bold] charge?", "--thread", "a/b [/x]") == 3
    assert "a/b [/x]" in capsys.readouterr().out


def test_a_file_with_brackets_in_its_name(home: Path, capsys: pytest.CaptureFixture) -> None:
    (home / "[red]a[").mkdir()
    (home / "[red]a[" / "[x].txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    (home / "[red]a[" / "b[bold].xyz").write_bytes(b"\x00\x01")
    assert run("index", home / "[red]a[") == 1
    assert "b[bold].xyz" in capsys.readouterr().out
    assert run("library", "list") == 0
    assert "[x]" in capsys.readouterr().out


def test_a_thread_with_odd_characters_can_be_shown(sample_home: Path, capsys: pytest.CaptureFixture) -> None:
    run("ask", "What air gap do I need between the condensate hose and the tundish?", "--thread", "../x y")
    capsys.readouterr()
    assert run("show", 1, "--thread", "../x y", "--out", sample_home / "here") == 0
    assert Path(capsys.readouterr().out.strip()).parent == sample_home / "here"


def test_a_library_that_is_no_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (home / "file").write_text("x")
    monkeypatch.setenv("EXHIBIT_LIBRARY", str(home / "file"))
    assert run("index", home) == 1
    assert "EXHIBIT_LIBRARY" in capsys.readouterr().err


HOSTILE = "\x1b]52;c;c2VjcmV0\x07\x9b31m\u202egnp.exe"
"""Sets the clipboard, colours what follows, and turns the direction of reading round."""


@pytest.fixture(scope="module")
def hostile_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of a page and a file whose names and words are commands to the terminal; its documents beside it."""
    docs = tmp_path_factory.mktemp("hostile") / "docs"
    docs.mkdir()
    page = f"<title>Pump {HOSTILE}</title><p>The pump holds 3 litres of water {HOSTILE}.</p>"
    (docs / "page.html").write_text(page)
    (docs / f"{HOSTILE}.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    (docs / f"{HOSTILE}.pdf").write_bytes(b"%PDF-1.4 broken")
    with Library(docs.parent / "library", create=True) as library:
        library.add([docs])
    return docs.parent


@pytest.fixture
def hostile(home: Path, hostile_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXHIBIT_LIBRARY", str(hostile_root / "library"))
    monkeypatch.chdir(hostile_root)


def check_plain(capsys: pytest.CaptureFixture) -> str:
    """What was printed; nothing of it is a control."""
    printed = capsys.readouterr()
    found = [
        one for one in printed.out + printed.err if unicodedata.category(one) in ("Cc", "Cf") and one not in "\n\t"
    ]
    assert not found, found
    return printed.out


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("ask", "How much does the gearbox hold?", "--thread", "t\x1b]0;x\x07"), "4.2 litres"),
        (("ask", "How much water does the pump hold?"), "3 litres"),
        (("ask", "How much does the gearbox hold?", "--json"), "4.2 litres"),
        (("ask", "How much does the gearbox hold?", "--stream-json"), "4.2 litres"),
        (("search", "gearbox", "--explain"), "gearbox"),
        (("search", "pump", "--json"), "Pump"),
        (("library", "list"), "Pump"),
        (("library", "list", "--json"), "Pump"),
        (("library", "remove", f"no such {HOSTILE}"), ""),
        (("index", f"no such {HOSTILE}"), ""),
        (("show", "7", "--thread", HOSTILE), ""),
        (("index", "docs"), "not read"),
    ],
)
def test_documents_and_names_send_no_command_to_the_terminal(
    hostile: None, capsys: pytest.CaptureFixture, arguments: tuple[str, ...], found: str
) -> None:
    run(*arguments)
    out = check_plain(capsys)
    assert found in out and (found or not out)


def test_chat_sends_no_command_to_the_terminal(
    hostile: None, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"How much water does the pump hold?\n/{HOSTILE}\n"))
    assert run("chat", "--thread", "t") == 0
    assert "3 litres" in check_plain(capsys)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("chat", "--thread", "t") == 0  # which prints the turns so far
    check_plain(capsys)


def test_another_package_called_tools_is_named(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").write_text("")
    code = "import tools, sys; sys.path.append(sys.argv[1])\nfrom agent.__main__ import main; main()"
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-P", "-c", code, str(ROOT)], capture_output=True, text=True, env=env, cwd=tmp_path
    )
    assert "hides Exhibit's own" in ended.stderr and ended.returncode == 1


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"exhibit {version('exhibit-cited-answers')}\n"


def test_help_needs_nothing_heavy() -> None:
    """What makes a start slow: none of it may be loaded to print the help."""
    code = (
        "import sys; from agent.interfaces.cli import app as cli; cli.app(['--help'], standalone_mode=False)\n"
        "heavy = {'torch', 'langgraph', 'langchain_core', 'pymupdf', 'qdrant_edge', 'numpy', 'PIL', 'pydantic'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_any_encoding_of_the_terminal_and_any_bytes_typed(home: Path, encoding: str) -> None:
    (home / "ä.txt").write_text("Das Getriebe fasst 4,2 Liter Öl – nicht mehr.\n", "utf-8")
    env = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}

    def exhibit(*arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "agent", *arguments], env=env, capture_output=True, input=b"\xe9\n"
        )

    assert exhibit("--help").returncode == exhibit("index", "ä.txt").returncode == 0
    listed = exhibit("library", "list", "--json")
    assert listed.returncode == 0 and json.loads(listed.stdout)["sources"][0]["title"] == "ä.txt"
    for arguments in (("ask", b"\xe9?"), ("search", b"\xe9"), ("ask", "Öl?", "--thread", b"\xe9"), ("chat",)):
        ended = exhibit(*arguments)
        assert b"UTF-8" in ended.stdout + ended.stderr and b"Traceback" not in ended.stderr


def test_what_the_command_writes_is_its_owners_alone(home: Path) -> None:
    (home / "a.txt").write_text("The gearbox holds 4.2 litres of oil.\n")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    for arguments in (("index", "a.txt"), ("ask", "How much oil does the gearbox hold?"), ("show", "1")):
        subprocess.run([sys.executable, "-m", "agent", *arguments], env=env, check=True, capture_output=True)
    root = home / "library"
    assert (root / "conversations.sqlite").exists() and list((root / "shown").iterdir())
    modes = {(path.is_dir(), f"{path.stat().st_mode & 0o777:o}") for path in (root, *root.rglob("*"))}
    assert modes == {(True, "700"), (False, "600")}


def test_an_answer_that_is_only_quoted_loads_no_client_of_a_model_server(sample_root: Path) -> None:
    code = (
        "import sys; from agent import Assistant\n"
        "Assistant(library=sys.argv[1]).ask('How often is the air filter replaced?')\n"
        "clients = {'langchain_ollama', 'langchain_openai', 'ollama', 'openai'}\n"
        "sys.exit(', '.join(clients & set(sys.modules)) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(sample_root)], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_log_lines_do_not_reach_the_screen() -> None:
    code = "import agent, logging; logging.getLogger('exhibit.model').warning('A prompt counted as 1 token was 9.')"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stderr == ""
