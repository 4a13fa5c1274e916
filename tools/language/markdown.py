"""Tables in Markdown: cells, rows read with their header ("| M10 | 48 |" under "| Size | Torque (N·m) |"), writing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

RULE = r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$"
"""A regular expression for the line |---|---| between header and rows."""


@dataclass(frozen=True)
class MarkdownRow:
    """A body row: `cells` beside the names in `header`; `start` and `end` are its characters, line end included."""

    header: tuple[str, ...]
    cells: tuple[str, ...]
    start: int
    end: int


def rows(text: str) -> list[MarkdownRow]:
    """The body rows of every table in the text, in order."""
    found: list[MarkdownRow] = []
    header: tuple[str, ...] = ()
    at, before = 0, ""
    for line in text.splitlines(keepends=True):
        if "|" in line and "|" in before and re.match(RULE, line.rstrip()):
            header = cells(before)
        elif header and "|" in line:
            found.append(MarkdownRow(header, cells(line), at, at + len(line)))
        else:
            header = ()
        at, before = at + len(line), line
    return found


def cells(line: str) -> tuple[str, ...]:
    """The cells of one line, blanks evened out."""
    line = re.sub(r"<br\s*/?>", " ", line.strip().removeprefix("|").removesuffix("|"))
    return tuple(" ".join(cell.replace("\\|", "|").split()) for cell in re.split(r"(?<!\\)\|", line))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Written out; a cell's own "|" becomes "¦"."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '¦') for cell in line)} |" for line in lines)
