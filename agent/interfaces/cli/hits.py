"""The hits of the last search, so that `exhibit show --hit 3` shows the third: last_search.json in the library."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from tools.errors import NotInLibrary

FILE = "last_search.json"


def save(root: Path, items: Sequence[str]) -> None:
    """Item ids, best first. The file is written beside and renamed: two searches at once leave one whole list."""
    beside = root / f"{FILE}.{os.getpid()}"
    beside.write_text(json.dumps({"items": list(items)}), "utf-8")
    beside.replace(root / FILE)


def item(root: Path, number: int) -> str:
    """The id of hit `number`, from 1. Raises NotInLibrary."""
    try:
        items = json.loads((root / FILE).read_text("utf-8"))["items"]
    except (OSError, ValueError, LookupError, TypeError):  # none yet, or not written by `save`
        items = []
    if not 1 <= number <= len(items):
        raise NotInLibrary(f"The last search has no hit {number}.", 'Type: exhibit search "what you look for"')
    return str(items[number - 1])
