"""HTML set as PDF pages, for sources that have none. Nothing is fetched: pictures come with the call."""

import io
import re
import unicodedata
from collections.abc import Mapping

import pymupdf

WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 50.0  # A4 in points
MAX_PAGES = 2000
LONGEST_WORD = 60  # letters; longer ones would run off the page, where no text can be found
STYLE = """
body {font-family: sans-serif; font-size: 10pt; line-height: 1.3}
h1 {font-size: 18pt} h1.title {font-size: 22pt} h2 {font-size: 15pt} h3 {font-size: 13pt} h4, h5, h6 {font-size: 11.5pt}
table {border-collapse: collapse; margin-top: 4pt; margin-bottom: 8pt}
td, th {border: 0.7pt solid #888; padding: 2pt 4pt}
pre {white-space: pre-wrap; font-size: 8.5pt}
figcaption, .alt {font-style: italic; font-size: 8.5pt}
"""


def to_pdf(html: str, pictures: Mapping[str, bytes] | None = None, width: float = WIDTH) -> bytes:
    """PDF of a body of HTML. `pictures` are PNG by the name that `src` gives; `width` is in points."""
    archive = pymupdf.Archive()
    for name, data in (pictures or {}).items():
        archive.add(data, name)
    story = pymupdf.Story(html, user_css=STYLE, archive=archive)
    out = io.BytesIO()
    writer = pymupdf.DocumentWriter(out)
    page = pymupdf.Rect(0, 0, width, HEIGHT)
    more, pages = True, 0
    while more and pages < MAX_PAGES:
        device = writer.begin_page(page)
        more, _ = story.place(page + (MARGIN, MARGIN, -MARGIN, -MARGIN))
        story.draw(device)
        writer.end_page()
        pages += 1
    writer.close()
    return _small(out.getvalue())


def _small(pdf: bytes) -> bytes:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return small(document)


def small(document: pymupdf.Document) -> bytes:
    """The document without the letters that no page uses: whole fonts weigh megabytes."""
    document.subset_fonts()
    return bytes(document.tobytes(garbage=3, deflate=True))


def printable(text: str) -> str:
    """Text without what cannot be set: control characters, letters beyond U+FFFF, endless words."""
    kept = "".join(_letter(char) for char in text)
    return re.sub(rf"\S{{{LONGEST_WORD}}}(?=\S)", lambda match: match.group() + "\u200b", kept)


def _letter(char: str) -> str:
    if ord(char) > 0xFFFF:  # the typesetter writes them into the PDF as other letters
        plain = unicodedata.normalize("NFKC", char)
        return plain if all(ord(part) <= 0xFFFF for part in plain) else "\u25a1"
    return "" if unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") and char not in "\n\t\r" else char


def decode(data: bytes) -> str:
    """UTF-8 or UTF-16 with a byte order mark, UTF-8 without, else Latin-1 (which reads anything)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
