"""What a layout's reader makes of a folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.cases import Case


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
