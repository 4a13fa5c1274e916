"""Paired files: `part_001.txt` beside `part_001.jpg`, and the entry of `metadata.json` that names them.

Only files of one folder and of exactly the same stem belong together: `part_01.jpg` and `part_0011.txt` do not.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
LONGEST = 2000
"""Characters of a paired text that become the picture's caption; the text file itself is indexed whole."""
READ_AHEAD = 10_000
"""Characters that are read beyond them, in case it begins with blanks."""


def caption_of(picture: Path) -> str:
    """What is written about a picture beside it; "" for one that has no pair."""
    if picture.suffix.lower() not in PICTURES:
        return ""
    text = picture.with_suffix(".txt")
    parts = [_beginning(text), _entry_of(picture)]
    return "\n".join(part for part in parts if part).encode("utf-8", "replace").decode()  # JSON may hold surrogates


def _beginning(text: Path) -> str:
    if not text.is_file():
        return ""
    with text.open(encoding="utf-8", errors="replace") as file:
        return file.read(LONGEST + READ_AHEAD).strip()[:LONGEST]


def _entry_of(picture: Path) -> str:
    """The record of metadata.json that names the picture's file or stem, as 'key: value' pairs."""
    for record in _records(picture.parent / "metadata.json"):
        if picture.name in record.values() or picture.stem in record.values():
            return "; ".join(f"{key}: {value}" for key, value in record.items() if _says_something(value))
    return ""


def _says_something(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _records(path: Path) -> list[dict[str, Any]]:
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else []


@lru_cache(maxsize=8)
def _read(path: Path, mtime_ns: int) -> list[dict[str, Any]]:
    """`mtime_ns` is part of the key, so that a changed file is read again. Broken JSON pairs with nothing: the
    report names it when that file itself is read."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        return []
    if isinstance(content, dict):
        content = [{"id": key, **value} for key, value in content.items() if isinstance(value, dict)] or [content]
    return [record for record in content if isinstance(record, dict)] if isinstance(content, list) else []
