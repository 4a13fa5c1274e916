"""Rows of a JSONL file, or an error that names the line."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from evals.cases import SuiteError

Made = TypeVar("Made")


def rows(path: Path, make: Callable[[dict[str, Any]], Made]) -> Iterator[Made]:
    """What `make` makes of each row. Raises SuiteError where a line is no JSON, or lacks a field."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield make(json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            what = f"has no {error}" if isinstance(error, KeyError) else f"cannot be read ({error})"
            raise SuiteError(f"{path.name}, line {number} {what}.", "Mend that line.") from error
