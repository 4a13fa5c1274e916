"""The hits of the last search, so that `exhibit show --hit 3` shows the third: last_search.json in the library."""

import json
from collections.abc import Sequence
from pathlib import Path

from tools.errors import NotInLibrary
from tools.library.store import disk

FILE = "last_search.json"


def save(root: Path, items: Sequence[str]) -> None:
    """Item ids, best first. Two searches at once leave one whole list."""
    disk.replace(root / FILE, json.dumps({"items": list(items)}).encode())


def item(root: Path, number: int) -> str:
    """The id of hit `number`, from 1. Raises NotInLibrary."""
    try:
        items = json.loads((root / FILE).read_text("utf-8"))["items"]
    except (OSError, ValueError, LookupError, TypeError):  # none yet, or not written by `save`
        items = []
    if not 1 <= number <= len(items):
        raise NotInLibrary(f"The last search has no hit {number}.", 'Type: exhibit search "what you look for"')
    return str(items[number - 1])
