"""Small documents of every format that is read, made here; and a library of facts to ask."""

import io
import zipfile
from pathlib import Path

import pymupdf
from docx import Document
from openpyxl import Workbook
from PIL import Image, ImageDraw
from pptx import Presentation

from tools.library.library import Library

TEXT = "The gearbox holds 4.2 litres of oil. The drain plug takes 48 Nm. See Figure 1 for the valve."
FACTS = {
    "How much oil does the gearbox hold?": "4.2 litres",
    "What torque does the drain plug take?": "48 Nm",
    "What is the pressure of the boiler?": "7 bar",
    "How long is the drive belt?": "1250 mm",
    "How heavy is the rotor?": "310 kg",
    "What is the speed of the fan?": "1450 rpm",
    "What is the voltage of the heater?": "400 V",
    "How wide is the conveyor?": "800 mm",
}
"""Question → what its answer contains."""
_SENTENCES = (
    "The gearbox holds 4.2 litres of oil.|The drain plug takes a torque of 48 Nm.|The pressure of the boiler is 7 bar.|"
    "The drive belt is 1250 mm long.|The rotor weighs 310 kg and is heavy.|The speed of the fan is 1450 rpm.|"
    "The voltage of the heater is 400 V.|The conveyor is 800 mm wide."
).split("|")
STOCK = "Part,Price,Stock\n" + "".join(f"BN-{n},{100 + n}.50,{n % 7}\n" for n in range(40))


def facts(folder: Path, library: Path) -> None:
    """A library with one file a fact, and a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, sentence in enumerate(_SENTENCES):
        (folder / f"fact{number}.txt").write_text(f"{sentence}\n")
    (folder / "stock.csv").write_text(STOCK)
    picture().save(folder / "gearbox.png")
    with Library(library, create=True, workers=1) as opened:
        opened.add([folder])


def picture(width: int = 160, height: int = 120) -> Image.Image:
    made = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(made).ellipse((20, 20, width - 20, height - 20), fill="navy")
    return made


def every_format(folder: Path) -> list[Path]:
    """One small file a format."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("png", "jpg", "webp", "gif", "tiff", "bmp"):
        picture().save(folder / f"picture.{kind}")
    _pdf(folder / "manual.pdf")
    _office(folder)
    (folder / "page.html").write_text(f"<h1>Gearbox</h1><p>{TEXT}</p><table><tr><td>Oil</td><td>4.2</td></tr></table>")
    (folder / "notes.md").write_text(f"# Gearbox\n\n{TEXT}\n\n| Oil | Plug |\n|---|---|\n| 4.2 | 48 |\n")
    (folder / "plain.txt").write_text(TEXT)
    (folder / "parts.csv").write_text(STOCK)
    _zip(folder / "texts.zip", {f"{n}.txt": f"{TEXT} {n}".encode() for n in range(5)})
    _epub(folder / "book.epub")
    return sorted(folder.iterdir())


def _pdf(path: Path) -> None:
    with pymupdf.open() as document:
        for number in range(3):
            page = document.new_page()
            page.insert_textbox((50, 50, 500, 300), f"{number}. {TEXT}")
            held = io.BytesIO()
            picture().save(held, "PNG")
            page.insert_image(pymupdf.Rect(50, 320, 300, 500), stream=held.getvalue())
        document.save(path)


def _office(folder: Path) -> None:
    document = Document()
    document.add_heading("Gearbox")
    document.add_paragraph(TEXT)
    document.add_table(2, 2).cell(0, 0).text = "Oil"
    document.save(str(folder / "letter.docx"))
    book = Workbook()
    for row in STOCK.splitlines():
        book.active.append(row.split(","))
    book.save(folder / "sheet.xlsx")
    show = Presentation()
    show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = TEXT
    show.save(str(folder / "slides.pptx"))


def _zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _epub(path: Path) -> None:
    container = '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest><item id="a" href="a.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    page = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>{TEXT}</p></body></html>"
    members = {"META-INF/container.xml": container, "book.opf": package, "a.xhtml": page}
    _zip(path, {"mimetype": b"application/epub+zip"} | {name: text.encode() for name, text in members.items()})
