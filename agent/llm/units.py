"""What can be said of a piece of evidence: its sentences, rows, captions, lines, a row's asked cell, a list whole."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from agent.answer import Citation, Claim
from agent.llm.protocol import Shown
from tools.language import markdown
from tools.language.blocks import TextUnit, units
from tools.language.numbers import read_row
from tools.library.encode.answers import PassageText

SHORT_ROW = 3
"""Filled cells up to which a row is said whole."""
LONGEST_LIST = 1500
"""Characters of a list that is said whole."""
BETWEEN = " · "


def passage(shown: Shown) -> PassageText:
    """As the reader reads it."""
    return PassageText(shown.title, shown.heading, shown.text)


def is_heading(unit: TextUnit, evidence: Sequence[Shown]) -> bool:
    """Whether it only says under what something stands."""
    return any(unit.text in one.heading.split(" > ") for one in evidence)


def claim(shown: Shown, unit: TextUnit, span: tuple[int, int] = (0, 0)) -> Claim:
    """The unit as it stands; of a row "column: cell", of a long one only what names it and the cells of the span. The
    span's words stand first, where there is one."""
    quote = shown.text[unit.start : unit.end]
    short = unit.text[slice(*span)].strip(" ,;:.|")
    if unit.kind == "row":
        return quoted(shown, _row(shown, unit, span), quote.strip("| \n"), short)
    return quoted(shown, unit.text, quote, short)


def quoted(shown: Shown, text: str, quote: str = "", short: str = "") -> Claim:
    """A claim that cites its own words, or the `quote` that they are read off."""
    return Claim(text=text, short=short, citations=(Citation(key=shown.key, quote=quote or text),))


def _row(shown: Shown, unit: TextUnit, span: tuple[int, int]) -> str:
    """ "column: cell" of the filled cells; of a long row the first, which names it, and those that the span touches."""
    row = next(row for row in markdown.rows(shown.text) if row.start == unit.start)
    said, at = [], 0
    filled = sum(any(char.isalnum() for char in cell) for cell in row.cells)
    for name, cell in zip(row.header, row.cells, strict=False):
        length = len(read_row(replace(row, header=(name,), cells=(cell,))))
        asked = at < span[1] and span[0] < at + length
        if any(char.isalnum() for char in cell) and (filled <= SHORT_ROW or span == (0, 0) or asked or not said):
            said.append(f"{name}: {cell}" if name else cell)
        at += length + len(" | ")
    return BETWEEN.join(said)


def with_list(shown: Shown, unit: TextUnit, chosen: Sequence[TextUnit]) -> Claim:
    """The whole list, where the unit heads it, or where two of the chosen are items of it; else the unit."""
    every = units(shown.text)
    group = next((group for group in _groups(every) if unit in group), ())
    asked = unit.text.endswith(":") or sum(one in group for one in chosen) > 1
    if not group or not asked or group[-1].end - group[0].start > LONGEST_LIST:
        return claim(shown, unit)
    quote = shown.text[group[0].start : group[-1].end]
    return quoted(shown, " ".join(quote.split()), quote)


def _groups(every: Sequence[TextUnit]) -> list[list[TextUnit]]:
    """Runs of items, each with the unit that heads them."""
    groups: list[list[TextUnit]] = []
    for before, unit in pairwise([None, *every]):
        if unit is None or unit.kind != "item":
            continue
        if before and before.kind == "item" and groups:
            groups[-1].append(unit)
        else:
            groups.append([*([before] if before and before.text.endswith(":") else []), unit])
    return groups
