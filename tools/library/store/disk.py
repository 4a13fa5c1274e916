"""Files in the library's folder: where each is, how it is written whole, and what a full disk means."""

import errno
import hashlib
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.errors import DiskFull, LibraryBusy, NotInLibrary
from tools.library.evidence import Source

OURS = (
    *("*.sqlite*", "*.lock*", "last_search.json", "*.safetensors"),
    *("vectors*", "pictures", "renditions", "originals", "shown"),
)
"""What Exhibit writes into a library's folder."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def picture(sha: str) -> Path:
    """Within the library's folder, as the others."""
    return Path("pictures", sha[:2], sha)


def rendition(source: str) -> Path:
    return Path("renditions", f"{source}.pdf")


def original(sha: str) -> Path:
    """The bytes of a source that lies in an archive or on the net."""
    return Path("originals", sha)


def page_file(folder: Path, source: Source) -> Path:
    """What the pages of a source are drawn from: its rendition, or the file it was read from, at any path that has its
    bytes unchanged; of one in an archive or on the net, the copy that was kept. Raises NotInLibrary."""
    rendered = folder / rendition(source.id)
    if rendered.exists():
        return rendered
    digest = source.sha256 or source.id
    for path in (*map(Path, source.paths), folder / original(digest)):
        if path.is_file() and sha256(path) == digest:
            return path
    raise NotInLibrary(
        f"{source.uri} has changed or gone since it was read.", "Type: exhibit index <its folder> again."
    )


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_private(root: Path) -> None:
    """Shuts a library's folder to all but its owner: 0700. Of one that was open, each file of ours gets 0600 too; what
    else a person keeps there stays as it is, and so does a folder that belongs to someone else."""
    if not any(path.stat().st_mode & 0o077 for path in (root, root / "catalog.sqlite")):
        return
    with suppress(PermissionError):
        root.chmod(0o700)
        for path in (path for name in OURS for path in root.glob(name)):
            for below in (path, *path.rglob("*")):
                if not below.is_symlink():
                    below.chmod(0o700 if below.is_dir() else 0o600)


def write(path: Path, content: bytes) -> None:
    """As `replace`, but what is there stays: for names that say what the content is."""
    if not path.exists():
        replace(path, content)


def replace(path: Path, content: bytes) -> None:
    """Whole or not at all, also when the power fails: written beside, then renamed over what is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.part")  # two processes may write the same file
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def is_full(error: BaseException) -> bool:
    """Whether an error of the system, of SQLite or of the vector store (which has only its text) says so."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    text = str(error)
    return "disk is full" in text or "No space left" in text or "os error 28" in text


def full(folder: Path) -> DiskFull:
    return DiskFull(
        f"The disk that holds the library ({folder}) is full.",
        "Free some space, then run the same command: what was finished is kept, and it goes on.",
    )


def need(folder: Path, size: int) -> None:
    """Raises DiskFull where fewer than `size` bytes are free below the folder."""
    if shutil.disk_usage(folder).free < size:
        raise full(folder)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Held while a library is changed; a second process gets LibraryBusy. The lock of a killed process is released by
    the system."""
    lock = sqlite3.connect(folder / "changing.lock", timeout=0, isolation_level=None, check_same_thread=False)
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if is_full(error):
                raise full(folder) from error
            raise LibraryBusy(
                f"Another process is changing the library in {folder}.", "Wait for it to end, then try again."
            ) from error
        yield
    finally:
        lock.close()
