"""A file becomes paragraphs, figures and tables, each with its place on a page."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from tools.errors import UnreadableFile
from tools.library.parse.parts import Block, FigurePart, Parsed, TablePart

__all__ = ["PARSER_VERSION", "SUFFIXES", "Block", "FigurePart", "Parsed", "TablePart", "can_parse", "parse"]

PARSER_VERSION = 2
"""Grows when the same file would give other parts than before."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif")
MARKUP_SUFFIXES = (".html", ".htm", ".xhtml", ".md", ".markdown")
PLAIN_SUFFIXES = (".txt", ".text", ".log", ".csv", ".tsv", ".json")
ZIPPED = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
OFFICE_SUFFIXES = (".docx", ".pptx", ".xlsx", ".epub")
SUFFIXES = (".pdf", *IMAGE_SUFFIXES, *MARKUP_SUFFIXES, *PLAIN_SUFFIXES, *OFFICE_SUFFIXES)

MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"BM": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
    b"RIFF": "image",
    b"PK\x03\x04": "archive",
    b"PK\x05\x06": "archive",
    b"\xd0\xcf\x11\xe0": "office",
}
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


def can_parse(path: Path) -> bool:
    """Whether the suffix is one that `parse` reads; the content may still prove unreadable."""
    return path.suffix.lower() in SUFFIXES


def parse(path: Path, caption: str = "", ocr: Callable | str | bool | None = True) -> Parsed:
    """Read one file by its content, then its suffix.

    `caption` is the text of a file that belongs to a picture. `ocr` reads the text in pictures: True for the built-in
    one, None for none, the name of one ("tesseract"), or a function like `ocr.read`. Raises UnreadableFile.
    """
    kind = _kind(path)
    # imported here: PyMuPDF and OpenCV take a second that `exhibit --help` should not
    from tools.library.parse import ocr as builtin

    read = builtin.READERS["rapidocr" if ocr is True else ocr] if ocr is True or isinstance(ocr, str) else ocr or None
    if kind == "image":
        from tools.library.parse.image import parse_image

        return parse_image(path, caption, read)
    if kind == "plain":
        from tools.library.parse.plain import parse_plain

        return parse_plain(path)
    return _parser(kind)(path, read)


def _parser(kind: str) -> Callable[..., Parsed]:
    from tools.library.parse import epub, markup, office, pdf, pptx

    return {
        "pdf": pdf.parse_pdf,
        "markup": markup.parse_markup,
        "docx": office.parse_docx,
        "xlsx": office.parse_xlsx,
        "pptx": pptx.parse_pptx,
        "epub": epub.parse_epub,
    }[kind]


def _kind(path: Path) -> str:
    head = _head(path)
    kind = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "")
    suffix = path.suffix.lower()
    if kind == "image" and b"\x00" not in head:
        kind = ""  # a text that begins with 'BM'
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        kind = "image"
    if kind == "archive" and (zipped := _zipped(path)):
        return zipped
    if kind == "office" and suffix != ".pdf":
        raise UnreadableFile(
            f"{path.name} is an office file of before 2007, or locked with a password.",
            "Save it as DOCX, PPTX, XLSX or PDF without a password and add that.",
        )
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
    raise _refusal(path, kind)


def _zipped(path: Path) -> str:
    """What a ZIP file is besides: a kind of office document, a book, or "" for a mere archive. What is broken goes by
    its suffix: the parser says what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return path.suffix.lower()[1:] if path.suffix.lower() in OFFICE_SUFFIXES else ""
    if "META-INF/container.xml" in names:
        return "epub"
    return next((kind for name, kind in ZIPPED.items() if name in names), "")


def _refusal(path: Path, kind: str) -> UnreadableFile:
    suffix = path.suffix.lower()
    known = "binary data" if can_parse(path) else f"of a kind that is not read ({suffix or 'no suffix'})"
    if kind == "archive" and suffix not in SUFFIXES:
        known = "an archive"
    step = "Save it as PDF, DOCX, PPTX, XLSX, EPUB, PNG, JPEG, HTML, Markdown, CSV, JSON or text."
    return UnreadableFile(f"{path.name} is {known}.", step)


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
