"""CSV and TSV: one table, its first full row the header, lines above it as text."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tools.errors import UnreadableFile
from tools.library.parse.encoding import decode
from tools.library.parse.parts import Parsed
from tools.library.parse.plain import paragraphs_html
from tools.library.parse.rendition import render, table_html, width_for

MAX_ROWS = 5000
DELIMITERS = ",;\t|"
SAMPLED = 200
"""Lines from which the delimiter is told."""
SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?[ \t]*\r?\n", re.I)
"""What Excel writes and takes for the delimiter."""


def parse_csv(path: Path) -> Parsed:
    """Read .csv or .tsv. Raises UnreadableFile."""
    text, tabs = decode(path.read_bytes()), path.suffix.lower() == ".tsv"
    try:
        before, rows = _parted(text.replace("\x00", ""), "\t" if tabs else "")
    except csv.Error as error:
        raise UnreadableFile(f"{path.name} is no CSV ({error}).", "Save it as CSV anew, or as .txt.") from error
    return render_rows(rows, "text/tab-separated-values" if tabs else "text/csv", path.name, before)


def _parted(text: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    """The lines before the table, and its rows. The header is the first row as wide as most rows are."""
    if match := SEP_LINE.match(text):
        delimiter, text = match[1], text[match.end() :]
    rows = _rows(text, delimiter or max(DELIMITERS, key=lambda char: _regular(text, char)))
    if not rows:
        return [], []
    usual = Counter(len(row) for row in rows).most_common(1)[0][0]
    start = next(number for number, row in enumerate(rows) if len(row) >= usual)
    return [" ".join(filter(None, map(str.strip, row))) for row in rows[:start]], rows[start:]


def _rows(text: str, delimiter: str) -> list[list[str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [row for row in rows if any(cell.strip() for cell in row)]


def _regular(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first rows have the usual number of cells, if more than one; and that number."""
    try:
        counts = Counter(len(row) for row in _rows("".join(text.splitlines(keepends=True)[:SAMPLED]), delimiter))
    except csv.Error:
        return 0, 0
    return max(((count, cells) for cells, count in counts.items() if cells > 1), default=(0, 0))


def render_rows(rows: Sequence[Sequence[str]], media_type: str, title: str, before: Sequence[str] = ()) -> Parsed:
    """A header and up to MAX_ROWS rows as a table; as paragraphs where they have but one column. `before` stands above
    the table."""
    count = len(rows) - 1
    notes = [f"only the first {MAX_ROWS} of {count} rows were read"] if count > MAX_ROWS else []
    rows = rows[: MAX_ROWS + 1]
    columns = max((len(row) for row in rows), default=0)
    body = table_html(rows) if columns > 1 else paragraphs_html("\n\n".join(row[0] for row in rows if row))
    body = paragraphs_html("\n\n".join(before)) + body
    return render(body, media_type, title, notes=notes, width=width_for(columns))
