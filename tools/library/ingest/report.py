"""What one run of `index` did, file by file, and added up by folder and format."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class FileReport:
    """A file that was read. `seconds` is the time its worker took."""

    path: Path
    passages: int = 0
    figures: int = 0
    tables: int = 0
    seconds: float = 0.0


@dataclass
class Totals:
    """One line of a sum."""

    added: int = 0
    unchanged: int = 0
    failed: int = 0
    passages: int = 0
    figures: int = 0
    tables: int = 0
    seconds: float = 0.0


@dataclass
class Report:
    """`read` are the files that were added; `unchanged` were not read, for the library has them already, perhaps under
    another name; `failed` are those that could not be read, and why; `removed` are paths that are gone."""

    read: list[FileReport] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    failed: list[tuple[Path, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    notes: list[tuple[Path, str]] = field(default_factory=list)
    embedded: int = 0
    """Sources whose points were made again without reading them."""
    redacted: Counter[str] = field(default_factory=Counter)
    """Personal data that was left out, by kind: different values a page."""
    no_longer_redacted: bool = False
    """This run was the first that was asked to leave personal data in, in a library that had left it out."""
    seconds: float = 0.0

    @property
    def added(self) -> list[Path]:
        return [file.path for file in self.read]

    @property
    def passages(self) -> int:
        return sum(file.passages for file in self.read)

    @property
    def figures(self) -> int:
        return sum(file.figures for file in self.read)

    @property
    def tables(self) -> int:
        return sum(file.tables for file in self.read)

    @property
    def empty(self) -> bool:
        return not (self.read or self.unchanged or self.failed or self.removed or self.embedded)

    def by_format(self) -> dict[str, Totals]:
        """ ".pdf" and the like; what has no suffix is "none"."""
        return self._sums(lambda path: path.suffix.lower() or "none")

    def by_folder(self) -> dict[str, Totals]:
        return self._sums(lambda path: str(path.parent))

    def _sums(self, group: Callable[[Path], str]) -> dict[str, Totals]:
        rows: dict[str, Totals] = {}
        for file in self.read:
            row = rows.setdefault(group(file.path), Totals())
            row.added += 1
            row.passages += file.passages
            row.figures += file.figures
            row.tables += file.tables
            row.seconds += file.seconds
        for path in self.unchanged:
            rows.setdefault(group(path), Totals()).unchanged += 1
        for path, _ in self.failed:
            rows.setdefault(group(path), Totals()).failed += 1
        return dict(sorted(rows.items()))

    def reasons(self) -> dict[str, list[Path]]:
        """Why files were not read → which; the name of the file is taken out, so that a reason stands once."""
        found: dict[str, list[Path]] = {}
        for path, error in self.failed:
            found.setdefault(error.replace(str(path), "It").replace(path.name, "It"), []).append(path)
        return found


def count(path: Path, kinds: Sequence[str], seconds: float) -> FileReport:
    return FileReport(path, kinds.count("passage"), kinds.count("figure"), kinds.count("table"), seconds)
