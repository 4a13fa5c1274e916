"""HTML and Markdown, set as PDF and read from there. Scripts are dropped and nothing is fetched."""

import html
import io
from pathlib import Path
from urllib.parse import unquote

import pymupdf
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from markdown_it import MarkdownIt
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.parse import ocr, rendition
from tools.library.parse.image import load
from tools.library.parse.parts import Parsed
from tools.library.parse.pdf import Reader, parse_document

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
MEDIA_TYPES = {".md": "text/markdown", ".markdown": "text/markdown"}


def parse_markup(path: Path, read: Reader | None = ocr.read) -> Parsed:
    """Read HTML or Markdown (by suffix). Raises UnreadableFile where nothing can be set."""
    text = rendition.decode(path.read_bytes())
    media_type = MEDIA_TYPES.get(path.suffix.lower(), "text/html")
    if media_type == "text/markdown":
        text = MarkdownIt("commonmark").enable("table").render(text)
    soup = BeautifulSoup(text, "html.parser")
    title = _title(soup) or path.stem
    pictures, notes = _cleaned(soup, path.parent)
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
        raise UnreadableFile(
            f"{title} cannot be set as pages ({error}).", "Save it as PDF and add that."
        ) from error
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


def _title(soup: BeautifulSoup) -> str:
    for name in ("title", "h1", "h2", "h3"):
        tag = soup.find(name)
        if tag and (text := " ".join(tag.get_text(" ").split())):
            return text
    return ""


def _cleaned(soup: BeautifulSoup, folder: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Drop what is not text, take in the pictures that lie in the folder, print every alternative text."""
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
        _take_in(tag, soup, folder, pictures, notes)
    return pictures, tuple(notes)


def _take_in(
    tag: Tag, soup: BeautifulSoup, folder: Path, pictures: dict[str, bytes], notes: list[str]
) -> None:
    alt = " ".join(str(tag.get("alt") or "").split())
    source = str(tag.get("src") or "")
    data = _picture(source, folder, notes)
    if alt:
        line = soup.new_tag("div", attrs={"class": "alt"})
        line.string = rendition.printable(alt)
        tag.insert_after(line)
    if data is None:
        tag.decompose()
        return
    name = f"picture{len(pictures)}.png"
    pictures[name] = data
    tag.attrs = {"src": name}


def _picture(source: str, folder: Path, notes: list[str]) -> bytes | None:
    """The picture as PNG, if it lies in the folder or below; remote ones are not fetched."""
    if not source or ":" in source or source.startswith("//"):
        notes.append(f"picture not fetched: {source[:80]}")
        return None
    path = (folder / unquote(source.split("?")[0].split("#")[0])).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        notes.append(f"picture not found in the folder: {source[:80]}")
        return None
    try:
        picture = load(path).picture
    except UnreadableFile as error:
        notes.append(str(error))
        return None
    picture.thumbnail((1600, 1600), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def escaped(text: str) -> str:
    """Plain text as it may stand in HTML and can be set."""
    return html.escape(rendition.printable(text))
