"""What is printed: controls of others never, our own colours and links where there is a terminal, and no hard wraps."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.interfaces.cli import console
from agent.interfaces.cli.terminal import Terminal
from tools.language.controls import CONTROLS

LONG = "word " * 100


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8")), st.booleans())
def test_no_text_becomes_a_command(text: str, in_a_table: bool) -> None:
    terminal = Terminal()
    table = console.open_table(console.escape(text))
    console.add_texts(table, console.escape(text))
    table.add_row(console.escape(text))
    with terminal.capture() as captured:
        terminal.print(table if in_a_table else console.escape(text))
    assert not CONTROLS.search(captured.get())


def test_a_terminal_gets_our_colours_and_links_and_nothing_else(screen: None, capsys: pytest.CaptureFixture) -> None:
    terminal = Terminal()
    terminal.print("[green]ok[/] \x1b[31mred\x9b0m", "[link=file:///a.pdf]a.pdf[/link]", highlight=False)
    out = capsys.readouterr().out
    assert "\x1b[32mok\x1b[0m [31mred0m" in out
    assert re.search("\x1b]8;id=\\d+;file:///a.pdf\x1b\\\\a.pdf\x1b]8;;\x1b\\\\", out)


@pytest.mark.parametrize(("term", "clicks"), [("xterm-256color", True), ("linux", False), ("dumb", False)])
def test_links_are_for_terminals_that_have_them(
    screen: None, monkeypatch: pytest.MonkeyPatch, term: str, clicks: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    assert Terminal().links == clicks


def test_what_is_piped_is_not_wrapped(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert not Terminal().links
    console.echo(LONG.strip())
    table = console.open_table()
    console.add_texts(table, "text", ratio=1)
    table.add_row(LONG)
    console.open_console().print(table)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == LONG.strip() and any(LONG.strip() in line for line in lines[1:])


def test_a_screen_is_kept_to(screen: None, capsys: pytest.CaptureFixture) -> None:
    console.echo(LONG)
    assert all(len(line) <= 60 for line in capsys.readouterr().out.splitlines())


@settings(deadline=None)
@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_has_no_controls_and_reads_back_as_the_same(content: object) -> None:
    text = console._escaped(json.dumps(content, ensure_ascii=False))
    assert not CONTROLS.search(text) and json.loads(text) == content
