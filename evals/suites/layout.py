"""What a reader makes of a folder, and the rows of a JSONL file that most of them read."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from evals.cases import Case, SuiteError

Made = TypeVar("Made")


@dataclass(frozen=True)
class Parts:
    """`folder` is what pictures of cases are relative to, `root` what their gold sources are.

    `files` are documents and folders of them, to be indexed; none where the suite is asked of a library that is there
    already. `beside` are pictures the documents link to: they are copied with them and not indexed by themselves.
    """

    folder: Path
    root: Path
    files: tuple[Path, ...]
    cases: tuple[Case, ...]
    beside: tuple[Path, ...] = ()

    def documents(self) -> Iterator[Path]:
        """Every file to be indexed."""
        for path in self.files:
            yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)


@dataclass(frozen=True)
class Layout:
    """`marks` are the files and folders that tell a folder of this layout, the first a JSONL file whose rows have
    `fields`; `read(folder, work)` reads it."""

    name: str
    what: str
    marks: tuple[str, ...]
    fields: tuple[str, ...]
    read: Callable[[Path, Path], Parts]

    def fits(self, folder: Path) -> bool:
        if not all((folder / mark).exists() for mark in self.marks):
            return False
        with (folder / self.marks[0]).open(encoding="utf-8") as file:
            first = file.readline()
        return all(f'"{field}"' in first for field in self.fields)


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
