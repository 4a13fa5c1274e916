"""HTML set as PDF pages and parsed there: what stands in for a source that has no pages. Nothing is fetched: pictures
come with the call."""

import html
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pymupdf

from tools.errors import UnreadableFile
from tools.library.parse import ocr
from tools.library.parse.originals import Original, Originals, marked
from tools.library.parse.pages import PageError
from tools.library.parse.parts import Parsed
from tools.library.parse.pdf import parse_document

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


def render(
    body: str,
    media_type: str,
    title: str,
    *,
    pictures: Mapping[str, bytes] | None = None,
    notes: Sequence[str] = (),
    read: ocr.Reader | None = None,
    width: float = WIDTH,
) -> Parsed:
    """Set a body of HTML as PDF and parse that. `pictures` are PNG by the name that `src` gives; `width` is in points.
    Raises UnreadableFile."""
    try:
        pdf, originals = _set(body, pictures or {}, width)
    except PageError as error:
        raise UnreadableFile(f"{title} cannot be set as pages ({error}).", "Save it as PDF and add that.") from error
    return parse_rendition(pdf, media_type, title, read, notes, originals)


def parse_rendition(
    pdf: bytes,
    media_type: str,
    title: str,
    read: ocr.Reader | None,
    notes: Sequence[str] = (),
    originals: Originals | None = None,
) -> Parsed:
    """Parse a PDF that was set here. `originals` are the words that cannot be read back from it."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        parsed = parse_document(document, title, read, originals or {})
    return replace(parsed, media_type=media_type, rendition=pdf, notes=(*notes, *parsed.notes))


def _set(body: str, pictures: Mapping[str, bytes], width: float) -> tuple[bytes, Originals]:
    """The PDF, and where the words that cannot be read back from it stand."""
    body, words = marked(body)
    found: dict[int, list[Original]] = defaultdict(list)

    def note(position: Any) -> None:
        if position.id in words and position.rect[2] > position.rect[0]:
            found[pages + 1].append(Original(words[position.id], tuple(position.rect)))

    archive = pymupdf.Archive()
    for name, data in pictures.items():
        archive.add(data, name)
    story = pymupdf.Story(body, user_css=STYLE, archive=archive)
    out = io.BytesIO()
    writer = pymupdf.DocumentWriter(out)
    page = pymupdf.Rect(0, 0, width, HEIGHT)
    more, pages = True, 0
    while more and pages < MAX_PAGES:
        device = writer.begin_page(page)
        more, _ = story.place(page + (MARGIN, MARGIN, -MARGIN, -MARGIN))
        if words:
            story.element_positions(note)
        story.draw(device)
        writer.end_page()
        pages += 1
    writer.close()
    with pymupdf.open(stream=out.getvalue(), filetype="pdf") as document:
        return without_spare_letters(document), found


def without_spare_letters(document: pymupdf.Document) -> bytes:
    """The document without the letters that no page uses: whole fonts weigh megabytes."""
    document.subset_fonts()
    return bytes(document.tobytes(garbage=3, deflate=True))


# --- HTML


def printable(text: str) -> str:
    """Text without what cannot be set: control characters, endless words; letters of mathematics as plain ones."""
    letters = "".join(_letter(char) for char in text)
    return re.sub(rf"\S{{{LONGEST_WORD}}}(?=\S)", lambda match: match.group() + "\u200b", letters)


def _letter(char: str) -> str:
    if ord(char) > 0xFFFF:
        plain = unicodedata.normalize("NFKC", char)
        return plain if all(ord(part) <= 0xFFFF for part in plain) else char
    return "" if unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") and char not in "\n\t\r" else char


def escaped(text: str) -> str:
    """Plain text as it may stand in HTML and can be set."""
    return html.escape(printable(text))


def legend_html(text: str) -> str:
    """The alternative text of a picture, as it is set below; "" where there is none."""
    text = " ".join(text.split())
    return f'<div class="alt">{escaped(text)}</div>' if text else ""


def table_html(rows: Sequence[Sequence[str]], *, ready: bool = False) -> str:
    """Rows as a table, the first as its header; short ones are filled up. `ready`: the cells are HTML already."""
    columns = max(len(row) for row in rows)
    lines = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        cells = [*(row if ready else map(escaped, row)), *[""] * (columns - len(row))]
        lines.append("".join(f"<{tag}>{cell}</{tag}>" for cell in cells))
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def width_for(columns: int) -> float:
    """The width of a page on which a table of so many columns can be read, in points."""
    return min(max(WIDTH, 90.0 * columns + 100), 10 * HEIGHT)
