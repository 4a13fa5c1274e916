"""Text that would command a terminal: in titles, texts, file names and cells of documents."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from evals.attacks.outcome import Outcome
from evals.attacks.processes import Ended, exhibit

SECONDS = 120.0
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""C0 and C1 but tab and line feed; and what turns the direction of writing."""
CLIPBOARD = "\x1b]52;c;aGk=\x07"
INJECTED = {
    "an OSC that sets the clipboard": CLIPBOARD,
    "an OSC of C1": "\x9d52;c;aGk=\x9c",
    "a CSI that clears the screen": "\x1b[2J\x1b[H",
    "a title": "\x1b]0;root\x07",
    "a carriage return": "safe\rharm",
    "backspaces": "safe\x08\x08\x08\x08harm",
    "text from right to left": "\u202egnp.exe",
    "isolates": "\u2066x\u2069\u2067y",
    "a null": "a\x00b",
    "a device query": "\x1b[c\x1bP$q\x1b\\",
    "rich's own markup": "[bold red]x[/] [link=file:///etc/passwd]x[/link]",
}
OURS = re.compile("\x1b\\[[0-9;]*m|\x1b\\]8;[^\x1b\x07\x9c]*\x1b\\\\|\x1b\\[\\?25[lh]|\r\x1b\\[2K|\x1b\\[1A|\x1b\\[2K")
"""Colours, links and a bar's own moves, which a command may write to a terminal."""
COMMANDS = (
    ("index",),
    ("ask", "What is the Zyxw?"),
    ("ask", "What is the Zyxw?", "--json"),
    ("search", "Zyxw"),
    ("search", "Zyxw", "--json"),
    ("library", "list"),
    ("library", "doctor"),
)
COLOURED = ("ask", "search", "library list")
"""Tried once more as on a terminal."""


def terminal(work: Path) -> Iterator[Outcome]:
    """In titles, texts, file names and cells; what every command prints is looked at."""
    for name, text in INJECTED.items():
        folder = work / uuid4().hex[:8]
        folder.mkdir()
        _poisoned(folder, text)
        library = work / f"{folder.name}.library"
        for words in COMMANDS:
            given = (*words, str(folder)) if words == ("index",) else words
            yield _printed(name, exhibit(library, *given).wait(SECONDS), words)
            if " ".join(words).startswith(COLOURED) and "--json" not in words:
                ended = exhibit(library, *words, FORCE_COLOR="1", TERM="xterm-256color").wait(SECONDS)
                yield _printed(name, ended, (*words, "in colour"))


def _printed(name: str, ended: Ended, words: tuple[str, ...]) -> Outcome:
    found = CONTROLS.findall(OURS.sub("", ended.output) if words[-1] == "in colour" else ended.output)
    problem = ended.problem(0, 1, 3) or (f"printed: {sorted(set(found))!r}" if found else "")
    return Outcome(f"{name}: {' '.join(words)}", problem, ended.seconds, ended.megabytes)


def _poisoned(folder: Path, text: str) -> None:
    entity = "".join(f"&#{ord(char)};" for char in text)
    body = f"<h1>{text}</h1><p>The Zyxw {text} is a pump.</p>"
    (folder / "page.html").write_text(f"<html><head><title>{entity}</title></head><body>{body}</body></html>")
    table = f"| Zyxw | {text} |\n|---|---|\n| 1 | 2 |\n"
    (folder / "notes.md").write_text(f"# {text}\n\nThe Zyxw {text} is a valve.\n\n{table}")
    name = text.replace("/", "_").replace("\x00", "")
    (folder / os.fsdecode(f"Zyxw {name}.txt".encode("utf-8", "surrogatepass"))).write_text("The Zyxw is a motor.")
    (folder / "table.csv").write_text(f"Zyxw,{text}\nZyxw,{text}\n")
