"""CSV and TSV: one table, its first row the header."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from tools.errors import UnreadableFile
from tools.library.parse.parts import Parsed
from tools.library.parse.plain import decode, paragraphs_html
from tools.library.parse.rendition import render, table_html, width_for

MAX_ROWS = 5000


def parse_csv(path: Path) -> Parsed:
    """Read .csv or .tsv. Raises UnreadableFile."""
    text, tabs = decode(path.read_bytes()), path.suffix.lower() == ".tsv"
    try:
        delimiter = "\t" if tabs else _delimiter(text)
        rows = list(csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFile(f"{path.name} is no CSV ({error}).", "Save it as CSV anew, or as .txt.") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    return render_rows(rows, "text/tab-separated-values" if tabs else "text/csv", path.name)


def _delimiter(text: str) -> str:
    """The one of , ; tab | that stands most often in the first line."""
    first = text.lstrip().split("\n", 1)[0]
    return max(",;\t|", key=first.count)


def render_rows(rows: Sequence[Sequence[str]], media_type: str, title: str) -> Parsed:
    """A header and up to MAX_ROWS rows as a table; as paragraphs where they have but one column."""
    count = len(rows) - 1
    notes = [f"only the first {MAX_ROWS} of {count} rows were read"] if count > MAX_ROWS else []
    rows = rows[: MAX_ROWS + 1]
    columns = max((len(row) for row in rows), default=0)
    body = table_html(rows) if columns > 1 else paragraphs_html("\n\n".join(row[0] for row in rows if row))
    return render(body, media_type, title, notes=notes, width=width_for(columns))
