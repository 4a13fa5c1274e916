"""Which files there are under the paths a person named, and which of the indexed ones are gone."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.errors import UnreadableFile
from tools.library.parse import IMAGE_SUFFIXES, PARSER_VERSION
from tools.library.sources import archive, paired_files
from tools.library.sources.address import is_url
from tools.library.store.catalog import FileRow

INSIDE = "!/"
"""Between the path of an archive and the name of a file in it."""
Failures = list[tuple[Path, str]]
"""Paths that cannot be read, each with a sentence that says why."""
REDACTED = ":redacted-1"
"""Ends the recipe of what was read without personal data; the number grows with what is found."""
KINDS = {
    stat.S_ISFIFO: "a named pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
    stat.S_ISDIR: "a folder",
}


@dataclass(frozen=True)
class SourceFile:
    """A file before it is read. `uri` is how it is cited, `path` where its bytes are now. `archive` is the one it was
    unpacked from: its bytes will not stay there."""

    uri: str
    path: Path
    size: int
    mtime_ns: int
    recipe: str
    caption: str = ""
    archive: "UnpackedArchive | None" = None

    @property
    def is_url(self) -> bool:
        return is_url(self.uri)

    @property
    def is_archive(self) -> bool:
        return self.archive is None and not self.is_url and archive.is_archive(self.path)


class UnpackedArchive:
    """A ZIP unpacked into a temporary folder until each of its members is read."""

    def __init__(self, file: SourceFile, temporary: Path) -> None:
        """Raises UnreadableFile, OSError."""
        self.file = file
        self._folder = TemporaryDirectory(dir=temporary)
        try:
            unpacked = archive.unpack(file.path, Path(self._folder.name))
        except BaseException:
            self._folder.cleanup()
            raise
        self.members = [self._member(member.name, member.path) for member in unpacked.members]
        self.refused = unpacked.refused
        self._left = len(self.members)
        if not self.members:
            self._folder.cleanup()

    def _member(self, name: str, path: Path) -> SourceFile:
        caption = paired_files.caption_of(path)
        uri, size, mtime_ns = inside(self.file.uri, name), path.stat().st_size, self.file.mtime_ns
        return SourceFile(uri, path, size, mtime_ns, self._recipe(path, caption), caption, self)

    def _recipe(self, path: Path, caption: str) -> str:
        return recipe(path, caption, is_redacted(self.file.recipe))

    def finish_one(self) -> bool:
        """One more member is read; whether it was the last. The folder is removed then."""
        self._left -= 1
        if self._left == 0:
            self._folder.cleanup()
        return self._left == 0


def inside(archive_uri: str, name: str) -> str:
    """How a member of an archive is cited."""
    return f"{archive_uri}{INSIDE}{name}"


def recipe(path: Path, caption: str, redact: bool = False) -> str:
    """All that reading depends on besides the bytes: the parser, the suffix where it decides how to read, what is
    written beside a picture, and whether personal data is left out."""
    suffix = path.suffix.lower()
    own = "" if suffix in (".pdf", *IMAGE_SUFFIXES) else suffix
    beside = hashlib.sha256(caption.encode("utf-8", "surrogatepass")).hexdigest()[:16] if caption else ""
    return f"{PARSER_VERSION}:{own}:{beside}" + (REDACTED if redact else "")


def is_redacted(recipe: str) -> bool:
    return recipe.endswith(REDACTED)


def find(paths: Sequence[Path | str], failures: Failures, redact: bool = False) -> list[SourceFile]:
    """Every file under the paths, in a fixed order, each once; a URL (as text) stands for what is there. What cannot be
    looked at is added to `failures`."""
    files: dict[str, SourceFile] = {}
    for path in paths:
        if is_url(str(path)):
            files[str(path)] = SourceFile(
                str(path), Path(), 0, 0, f"{PARSER_VERSION}:web:" + (REDACTED if redact else "")
            )
            continue
        for file in _walk(Path(path).resolve(), failures):
            if str(file) not in files:
                try:
                    files[str(file)] = _look_at(file, redact)
                except UnreadableFile as error:
                    failures.append((Path(printable(file)), str(error)))
                except OSError as error:
                    failures.append((file, explain(error, file)))
    return list(files.values())


def _look_at(file: Path, redact: bool) -> SourceFile:
    """Raises UnreadableFile for what is no file with a name that can be kept, OSError."""
    if printable(file) != str(file):
        raise UnreadableFile(f"The name of {printable(file)} is not UTF-8.", "Rename it, then index again.")
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        kind = next((name for is_kind, name in KINDS.items() if is_kind(status.st_mode)), "something else")
        raise UnreadableFile(f"{file} is no file but {kind}.", "Move it out of the folder, or hide it (a leading dot).")
    caption = paired_files.caption_of(file)
    return SourceFile(str(file), file, status.st_size, status.st_mtime_ns, recipe(file, caption, redact), caption)


def printable(path: Path | str) -> str:
    """The path, bytes that are no UTF-8 as \\xe9: neither the catalogue nor a terminal takes them."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _walk(path: Path, failures: Failures) -> Iterator[Path]:
    """Hidden files are left out unless they were named. Links to files are followed, links to folders are not: they may
    lead round in a circle."""
    if not path.is_dir():
        yield path
        return

    def unreadable(error: OSError) -> None:
        folder = printable(error.filename)
        sentence = (
            f"The folder {folder} cannot be looked into ({error.strerror}): what was indexed from it stays. "
            "Allow it (chmod u+rx), then index again."
        )
        failures.append((Path(folder), sentence))

    for folder, folders, names in os.walk(path, onerror=unreadable):  # Path.walk came with Python 3.12
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def explain(error: Exception, path: Path | str) -> str:
    """A sentence about what the system says of a path."""
    if isinstance(error, PermissionError):
        return f"{path} may not be read by you. Allow it (chmod u+r), then index again."
    if isinstance(error, FileNotFoundError):
        return f"There is no {path} (any more). Check the path, then index again."
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{path} cannot be read: {reason}. Check the disk, then index again."


def gone(
    rows: Iterable[FileRow],
    paths: Sequence[Path | str],
    files: Sequence[SourceFile],
    members: set[str],
    failures: Failures,
) -> list[str]:
    """Paths of the catalogue that were under `paths` and are no longer there, or in an archive that was unpacked and
    has `members` only. What is in a folder that could not be looked into, or that is empty as an unmounted disk is,
    counts as still there."""
    here = {file.uri for file in files} | members
    rows = [row for row in rows if row.path not in here]
    folders = [str(Path(path).resolve()) for path in paths if not is_url(str(path)) and Path(path).is_dir()]
    unseen = [str(path) for path, _ in failures]
    missing = []
    for folder in folders:
        indexed = [row.path for row in rows if _is_within(row.path, folder)]
        if indexed and not any(os.scandir(folder)):
            failures.append((Path(folder), _empty(folder, len(indexed))))
        else:
            missing += indexed
    unpacked = tuple(file.uri + INSIDE for file in files if file.is_archive)
    missing += [row.path for row in rows if row.path.startswith(unpacked)]
    unsure = {path for path in missing for name in unseen if path == name or _is_within(path, name)}
    return list(dict.fromkeys(path for path in missing if path not in unsure))


def _empty(folder: str, number: int) -> str:
    return (
        f"{folder} is empty, but {number} files of it are indexed: they are kept. Is its disk mounted? If they are "
        f"really gone, type: exhibit library remove '{folder}'"
    )


def _is_within(path: str, folder: str) -> bool:
    return path.startswith((folder.rstrip(os.sep) + os.sep, folder + INSIDE))
