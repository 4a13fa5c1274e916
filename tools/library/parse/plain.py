"""Plain text, CSV and JSON, set as PDF and read from there."""

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.errors import UnreadableFile
from tools.library.parse.markup import escaped, render
from tools.library.parse.parts import Parsed
from tools.library.parse.rendition import HEIGHT, WIDTH, decode

MAX_ROWS = 5000
MEDIA_TYPES = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".json": "application/json"}


def parse_plain(path: Path) -> Parsed:
    """Read .txt (and anything else that is text), .csv, .tsv or .json. Raises UnreadableFile."""
    text = decode(path.read_bytes())
    suffix = path.suffix.lower()
    media_type = MEDIA_TYPES.get(suffix, "text/plain")
    if suffix == ".json":
        rows = _json_rows(text, path.name)
    elif suffix in (".csv", ".tsv"):
        rows = _csv_rows(text, path)
    else:
        return render(_paragraphs(text), media_type, path.name)
    notes = (f"only the first {MAX_ROWS} of {len(rows) - 1} rows were read",) if len(rows) - 1 > MAX_ROWS else ()
    rows = rows[: MAX_ROWS + 1]
    columns = max((len(row) for row in rows), default=0)
    width = width_for(columns)
    body = table_html(rows) if columns > 1 else _paragraphs("\n\n".join(row[0] for row in rows if row))
    return render(body, media_type, path.name, notes=notes, width=width)


def _paragraphs(text: str) -> str:
    """Blank lines part paragraphs; line ends within one are kept."""
    parts = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(f"<p>{escaped(part.strip()).replace(chr(10), '<br/>')}</p>" for part in parts if part.strip())


def width_for(columns: int) -> float:
    """The width of a page on which a table of so many columns can be read, in points."""
    return min(max(WIDTH, 90.0 * columns + 100), 10 * HEIGHT)


def table_html(rows: Sequence[Sequence[str]], *, ready: bool = False) -> str:
    """Rows as a table, the first as its header; short ones are filled up. `ready`: the cells are HTML already."""
    columns = max(len(row) for row in rows)
    head, *body = ([cell if ready else escaped(cell) for cell in [*row, *[""] * (columns - len(row))]] for row in rows)
    lines = ["".join(f"<th>{cell}</th>" for cell in head)]
    lines += ["".join(f"<td>{cell}</td>" for cell in row) for row in body]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _csv_rows(text: str, path: Path) -> list[list[str]]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(text)
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFile(f"{path.name} is no CSV ({error}).", "Save it as CSV anew, or as .txt.") from error
    return [row for row in rows if any(cell.strip() for cell in row)]


def _delimiter(text: str) -> str:
    """The one of , ; tab | that stands most often in the first line."""
    first = text.lstrip().split("\n", 1)[0]
    return max(",;\t|", key=first.count)


def _json_rows(text: str, name: str) -> list[list[str]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{name} is no JSON ({error}).", "Mend it, or save it as .txt.") from error
    if isinstance(data, list) and any(isinstance(item, dict) for item in data):
        keys = list(dict.fromkeys(key for item in data if isinstance(item, dict) for key in item))
        return [
            keys,
            *([_cell(item.get(key)) if isinstance(item, dict) else "" for key in keys] for item in data),
        ]
    if isinstance(data, dict):
        return [["key", "value"], *([str(key), _cell(value)] for key, value in data.items())]
    return [[_cell(item)] for item in (data if isinstance(data, list) else [data])]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
