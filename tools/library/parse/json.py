"""JSON and JSON Lines: objects are rows of a table, one object is keys and values, another list is one of lines."""

import json
from pathlib import Path
from typing import Any

from tools.errors import UnreadableFile
from tools.library.parse.csv import render_rows
from tools.library.parse.encoding import decode
from tools.library.parse.parts import Parsed


def parse_json(path: Path) -> Parsed:
    """Read .json. Raises UnreadableFile."""
    try:
        data = json.loads(decode(path.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{path.name} is no JSON ({error}).", "Mend it, or save it as .txt.") from error
    return render_rows(_rows(data), "application/json", path.name)


def parse_jsonl(path: Path) -> Parsed:
    """Read .jsonl: an object a line. Raises UnreadableFile."""
    rows = []
    for number, line in enumerate(decode(path.read_bytes()).split("\n"), 1):  # JSON may hold other line ends
        try:
            rows += [json.loads(line)] if line.strip() else []
        except (ValueError, RecursionError) as error:
            message = f"{path.name} is no JSON Lines (line {number}: {error})."
            raise UnreadableFile(message, "Mend it, or save it as .txt.") from error
    return render_rows(_rows(rows), "application/jsonl", path.name)


def _rows(data: Any) -> list[list[str]]:
    if isinstance(data, dict):
        return [["key", "value"], *([str(key), _cell(value)] for key, value in data.items())]
    items = data if isinstance(data, list) else [data]
    keys = list(dict.fromkeys(key for item in items if isinstance(item, dict) for key in item))
    if not any(isinstance(item, dict) for item in items):
        return [[_cell(item)] for item in items]
    return [keys, *([_cell(item.get(key)) if isinstance(item, dict) else "" for key in keys] for item in items)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
