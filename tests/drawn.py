"""PDFs that a test draws itself, and what is read off them."""

import io
from pathlib import Path

import pymupdf
from PIL import Image, ImageDraw

from tools.library.evidence import Box, text_of
from tools.library.parse.parts import Block, Parsed
from tools.library.parse.pdf import parse_pdf

PROSE = "The oil level is read while the machine stands still and the tank is empty of air."


class Pdf:
    """A PDF that a test draws page by page (A4, points)."""

    def __init__(self, path: Path) -> None:
        self.path, self.document = path, pymupdf.open()

    def page(self, width: float = 595, height: float = 842) -> pymupdf.Page:
        return self.document.new_page(width=width, height=height)

    def parsed(self, read=None, **save) -> Parsed:
        self.document.save(self.path, **save)
        return parse_pdf(self.path, read)


def photo(width: int = 300, height: int = 200, colour: str = "teal") -> bytes:
    picture = Image.effect_noise((width, height), 60).convert("RGB")
    ImageDraw.Draw(picture).ellipse((30, 30, width - 30, height - 30), fill=colour)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def prose(page: pymupdf.Page, box: Box, times: int = 8) -> None:
    page.insert_textbox(box, " ".join([PROSE] * times), fontsize=10)


def texts(parsed: Parsed) -> list[str]:
    return [text_of(block.words) for block in parsed.blocks]


def near(box: Box, expected: Box, by: float = 3.0) -> bool:
    return all(abs(a - b) <= by for a, b in zip(box, expected, strict=True))


def block_with(parsed: Parsed, text: str) -> Block:
    return next(block for block in parsed.blocks if text in text_of(block.words))


def headed(parsed: Parsed) -> list[tuple[str, str]]:
    """The text of each block with the path of headings above it."""
    return [(text_of(block.words), block.heading) for block in parsed.blocks]


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def all_text(parsed: Parsed) -> str:
    return "\n".join(
        [
            *(text_of(block.words) for block in parsed.blocks),
            *(text_of(table.words) for table in parsed.tables),
        ]
    )


def reopened(document: pymupdf.Document) -> pymupdf.Document:
    return pymupdf.open(stream=document.tobytes(), filetype="pdf")


def cells_at(page: pymupdf.Page, y: float, *cells: tuple[float, str], right: bool = True) -> None:
    """Cells of a row: the first left-aligned at its x, the others right-aligned at theirs."""
    for number, (x, text) in enumerate(cells):
        shift = pymupdf.get_text_length(text, fontsize=9) if right and number else 0
        page.insert_text((x - shift, y), text, fontsize=9)
