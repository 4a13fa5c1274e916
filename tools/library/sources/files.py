"""Which files there are under the paths a person named, and which of those that were held are there no more."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.library.ingest import reading
from tools.library.ingest.report import Report
from tools.library.parse import PARSER_VERSION
from tools.library.sources import archive as archives
from tools.library.sources import paired_files
from tools.library.sources.address import is_url
from tools.library.store.catalog import FileRow

INSIDE = "!/"
"""Between the path of an archive and the name of what lies in it."""


@dataclass(frozen=True)
class Found:
    """A file as a look at it tells. `uri` is how it is cited, `path` where its bytes lie now. `archive` is the one that
    it was taken out of: there its bytes will not stay."""

    uri: str
    path: Path
    size: int
    mtime_ns: int
    recipe: str
    caption: str = ""
    archive: "Archive | None" = None

    @property
    def is_url(self) -> bool:
        return is_url(self.uri)

    @property
    def is_archive(self) -> bool:
        return self.archive is None and not self.is_url and archives.is_archive(self.path)


class Archive:
    """A ZIP laid out in a folder of its own until each of its members is dealt with."""

    def __init__(self, file: Found) -> None:
        """Raises UnreadableFile, OSError."""
        self.file = file
        self._folder = TemporaryDirectory(prefix="exhibit-")
        try:
            unpacked = archives.unpack(file.path, Path(self._folder.name))
        except BaseException:
            self._folder.cleanup()
            raise
        self.members = [self._member(member.name, member.path) for member in unpacked.members]
        self.refused = unpacked.refused
        self._left = len(self.members)
        if not self.members:
            self._folder.cleanup()

    def _member(self, name: str, path: Path) -> Found:
        caption = paired_files.caption_of(path)
        recipe = reading.recipe(path, caption)
        return Found(inside(self.file.uri, name), path, path.stat().st_size, self.file.mtime_ns, recipe, caption, self)

    def dealt_with(self) -> bool:
        """One member more; whether it was the last. The folder leaves then."""
        self._left -= 1
        if self._left == 0:
            self._folder.cleanup()
        return self._left == 0


def inside(archive: str, name: str) -> str:
    """How a member of an archive is cited."""
    return f"{archive}{INSIDE}{name}"


def under(paths: Sequence[Path | str], report: Report) -> list[Found]:
    """Every file under the paths, in a fixed order, each once; URLs (as text) stand for what is there. What cannot be
    looked at goes into the report."""
    files: dict[str, Found] = {}
    for path in paths:
        if is_url(str(path)):
            files[str(path)] = Found(str(path), Path(), 0, 0, f"{PARSER_VERSION}:web:")
            continue
        for file in _files(Path(path).resolve(), report):
            if str(file) not in files:
                try:
                    files[str(file)] = _look(file)
                except OSError as error:
                    report.failed.append((file, told(error, file)))
    return list(files.values())


def told(error: Exception, path: Path | str) -> str:
    """A sentence about what the system says of a path."""
    if isinstance(error, PermissionError):
        return f"{path} may not be read by you. Allow it (chmod u+r), then index again."
    if isinstance(error, FileNotFoundError):
        return f"There is no {path} (any more). Check the path, then index again."
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{path} cannot be read: {reason}. Check the disk, then index again."


def missing(
    rows: Iterable[FileRow], paths: Sequence[Path | str], files: Sequence[Found], members: set[str], report: Report
) -> list[str]:
    """Paths of the catalogue that lay under `paths` and are gone, or in an archive that was opened and has `members`
    only. What lies in a folder that could not be looked into, or that is empty as a disk is that is not mounted, is not
    taken for gone."""
    here = {file.uri for file in files} | members
    rows = [row for row in rows if row.path not in here]
    local = [Path(path) for path in paths if not is_url(str(path))]
    folders = [str(path.resolve()) for path in local if path.is_dir()]
    unseen = {str(path) for path, _ in report.failed}
    gone = []
    for folder in folders:
        held = [row.path for row in rows if _within(row.path, folder)]
        if held and not any(os.scandir(folder)):
            report.failed.append((Path(folder), _empty(folder, len(held))))
            continue
        gone += held
    opened = tuple(file.uri + INSIDE for file in files if file.is_archive)
    gone += [row.path for row in rows if row.path.startswith(opened)]
    if unseen:
        gone = [path for path in gone if not any(path == name or _within(path, name) for name in unseen)]
    return list(dict.fromkeys(gone))


def _empty(folder: str, held: int) -> str:
    return (
        f"{folder} is empty, but {held} files of it are held: they are kept. Is its disk mounted? If they are really "
        f"gone, type: exhibit library remove '{folder}'"
    )


def _within(path: str, folder: str) -> bool:
    return path.startswith((folder.rstrip(os.sep) + os.sep, folder + INSIDE))


def _files(path: Path, report: Report) -> Iterator[Path]:
    """Hidden files are left out unless they were named. Links to files are followed, links to folders are not: they may
    lead round in a circle."""
    if not path.is_dir():
        yield path
        return

    def unreadable(error: OSError) -> None:
        report.failed.append((Path(error.filename), _shut(error)))

    for folder, folders, names in os.walk(path, onerror=unreadable):  # Path.walk came with Python 3.12
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def _shut(error: OSError) -> str:
    return (
        f"The folder {error.filename} cannot be looked into ({error.strerror}): what is held of it stays. "
        "Allow it (chmod u+rx), then index again."
    )


def _look(file: Path) -> Found:
    stat = file.stat()
    caption = paired_files.caption_of(file)
    return Found(str(file), file, stat.st_size, stat.st_mtime_ns, reading.recipe(file, caption), caption)
