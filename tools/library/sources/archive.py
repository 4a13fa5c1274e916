"""A ZIP file laid out in a folder, so that a page finds its pictures and a picture its caption.

Nothing in it is trusted: names cannot leave the folder, and sizes are counted while unpacking.
"""

import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tools.errors import UnreadableFile

SUFFIXES = (".zip",)
MAX_FILES = 10_000
MAX_FILE = 300_000_000  # bytes, unpacked
MAX_TOTAL = 2_000_000_000  # bytes, unpacked, nested archives included
MAX_RATIO = 200  # unpacked over packed, of a file and of all together; text comes to 10, a bomb to 1000
RATIO_FROM = 10_000_000  # bytes below which the ratio does not matter
MAX_DEPTH = 3  # archives in archives
PIECE = 1 << 20
Broken = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError)


@dataclass(frozen=True)
class Member:
    """A file of an archive. `name` is its path within ('/' between folders, '!/' after a nested archive), `path` where
    it lies now."""

    name: str
    path: Path


@dataclass
class Unpacked:
    """What was laid out, and (name, reason) of each member that was not. `packed`: bytes of the archive; `size`: bytes
    that were unpacked so far, `on_disk` those of members that were not refused."""

    packed: int
    members: list[Member] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0
    on_disk: int = 0


def is_archive(path: Path) -> bool:
    """By suffix: DOCX, EPUB and their like are ZIP files too, but documents."""
    return path.suffix.lower() in SUFFIXES


def unpack(path: Path, folder: Path) -> Unpacked:
    """Lay out the files of a ZIP under `folder`, archives within it too. Raises UnreadableFile where it is no ZIP, or
    holds nothing."""
    try:
        done = Unpacked(path.stat().st_size)
        with zipfile.ZipFile(path) as archive:
            if not archive.namelist():
                raise UnreadableFile(f"{path.name} is an archive without files.", "Get another copy of the file.")
            _lay_out(archive, folder, "", done)
    except Broken as error:
        raise UnreadableFile(
            f"{path.name} is broken and cannot be opened as ZIP ({error}).", "Get another copy of the file."
        ) from error
    return done


def _lay_out(archive: zipfile.ZipFile, folder: Path, prefix: str, done: Unpacked) -> None:
    for info in archive.infolist():
        name = prefix + info.filename
        if info.is_dir() or _is_clutter(info.filename):
            continue
        if len(done.members) + len(done.refused) >= MAX_FILES:
            done.refused.append((name, f"the archive holds more than {MAX_FILES} files; this and the rest were left"))
            return
        if reason := _objection(info):
            done.refused.append((name, reason))
            continue
        _one(archive, info, folder, prefix, done)


def _one(archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path, prefix: str, done: Unpacked) -> None:
    name, target = prefix + info.filename, folder.joinpath(*_parts(info.filename))
    before = done.on_disk
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as source, target.open("xb") as out:
            while piece := source.read(PIECE):
                _count(len(piece), out.tell() + len(piece), info, done)
                out.write(piece)
    except (UnreadableFile, *Broken) as error:
        target.unlink(missing_ok=True)
        done.on_disk = before
        done.refused.append((name, str(error) or type(error).__name__))
        return
    if not is_archive(target):
        done.members.append(Member(name, target))
    elif prefix.count("!/") + 1 >= MAX_DEPTH:
        done.refused.append((name, f"archives are opened {MAX_DEPTH} deep, no deeper"))
        target.unlink()
    else:
        _nested(target, name, done)


def _nested(path: Path, name: str, done: Unpacked) -> None:
    try:
        with zipfile.ZipFile(path) as inner:
            _lay_out(inner, path.with_name(path.name + ".files"), name + "!/", done)
    except Broken as error:
        done.refused.append((name, f"broken archive ({error})"))
    path.unlink()


def _count(more: int, size: int, info: zipfile.ZipInfo, done: Unpacked) -> None:
    """Raises UnreadableFile where so many bytes more make the file (of `size` by now) or all together too large."""
    done.size += more
    done.on_disk += more
    for total, limit in ((size, MAX_FILE), (done.size, MAX_TOTAL)):
        if total > limit:
            raise UnreadableFile(f"it unpacks to more than {limit // 10**6} MB")
    for total, packed, what in ((size, info.compress_size, "it"), (done.on_disk, done.packed, "the archive")):
        if total > RATIO_FROM and total > MAX_RATIO * max(1, packed):
            raise UnreadableFile(f"{what} unpacks to more than {MAX_RATIO} times its size, as a zip bomb does")


def _objection(info: zipfile.ZipInfo) -> str:
    """Why a member is not unpacked at all; "" where nothing speaks against it."""
    if info.flag_bits & 0x1:
        return "it is locked with a password"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link"
    parts = info.filename.replace("\\", "/").split("/")
    if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or not _parts(info.filename):
        return "its name leads out of the archive"
    return ""


def _parts(name: str) -> tuple[str, ...]:
    """The names of a member's folders and its own, each short enough for any file system."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return tuple(part if len(part.encode()) <= 200 else part[:40] + part[-20:] for part in parts if part != "/")


def _is_clutter(name: str) -> bool:
    """What a computer packed for itself: hidden files, the second halves of a Mac's."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part.startswith(".") and part not in (".", "..") or part == "__MACOSX" for part in parts)
