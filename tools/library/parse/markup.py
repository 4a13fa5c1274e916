"""HTML and Markdown, set as PDF and read from there. Scripts are dropped and nothing is fetched."""

import base64
import html
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

import pymupdf
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from markdown_it import MarkdownIt

from tools.errors import UnreadableFile
from tools.library.parse import ocr, rendition
from tools.library.parse.image import as_png
from tools.library.parse.pages import Reader
from tools.library.parse.parts import Parsed
from tools.library.parse.pdf import parse_document

DROPPED = [
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "embed",
    "link",
    "meta",
    "svg",
    "base",
    "title",
]
PICTURE = re.compile(r"!\[([^\]\n]*)\]\(([^()\s]+)\)")
UP = 2
"""Folders above a file's own from which its pictures may come, out of a folder there."""
MEDIA_TYPES = {".md": "text/markdown", ".markdown": "text/markdown"}


def parse_markup(path: Path, read: Reader | None = ocr.read) -> Parsed:
    """Read HTML or Markdown (by suffix). Raises UnreadableFile where nothing can be set."""
    text = rendition.decode(path.read_bytes())
    media_type = MEDIA_TYPES.get(path.suffix.lower(), "text/html")
    if media_type == "text/markdown":
        text = MarkdownIt("commonmark").enable("table").render(text)
    soup = BeautifulSoup(text, "html.parser")
    if media_type == "text/markdown":
        _pictures_within_html(soup)
    title = title_of(soup) or path.stem
    pictures, notes = cleaned(soup, lambda source: _beside(source, path.parent))
    return render(str(soup), media_type, title, pictures=pictures, notes=notes, read=read)


def render(
    body: str,
    media_type: str,
    title: str,
    *,
    pictures: dict[str, bytes] | None = None,
    notes: tuple[str, ...] = (),
    read: Reader | None = None,
    width: float = rendition.WIDTH,
) -> Parsed:
    """Set a body of HTML as PDF and parse that."""
    try:
        pdf = rendition.to_pdf(body, pictures, width)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        raise UnreadableFile(f"{title} cannot be set as pages ({error}).", "Save it as PDF and add that.") from error
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        parsed = parse_document(document, title, read, made_here=True)
    return Parsed(
        media_type,
        title,
        parsed.pages,
        parsed.blocks,
        parsed.figures,
        parsed.tables,
        pdf,
        notes + parsed.notes,
    )


def title_of(soup: BeautifulSoup) -> str:
    for name in ("title", "h1", "h2", "h3"):
        tag = soup.find(name)
        if tag and (text := " ".join(tag.get_text(" ").split())):
            return text
    return ""


Find = Callable[[str], bytes]
"""The bytes of the picture that `src` names; raises UnreadableFile that says why there are none."""


def _pictures_within_html(soup: BeautifulSoup) -> None:
    """Markdown within a block of HTML is text to CommonMark; whoever writes <p align="center">![](a.png)</p> means the
    picture."""
    for string in soup.find_all(string=PICTURE):
        if not string.find_parent(("pre", "code")):
            before, *rest = PICTURE.split(string)
            parts: list[Tag | str] = [before]
            for alt, source, after in zip(rest[0::3], rest[1::3], rest[2::3]):
                parts += [soup.new_tag("img", attrs={"src": source, "alt": alt}), after]
            string.replace_with(*parts)


def cleaned(soup: BeautifulSoup, find: Find, taken: int = 0) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Drop what is not text, take in the pictures, print every alternative text. `taken` pictures have their names."""
    for tag in soup.find_all(DROPPED):
        tag.decompose()
    for string in soup.find_all(string=True):
        if isinstance(string, PreformattedString):  # comments, doctype
            string.extract()
        else:
            string.replace_with(rendition.printable(string))
    pictures: dict[str, bytes] = {}
    notes: list[str] = []
    for tag in soup.find_all("img"):
        _mark_caption(tag)
        try:
            name = f"picture{taken + len(pictures)}.png"
            pictures[name] = _png(find(str(tag.get("src") or "")), str(tag.get("src") or ""))
            source = name
        except UnreadableFile as error:
            notes.append(str(error))
            source = ""
        _set_in(tag, soup, source)
    return pictures, tuple(notes)


def _mark_caption(tag: Tag) -> None:
    """The slanted paragraph below a picture that stands alone is its caption: Markdown has no other way for one."""
    above = tag.parent
    below = above.find_next_sibling() if above and above.name == "p" and not above.get_text(strip=True) else None
    if (
        below
        and below.name == "p"
        and all(part.find_parent(("em", "i")) for part in below.find_all(string=True) if part.strip())
    ):
        below["class"] = "alt"


def _set_in(tag: Tag, soup: BeautifulSoup, source: str) -> None:
    """The picture under its new name, its alternative text below; that alone where there is no picture."""
    if alt := " ".join(str(tag.get("alt") or "").split()):
        line = soup.new_tag("div", attrs={"class": "alt"})
        line.string = rendition.printable(alt)
        tag.insert_after(line)
    if source:
        tag.attrs = {"src": source}
    else:
        tag.decompose()


def _beside(source: str, folder: Path) -> bytes:
    """The picture, if it lies in the folder, below, or in one beside it or beside the one above ("pages/intro/" and
    "images/intro/" of one book); remote ones are not fetched."""
    if source.startswith("data:image/"):
        return _inline(source)
    if not source or ":" in source or source.startswith("//"):
        raise UnreadableFile(f"picture not fetched: {source[:80]}")
    path = (folder / unquote(source.split("?")[0].split("#")[0])).resolve()
    home = folder.resolve()
    near = [home, *home.parents][: UP + 1]
    if not path.is_relative_to(near[-1]) or path.parent in near[1:] or not path.is_file():
        raise UnreadableFile(f"picture not found near the file: {source[:80]}")
    return path.read_bytes()


def _inline(source: str) -> bytes:
    """The bytes of a data URL."""
    head, _, data = source.partition(",")
    try:
        return base64.b64decode(data, validate=False) if head.endswith(";base64") else unquote_to_bytes(data)
    except ValueError as error:
        raise UnreadableFile(f"picture not read: {source[:60]} ({error})") from error


def _png(data: bytes, name: str) -> bytes:
    if (picture := as_png(data)) is None:
        raise UnreadableFile(f"picture not read: {name[:80]} is of no known kind, or broken")
    return picture


def escaped(text: str) -> str:
    """Plain text as it may stand in HTML and can be set."""
    return html.escape(rendition.printable(text))
