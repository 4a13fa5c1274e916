"""EPUB: its chapters in the order of the spine, set as PDF as any HTML is. The pictures come out of the file itself."""

import posixpath
import zipfile
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup

from tools.errors import UnreadableFile
from tools.library.parse import ocr
from tools.library.parse.html import take_in
from tools.library.parse.parts import Parsed
from tools.library.parse.rendition import render
from tools.library.parse.zip_package import opened

EPUB = "application/epub+zip"
MAX_PICTURE = 100_000_000  # bytes


def parse_epub(path: Path, read: ocr.Reader | None = ocr.read) -> Parsed:
    """Read an EPUB. Raises UnreadableFile where it is broken or locked by its publisher."""
    with opened(path, "EPUB", zipfile.ZipFile) as archive:
        names = set(archive.namelist())
        if "META-INF/encryption.xml" in names and "META-INF/rights.xml" in names:
            raise UnreadableFile(f"{path.name} is locked by its publisher (DRM).", "Get a copy that is not locked.")
        try:
            package, folder = _package(archive)
            return _set(archive, package, folder, path, read)
        except (KeyError, AttributeError, zipfile.BadZipFile, RuntimeError) as error:
            raise UnreadableFile(f"{path.name} is no EPUB ({error}).", "Get another copy of the file.") from error


def _package(archive: zipfile.ZipFile) -> tuple[BeautifulSoup, str]:
    """The package document, which lists the chapters, and its folder within the file."""
    container = BeautifulSoup(archive.read("META-INF/container.xml"), "html.parser")
    place = str(container.find("rootfile")["full-path"])  # type: ignore[index]
    return BeautifulSoup(archive.read(place), "html.parser"), posixpath.dirname(place)


def _set(archive: zipfile.ZipFile, package: BeautifulSoup, folder: str, path: Path, read: ocr.Reader | None) -> Parsed:
    items = {str(item["id"]): unquote(str(item["href"])) for item in package.find_all("item") if item.get("id")}
    title = package.find("dc:title")
    pictures: dict[str, bytes] = {}
    body, notes = [], []
    for entry in package.find_all("itemref"):
        chapter = posixpath.normpath(posixpath.join(folder, items.get(str(entry.get("idref")), "")))
        if chapter not in archive.namelist():
            notes.append(f"chapter missing: {chapter}")
            continue
        soup = BeautifulSoup(archive.read(chapter), "html.parser")
        own, missing = take_in(soup, partial(_picture, archive, chapter), len(pictures))
        pictures |= own
        notes += missing
        body.append((soup.body or soup).decode_contents())
    name = " ".join(title.get_text().split()) if title else path.stem
    return render("".join(body), EPUB, name or path.stem, pictures=pictures, notes=notes, read=read)


def _picture(archive: zipfile.ZipFile, chapter: str, source: str) -> bytes:
    name = posixpath.normpath(posixpath.join(posixpath.dirname(chapter), unquote(source.split("#")[0])))
    try:
        if archive.getinfo(name).file_size > MAX_PICTURE:
            raise UnreadableFile(f"picture not taken in: {name} is larger than {MAX_PICTURE // 10**6} MB")
        return archive.read(name)
    except KeyError as error:
        raise UnreadableFile(f"picture not found in the book: {source[:80]}") from error
