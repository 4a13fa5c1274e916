"""HTML: scripts are dropped, pictures near the file are taken in, and nothing is fetched."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import PreformattedString

from tools.errors import UnreadableFile
from tools.library.parse import markup, ocr
from tools.library.parse.encoding import decode
from tools.library.parse.parts import Parsed
from tools.library.parse.pixels import as_png
from tools.library.parse.rendition import printable, render

DROPPED = "script style noscript template iframe object embed link meta base title annotation del s strike".split()
"""What is no text of the page, or struck out."""
SOURCES = ("src", "data-src", "data-original", "data-lazy-src", "data-srcset", "srcset")
"""Where the address of a picture stands; pages that load pictures late have a blank one in `src`."""
LISTED = re.compile(r"([^\s,](?:\S*[^\s,])?)[^,]*")
"""An address in a `srcset`, and its width."""
UP = 2
"""Folders above a file's own from which its pictures may come, out of a folder there."""


def parse_html(path: Path, read: ocr.Reader | None = ocr.read) -> Parsed:
    """Read HTML. Raises UnreadableFile where nothing can be set."""
    data = path.read_bytes()
    text = decode(data, EncodingDetector.find_declared_encoding(data, is_html=True) or "")
    return render_soup(BeautifulSoup(text, "html.parser"), path, "text/html", read)


def render_soup(soup: BeautifulSoup, path: Path, media_type: str, read: ocr.Reader | None) -> Parsed:
    title = _title(soup) or path.stem
    pictures, notes = take_in(soup, lambda source: _beside(source, path.parent))
    return render(str(soup), media_type, title, pictures=pictures, notes=notes, read=read)


def _title(soup: BeautifulSoup) -> str:
    for name in ("title", "h1", "h2", "h3"):
        tag = soup.find(name)
        if tag and (text := " ".join(tag.get_text(" ").split())):
            return text
    return ""


def take_in(soup: BeautifulSoup, find: Callable[[str], bytes], count: int = 0) -> tuple[dict[str, bytes], list[str]]:
    """Drop what is not text, take in the pictures, print every alternative text. Returns the pictures by their new
    names (`count` of the book have theirs already), and notes on those that are missing.

    `find` gives the bytes of the picture that `src` names; it raises UnreadableFile that says why there are none.
    """
    for tag in soup.find_all("noscript"):
        if tag.find("img"):  # the picture that a script would load
            tag.unwrap()
    for tag in soup.find_all(DROPPED):
        tag.decompose()
    markup.simplify(soup)
    for string in soup.find_all(string=True):
        if isinstance(string, PreformattedString):  # comments, doctype
            string.extract()
        else:
            string.replace_with(printable(string))
    pictures: dict[str, bytes] = {}
    notes: list[str] = []
    for tag in soup.find_all(["img", "svg"]):
        if tag.decomposed:
            continue
        name = f"picture{count + len(pictures)}.png"
        try:
            picture = _drawn(tag) if tag.name == "svg" else _found(tag, find)
        except UnreadableFile as error:
            notes.append(str(error))
            name = ""
        else:
            if picture in pictures.values() and tag.find_previous_sibling("img") is not None:
                tag.decompose()  # the same picture twice, for browsers without scripts
                continue
            pictures[name] = picture
        _mark_caption(tag)
        _set_in(tag, soup, name)
    return pictures, notes


def _drawn(tag: Tag) -> bytes:
    """A drawing that stands in the page itself, as PNG."""
    tag.attrs.setdefault("xmlns", "http://www.w3.org/2000/svg")
    title = tag.find("title")
    tag["alt"] = title.get_text(" ", strip=True) if title else ""
    return _png(str(tag).encode(), "a drawing in the page")


def _found(tag: Tag, find: Callable[[str], bytes]) -> bytes:
    """The picture of a tag, as PNG: the first address that gives one larger than a dot. Raises UnreadableFile."""
    addresses = [_address(name, str(tag[name])) for name in SOURCES if tag.get(name)]
    addresses += [_address("srcset", str(source["srcset"])) for source in _siblings(tag) if source.get("srcset")]
    problem = UnreadableFile("a picture without an address")
    for address in filter(None, addresses):
        try:
            picture = _png(find(address), address)
        except UnreadableFile as error:
            problem = error
            continue
        if len(addresses) == 1 or not _is_dot(picture):
            return picture
    raise problem


def _address(name: str, value: str) -> str:
    """The address that an attribute gives; of a list of them ("a.png 1x, b.png 2x") the last, which is the largest.
    Blanks and commas of another attribute belong to the name of the file."""
    found = LISTED.findall(value) if name.endswith("srcset") else [value.strip()]
    return found[-1] if found else ""


def _siblings(tag: Tag) -> list[Tag]:
    """The sources of a <picture>."""
    return tag.parent.find_all("source") if tag.parent is not None and tag.parent.name == "picture" else []


def _is_dot(picture: bytes) -> bool:
    width, height = (int.from_bytes(picture[at : at + 4]) for at in (16, 20))  # of a PNG
    return max(width, height) <= 2


def _mark_caption(tag: Tag) -> None:
    """The slanted paragraph below a picture that stands alone is its caption: Markdown has no other way for one."""
    above = tag.parent
    below = above.find_next_sibling() if above and above.name == "p" and not above.get_text(strip=True) else None
    if below and below.name == "p":
        parts = [part for part in below.find_all(string=True) if part.strip()]
        if all(part.find_parent(("em", "i")) for part in parts):
            below["class"] = "alt"


def _set_in(tag: Tag, soup: BeautifulSoup, name: str) -> None:
    """The picture under its new name, its alternative text below; that alone where there is no picture."""
    if alt := " ".join(str(tag.get("alt") or "").split()):
        line = soup.new_tag("div", attrs={"class": "alt"})
        line.string = printable(alt)
        tag.insert_after(line)
    if name:
        tag.attrs = {"src": name}
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
