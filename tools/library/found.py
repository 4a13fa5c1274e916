"""Which files there are under the paths a person named, and which of those that were held are there no more."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.library import pair, reading
from tools.library.catalog import FileRow
from tools.library.report import Report


@dataclass(frozen=True)
class Found:
    """A file as a look at it tells. `uri` is how it is cited, `path` where its bytes lie now; `keep` says that they
    will not stay there."""

    uri: str
    path: Path
    size: int
    mtime_ns: int
    recipe: str
    caption: str = ""
    keep: bool = False


def under(paths: Sequence[Path], report: Report) -> list[Found]:
    """Every file under the paths, in a fixed order, each once. What cannot be looked at goes into the report."""
    files: dict[str, Found] = {}
    for path in paths:
        for file in _files(path.resolve(), report):
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


def missing(rows: Sequence[FileRow], paths: Sequence[Path], files: Sequence[Found], report: Report) -> list[str]:
    """Paths of the catalogue that lay under `paths` and are gone. What lies in a folder that could not be looked into,
    or that is empty as a disk is that is not mounted, is not taken for gone."""
    here = {file.uri for file in files}
    folders = [str(path.resolve()) for path in paths if path.is_dir()]
    unseen = {str(path) for path, _ in report.failed}
    gone = []
    for folder in folders:
        held = [row.path for row in rows if _within(row.path, folder) and row.path not in here]
        if held and not any(os.scandir(folder)):
            report.failed.append((Path(folder), _empty(folder, len(held))))
            continue
        gone += [path for path in held if not any(path == name or _within(path, name) for name in unseen)]
    return list(dict.fromkeys(gone))


def _empty(folder: str, held: int) -> str:
    return (
        f"{folder} is empty, but {held} files of it are held: they are kept. Is its disk mounted? If they are really "
        f"gone, type: exhibit library remove '{folder}'"
    )


def _within(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


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
    caption = pair.caption_of(file)
    return Found(str(file), file, stat.st_size, stat.st_mtime_ns, reading.recipe(file, caption), caption)
