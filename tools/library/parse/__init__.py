"""A file becomes paragraphs, figures and tables, each with its place on a page."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tools.errors import UnreadableFile
from tools.library.parse import code_suffixes, zip_package
from tools.library.parse.parts import Block, FigurePart, Parsed, TablePart

__all__ = ["PARSER_VERSION", "SUFFIXES", "Block", "FigurePart", "Parsed", "TablePart", "can_parse", "parse"]

PARSER_VERSION = 3
"""Grows when the same file would give other parts than before."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif")
TEXT_FORMATS = {
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".txt", ".text", ".log"), "plain"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    ".json": "json",
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    ".eml": "eml",
    **dict.fromkeys(code_suffixes.SUFFIXES, "code"),
}
SUFFIXES = (".pdf", *IMAGE_SUFFIXES, *TEXT_FORMATS, *zip_package.SUFFIXES, ".msg")

IMAGE_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
OLD_OFFICE_MAGIC = b"\xd0\xcf\x11\xe0"
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
HEAD = 1024  # bytes that tell the format


def can_parse(path: Path) -> bool:
    """Whether the suffix is one that `parse` reads; the content may still prove unreadable."""
    return path.suffix.lower() in SUFFIXES


def parse(path: Path, caption: str = "", ocr: Callable | str | bool | None = True, *, attached: bool = True) -> Parsed:
    """Read one file by its content, then its suffix. `attached`: with the files attached to it.

    `caption` is the text of a file that belongs to a picture. `ocr` reads the text in pictures: True for the built-in
    one, None for none, the name of one ("tesseract"), or a function like `ocr.read`. Raises UnreadableFile.
    """
    kind = _format(path)
    # imported here: PyMuPDF and OpenCV take a second that `exhibit --help` should not
    from tools.library.parse import code, csv, docx, epub, html, image, json, mail, markdown, pdf, plain, pptx, xlsx
    from tools.library.parse.attached import no_files
    from tools.library.parse.ocr import READERS

    read = READERS["rapidocr" if ocr is True else ocr] if ocr is True or isinstance(ocr, str) else ocr or None
    within = partial(parse, ocr=ocr, attached=False) if attached else no_files
    parsers: dict[str, Callable[[], Parsed]] = {
        "pdf": partial(pdf.parse_pdf, path, read, within),
        "image": partial(image.parse_image, path, read, caption),
        "html": partial(html.parse_html, path, read),
        "markdown": partial(markdown.parse_markdown, path, read),
        "plain": partial(plain.parse_plain, path),
        "csv": partial(csv.parse_csv, path),
        "json": partial(json.parse_json, path),
        "jsonl": partial(json.parse_jsonl, path),
        "code": partial(code.parse_code, path),
        "eml": partial(mail.parse_eml, path, within),
        "msg": partial(mail.parse_msg, path, within),
        "docx": partial(docx.parse_docx, path, read),
        "xlsx": partial(xlsx.parse_xlsx, path, read),
        "pptx": partial(pptx.parse_pptx, path, read),
        "epub": partial(epub.parse_epub, path, read),
    }
    return parsers[kind]()


def _format(path: Path) -> str:
    """The format by content, then suffix. Raises UnreadableFile where it is none that is read."""
    head, suffix = _head(path), path.suffix.lower()
    zipped, old = head.startswith(ZIP_MAGIC), head.startswith(OLD_OFFICE_MAGIC)
    if zipped and (kind := zip_package.format_of(path)):
        return kind
    if old and suffix == ".msg":
        return "msg"
    if old and suffix != ".pdf":
        raise UnreadableFile(
            f"{path.name} is an office file of before 2007, or locked with a password.",
            "Save it as DOCX, PPTX, XLSX or PDF without a password and add that.",
        )
    if b"%PDF-" in head or suffix == ".pdf":
        return "pdf"
    if _is_image(head):
        return "image"
    if suffix in TEXT_FORMATS and not zipped and not _binary(head):
        return TEXT_FORMATS[suffix]
    if suffix in IMAGE_SUFFIXES:
        return "image"
    reason = "binary data" if can_parse(path) else f"of a kind that is not read ({suffix or 'no suffix'})"
    raise UnreadableFile(
        f"{path.name} is {'an archive' if zipped and suffix not in SUFFIXES else reason}.",
        "Save it as PDF, DOCX, PPTX, XLSX, EPUB, PNG, JPEG, HTML, Markdown, CSV, JSON, EML or text.",
    )


def _is_image(head: bytes) -> bool:
    """By magic numbers; what has no zero byte is a text that begins with 'BM'."""
    return head.startswith(IMAGE_MAGIC) and b"\x00" in head or head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise UnreadableFile(message, "Check the path and its permissions.") from error
    if not head:
        raise UnreadableFile(f"{path.name} is empty (0 bytes).", "Get another copy of the file.")
    return head


def _binary(head: bytes) -> bool:
    return b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
