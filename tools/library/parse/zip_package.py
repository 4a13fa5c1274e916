"""What DOCX, XLSX, PPTX and EPUB have in common: each is a ZIP file."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tools.errors import UnreadableFile

SUFFIXES = (".docx", ".pptx", ".xlsx", ".epub")
MEMBERS = {
    "META-INF/container.xml": "epub",
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
}
MAX_UNPACKED = 400_000_000  # bytes; the sizes are declared
T = TypeVar("T")


def format_of(path: Path) -> str:
    """What a ZIP file is besides: a kind of office document, a book, or "" for a mere archive. What is broken goes by
    its suffix: the parser says what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return path.suffix.lower()[1:] if path.suffix.lower() in SUFFIXES else ""
    return next((kind for name, kind in MEMBERS.items() if name in names), "")


def opened(path: Path, kind: str, open_it: Callable[[str], T]) -> T:
    """What `open_it` makes of the file. The libraries raise whatever a broken file makes them: all of it means that the
    file cannot be read. Raises UnreadableFile."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > MAX_UNPACKED:
            limit = f"{size // 10**6} MB, more than {MAX_UNPACKED // 10**6}"
            raise UnreadableFile(f"{path.name} unpacks to {limit}.", "Split it.")
        return open_it(str(path))
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile(
            f"{path.name} is broken and cannot be opened as {kind} ({type(error).__name__}: {error}).",
            "Open it in an office program and save it anew, or save it as PDF.",
        ) from error
