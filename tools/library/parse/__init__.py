"""A file becomes paragraphs, figures and tables, each with its place on a page."""

from collections.abc import Callable
from pathlib import Path

from tools.errors import UnreadableFile
from tools.library.parse.parts import Block, FigurePart, Parsed, TablePart

__all__ = ["PARSER_VERSION", "SUFFIXES", "Block", "FigurePart", "Parsed", "TablePart", "can_parse", "parse"]

PARSER_VERSION = 1
"""Grows when the same file would give other parts than before."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
MARKUP_SUFFIXES = (".html", ".htm", ".xhtml", ".md", ".markdown")
PLAIN_SUFFIXES = (".txt", ".text", ".log", ".csv", ".tsv", ".json")
SUFFIXES = (".pdf", *IMAGE_SUFFIXES, *MARKUP_SUFFIXES, *PLAIN_SUFFIXES)

MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"BM": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"RIFF": "image",
    b"PK\x03\x04": "archive",
    b"\xd0\xcf\x11\xe0": "office",
}


def can_parse(path: Path) -> bool:
    """Whether the suffix is one that `parse` reads; the content may still prove unreadable."""
    return path.suffix.lower() in SUFFIXES


def parse(path: Path, caption: str = "", ocr: Callable | bool | None = True) -> Parsed:
    """Read one file by its content, then its suffix.

    `caption` is the text of a file that belongs to a picture. `ocr` reads the text in pictures: True for
    the built-in one, None for none, or a function like `ocr.read`. Raises UnreadableFile.
    """
    kind = _kind(path)
    # imported here: PyMuPDF and OpenCV take a second that `exhibit --help` should not
    from tools.library.parse import image, markup, pdf, plain
    from tools.library.parse import ocr as builtin

    read = builtin.read if ocr is True else ocr or None
    if kind == "pdf":
        return pdf.parse_pdf(path, read)
    if kind == "image":
        return image.parse_image(path, caption, read)
    if kind == "markup":
        return markup.parse_markup(path, read)
    return plain.parse_plain(path)


def _kind(path: Path) -> str:
    head = _head(path)
    kind = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "")
    suffix = path.suffix.lower()
    if kind == "image" and b"\x00" not in head:
        kind = ""  # a text that begins with 'BM'
    if b"%PDF-" in head or suffix == ".pdf":
        return "pdf"
    if kind == "image":
        return "image"
    if not kind and suffix in MARKUP_SUFFIXES and not _binary(head):
        return "markup"
    if not kind and suffix in PLAIN_SUFFIXES and not _binary(head):
        return "plain"
    if suffix in IMAGE_SUFFIXES:
        return "image"
    known = "binary data" if can_parse(path) else f"of a kind that is not read ({suffix or 'no suffix'})"
    raise UnreadableFile(
        f"{path.name} is {known}.", "Save it as PDF, PNG, JPEG, HTML, Markdown, CSV, JSON or text."
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise UnreadableFile(message, "Check the path and its permissions.") from error
    if not head:
        raise UnreadableFile(f"{path.name} is empty (0 bytes).", "Get another copy of the file.")
    return head


def _binary(head: bytes) -> bool:
    return b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
