"""The text around a quote that decides what the quote means: its clause, its table row, the head of its list.

A quote may start after the "Do not" that governs it. So numbers, bounds and negations are read from the scope.
"""

import re
from collections.abc import Sequence

from agent.validator import tables
from agent.validator.spans import Span
from tools.library.evidence import Item

# The end of a sentence (not of an abbreviation), a semicolon, an empty line, the start of a list item.
_END = (
    r"(?<!\b[Nn]o)(?<!\bFig)(?<!\bmax)(?<!\bmin)(?<!approx)(?<!\bca)(?<!\be\.g)(?<!\bi\.e)(?<!\b[A-Z])[.!?]['\")\]]*(?=\s|$)"
    r"|;(?=\s)|\n\s*\n|\n(?=[ \t]*(?:[-•*–]|\d{1,2}[.)])\s)"
)
_SENTENCE_END = re.compile(_END)
_LINE_END = re.compile(rf"{_END}|\n")
_BULLET = re.compile(r"[ \t]*(?:[-•*–]|\d{1,2}[.)])\s")


def scope(item: Item, spans: Sequence[Span]) -> str:
    """The table rows that the spans touch, each cell beside its header, and the clauses of spans outside of rows.

    In figures and API replies a line is a clause of its own.
    """
    rows = tables.rows(item.text, spans)
    end = _LINE_END if item.kind in ("figure", "record") else _SENTENCE_END
    free = [span for span in spans if not any(row.start <= span.start < row.end for row in rows)]
    return "\n".join([*(row.text for row in rows), *(_clauses(item.text, span, end) for span in free)])


def labels(item: Item) -> list[str]:
    """The headings and captions that say what the item is about."""
    if item.kind == "record":
        return [item.url]
    caption = "" if item.kind == "passage" else item.caption
    return [label for label in (item.heading, caption) if label]


def _clauses(text: str, span: Span, end: re.Pattern[str]) -> str:
    """The clauses that the span touches, whole, with the line that heads their list."""
    ends = [match.end() for match in end.finditer(text)]
    start = max((at for at in ends if at <= span.start), default=0)
    stop = min((at for at in ends if at >= span.end), default=len(text))
    return _list_head(text, start) + text[start:stop].strip()


def _list_head(text: str, start: int) -> str:
    """ "Do not:" above the list item that starts at `start`; "" where it is none."""
    if not _BULLET.match(text, start):
        return ""
    for line in reversed(text[:start].splitlines()):
        if line.strip() and not _BULLET.match(line):
            return f"{line.strip()} " if line.rstrip().endswith(":") else ""
    return ""
