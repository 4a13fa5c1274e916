"""What a text is laid out as: list items, `Label: value` lines, table rows and paragraphs; and the units they hold.

A line end inside a sentence bounds nothing; one before "(a)", "3.1" or "Voltage: 230 V" does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tools.language import markdown
from tools.language.numbers import read_row
from tools.language.sentences import CLOSING, STOP

WRAPPED = 45
"""Characters. A shorter line was not ended by the margin, unless the next one begins with a small letter."""
MARKER = (
    r"[ \t]*(?:[-•*–▪◦]|\[[ xX]?\]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})\)|\d{1,2}\.(?!\d)|[A-Z]\.(?=\s[A-Z])|"
    r"\d{1,2}(?:\.\d{1,2}){1,3}\.?|§\s?\d+\w?)\s+(?=\S)"
)
"""A regular expression for what begins a list item or a numbered clause: "- ", "(a) ", "3.1 ", "A. ", "[ ] "."""
_MARKER = re.compile(MARKER)
_LABEL = re.compile(r"[ \t]*[^\W\d_][^.:;|!?\n]{0,48}:\s+\S")
_SENTENCE_END = re.compile(rf"{STOP}{CLOSING}\s+(?=\S)")

BlockKind = Literal["row", "item", "label", "paragraph"]


@dataclass(frozen=True)
class Unit:
    """A table row, a list item's sentence, a `Label: value` line or a paragraph's sentence.

    `text` is as it is read: wrapped lines joined, a row's cells beside their headers. It stands at `start` to `end`
    (exclusive). `block` numbers the blocks; `head` is the index of the unit that heads the list it stands in ("Do
    not:"), or -1.
    """

    text: str
    start: int
    end: int
    kind: BlockKind
    block: int
    head: int = -1


@dataclass(frozen=True)
class _Block:
    kind: BlockKind
    start: int
    end: int


@lru_cache(maxsize=256)
def units(text: str) -> tuple[Unit, ...]:
    """In order. Together they have every word of the text but the table's header lines, which stand in the rows."""
    rows = {row.start: row for row in markdown.rows(text)}
    found: list[Unit] = []
    for number, block in enumerate(_blocks(text)):
        if block.kind == "row":
            found.append(Unit(read_row(rows[block.start]), block.start, block.end, "row", number))
            continue
        head = _head(found, block)
        found += [Unit(" ".join(text[a:b].split()), a, b, block.kind, number, head) for a, b in _sentences(text, block)]
    return tuple(found)


def _head(before: list[Unit], block: _Block) -> int:
    """The index of the unit that ends with a colon above the list; -1 for none."""
    if block.kind != "item" or not before:
        return -1
    last = before[-1]
    return len(before) - 1 if last.text.endswith(":") else last.head if last.kind == "item" else -1


def _sentences(text: str, block: _Block) -> Iterator[tuple[int, int]]:
    marker = _MARKER.match(text, block.start, block.end)
    start = block.start
    for end in _SENTENCE_END.finditer(text, marker.end() if marker else start, block.end):
        yield start, end.start() if end.start() > start else end.end()
        start = end.end()
    yield start, block.end


def _blocks(text: str) -> Iterator[_Block]:
    at = 0
    for row in markdown.rows(text):
        yield from _lines_as_blocks(text, at, row.start)
        yield _Block("row", row.start, row.start + len(text[row.start : row.end].rstrip()))
        at = row.end
    yield from _lines_as_blocks(text, at, len(text))


def _lines_as_blocks(text: str, start: int, end: int) -> Iterator[_Block]:
    """The lines from `start` to `end`, those that the margin cut joined; a table's header and rule are left out."""
    open_block: _Block | None = None
    before = ""
    at = start
    for line in text[start:end].splitlines(keepends=True):
        begin, stop = at + len(line) - len(line.lstrip()), at + len(line.rstrip())
        at += len(line)
        if not line.strip() or _is_table_head(text, line, at):
            yield from [open_block] if open_block else []
            open_block = None
        elif open_block and _goes_on(before, line):
            open_block = _Block(open_block.kind, open_block.start, stop)
        else:
            yield from [open_block] if open_block else []
            open_block = _Block(_kind(line), begin, stop)
        before = line.strip()
    if open_block:
        yield open_block


def _is_table_head(text: str, line: str, after: int) -> bool:
    """The line of names above |---|---|, or that rule itself."""
    following = text[after:].split("\n", 1)[0]
    return "|" in line and any(re.match(markdown.RULE, one.rstrip()) for one in (line, following) if "-" in one)


def _goes_on(before: str, line: str) -> bool:
    """Whether the line only goes on because the line before was full."""
    if _MARKER.match(line) or _LABEL.match(line):
        return False
    return line.lstrip()[:1].islower() or len(before) >= WRAPPED


def _kind(line: str) -> BlockKind:
    return "item" if _MARKER.match(line) else "label" if _LABEL.match(line) else "paragraph"
