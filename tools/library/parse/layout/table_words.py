"""Tables as runs of words whose separators make Markdown, and tables that run over pages."""

from collections.abc import Sequence
from dataclasses import replace

from tools.library.evidence import Word
from tools.library.parse.parts import TablePart

CellWords = tuple[Word, ...]
RowWords = Sequence[CellWords]
SAME_EDGE = 4.0  # points by which the edges of a table on the next page may differ


def with_separators(rows: Sequence[RowWords]) -> tuple[Word, ...]:
    """An empty first word carries the opening border; what follows a word is carried by its `sep`. A cell's own "|" is
    escaped."""
    first = next(word for row in rows for cell in row for word in cell)
    x0, y0, _, y1 = first.box
    out = [Word("", first.page, (x0, y0, x0, y1), "")]

    def add(separator: str) -> None:
        out[-1] = out[-1]._replace(sep=out[-1].sep + separator)

    for number, row in enumerate(rows):
        add("|")
        for cell in row:
            add(" ")
            out += [word._replace(text=word.text.replace("|", "\\|"), sep=" ") for word in cell]
            add("|")
        add(f"\n{_rule(len(row))}\n" if number == 0 else "\n")
    return tuple(out)


def _rule(columns: int) -> str:
    return "|" + "---|" * columns


def continued(tables: Sequence[TablePart]) -> list[TablePart]:
    """Tables, those that go on from the page before with its header row and caption put in front.

    Each part can then be read, found and cited alone; the words of the header keep their own page.
    """
    out: list[TablePart] = []
    for table in tables:
        last = out[-1] if out else None
        if last and _goes_on(last, table):
            header, own = _header(last.words), table.words
            if [word.text for word in header] != [word.text for word in _header(own)]:
                body = [word._replace(sep=word.sep.replace("\n" + _rule(_columns(own)), "", 1)) for word in own[1:]]
                own = (*header, own[0]._replace(sep=""), *body)  # the header opens the first row
            table = replace(table, words=own, caption=table.caption or last.caption)
        out.append(table)
    return out


def _goes_on(last: TablePart, table: TablePart) -> bool:
    """Whether a table without caption starts on the next page between the same edges with as many columns."""
    a, b = last.region.boxes[0], table.region.boxes[0]
    return (
        table.region.page == last.region.page + 1
        and not table.caption
        and b[1] < a[3]
        and abs(a[0] - b[0]) < SAME_EDGE
        and abs(a[2] - b[2]) < SAME_EDGE
        and _columns(last.words) == _columns(table.words)
    )


def _header(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words up to the rule below the first row."""
    end = next(number for number, word in enumerate(words) if "|---|" in word.sep)
    return tuple(words[: end + 1])


def _columns(words: Sequence[Word]) -> int:
    return _header(words)[-1].sep.count("---")
