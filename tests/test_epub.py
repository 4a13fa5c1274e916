"""An EPUB that the test itself packs."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse import parse

CONTAINER = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
PACKAGE = """<package><metadata><dc:title>The Pump</dc:title></metadata><manifest>
<item id="two" href="text/b%20two.xhtml"/><item id="one" href="text/a.xhtml"/></manifest>
<spine><itemref idref="one"/><itemref idref="two"/><itemref idref="gone"/></spine></package>"""
FIRST = "<html><head><title>x</title></head><body><h1>Oil</h1><p>Oil is thick.</p></body></html>"
SECOND = '<body><h1>Wear</h1><p>Wear is slow to show.</p><img src="../img/w.png" alt="A worn pad"/></body>'


def packed(path: Path, **more: bytes) -> Path:
    picture = io.BytesIO()
    Image.effect_noise((300, 200), 60).save(picture, "PNG")
    files = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": CONTAINER.encode(),
        "OPS/book.opf": PACKAGE.encode(),
        "OPS/text/a.xhtml": FIRST.encode(),
        "OPS/text/b two.xhtml": SECOND.encode(),
        "OPS/img/w.png": picture.getvalue(),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (files | more).items():
            archive.writestr(name, data)
    return path


def test_chapters_come_in_the_order_of_the_spine(tmp_path: Path) -> None:
    parsed = parse(packed(tmp_path / "b.epub"), ocr=None)
    assert (parsed.title, parsed.media_type) == ("The Pump", "application/epub+zip")
    assert [(text_of(block.words), block.heading) for block in parsed.blocks] == [
        ("Oil", "Oil"),
        ("Oil is thick.", "Oil"),
        ("Wear", "Wear"),
        ("Wear is slow to show.", "Wear"),
        ("A worn pad", "Wear"),
    ]
    (figure,) = parsed.figures
    assert (text_of(figure.caption), figure.mention) == ("A worn pad", "Wear is slow to show.")
    assert parsed.notes == ("chapter missing: OPS",)


def test_a_book_locked_by_its_publisher_is_named(tmp_path: Path) -> None:
    path = packed(tmp_path / "b.epub", **{"META-INF/encryption.xml": b"", "META-INF/rights.xml": b""})
    with pytest.raises(UnreadableFile, match=r"b\.epub is locked by its publisher"):
        parse(path)


def test_a_plate_wrapped_in_a_drawing_is_a_figure(tmp_path: Path) -> None:
    plate = '<body><h1>Plates</h1><svg viewBox="0 0 300 200"><image xlink:href="../img/w.png"/></svg></body>'
    parsed = parse(packed(tmp_path / "b.epub", **{"OPS/text/a.xhtml": plate.encode()}), ocr=None)
    assert [(figure.page, figure.heading) for figure in parsed.figures][0] == (1, "Plates")
    assert len(parsed.figures) == 2
