"""A page on a local server, as Chromium shows it."""

import io
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pymupdf
import pytest
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse import web_page
from tools.library.parse.web import Capture, capture

playwright = pytest.mark.skipif(not any(map(shutil.which, web_page.BROWSERS)), reason="needs Chromium")

PAGE = """<!doctype html><title>Pump AR-240</title><body style="margin:0; font: 16px sans-serif">
<nav>Home | Shop</nav>
<h1>Pump</h1><p>The pump moves oil.</p>
<h2>Filter</h2><p>The filter sits <b>left</b> of the pump.</p>
<figure><img src="photo.png" width="300" height="200" alt="a red box">
<figcaption>Fig. 2. The filter</figcaption></figure>
<table><caption>Torques</caption><tr><th>Joint</th><th>Nm</th></tr><tr><td>Flange</td><td>210</td></tr></table>
<div style="height: 2000px"></div><p id="late"></p>
<script>document.getElementById("late").textContent = "Written by a script, far below.";</script>
<p style="display:none">hidden words</p>"""


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), (200, 0, 0)).save(out, "PNG")
    return out.getvalue()


def pdf() -> bytes:
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "A file of its own", fontsize=11)
    return document.tobytes()


class Site(BaseHTTPRequestHandler):
    replies = {
        "/page": ("text/html", PAGE.encode()),
        "/photo.png": ("image/png", photo()),
        "/robots.txt": ("text/plain", b"User-agent: *\nDisallow: /private/\n"),
        "/private/x": ("text/html", b"<p>no"),
        "/empty": ("text/html", b""),
        "/manual": ("application/pdf", pdf()),
    }

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/page")
            self.end_headers()
            return
        media_type, data = self.replies.get(self.path, ("", b""))
        self.send_response(200 if media_type else 404)
        self.send_header("Content-Type", media_type)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None: ...


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def page(site: str) -> Capture:
    return capture(f"{site}/moved", allow_private=True, ocr=None)


@playwright
def test_text_is_what_a_reader_sees_with_its_headings(page: Capture, site: str) -> None:
    assert page.url == f"{site}/page"
    assert page.parsed.title == "Pump AR-240"
    assert [(text_of(block.words), block.heading) for block in page.parsed.blocks] == [
        ("Pump", "Pump"),
        ("The pump moves oil.", "Pump"),
        ("Filter", "Pump > Filter"),
        ("The filter sits left of the pump.", "Pump > Filter"),
        ("Fig. 2. The filter", "Pump > Filter"),
        ("Written by a script, far below.", "Pump > Filter"),
    ]


@playwright
def test_boxes_lie_on_the_pictures_of_the_page(page: Capture) -> None:
    (figure,) = page.parsed.figures
    assert text_of(figure.caption) == "Fig. 2. The filter"
    assert figure.mention == "The filter sits left of the pump."
    assert figure.box[2] - figure.box[0] == pytest.approx(300 * 0.75)
    assert Image.open(io.BytesIO(figure.image)).getpixel((200, 100)) == pytest.approx((200, 0, 0), abs=12)
    assert page.parsed.pages == 2
    late = page.parsed.blocks[-1].words[0]
    with pymupdf.open(stream=page.parsed.rendition, filetype="pdf") as document:
        clip = document[late.page - 1].get_pixmap(clip=late.box)
        dark = sum(value < 100 for value in clip.samples[::3])
        assert late.page == 2 and dark > 20  # the word is drawn where the box says
        assert document[0].get_pixmap(clip=figure.box).pixel(100, 50) == pytest.approx((200, 0, 0), abs=12)


@playwright
def test_tables_are_markdown(page: Capture) -> None:
    (table,) = page.parsed.tables
    assert text_of(table.words) == "| Joint | Nm |\n|---|---|\n| Flange | 210 |"
    assert text_of(table.caption) == "Torques"
    assert table.heading == "Pump > Filter"


@playwright
@pytest.mark.slow
def test_the_same_page_has_the_same_digest(page: Capture, site: str) -> None:
    assert capture(f"{site}/page", allow_private=True).digest == page.digest


@playwright
@pytest.mark.slow
def test_a_page_without_anything_is_refused(site: str) -> None:
    with pytest.raises(UnreadableFile, match="/empty shows nothing that can be read"):
        capture(f"{site}/empty", allow_private=True)


def test_a_file_is_read_as_what_it_is(site: str) -> None:
    found = capture(f"{site}/manual", allow_private=True)
    assert found.parsed.media_type == "application/pdf"
    assert text_of(found.parsed.blocks[0].words) == "A file of its own"
    assert found.parsed.rendition == Site.replies["/manual"][1]


@pytest.mark.parametrize(
    ("path", "reason"), [("/private/x", "robots.txt forbids it"), ("/gone", "/gone answers 404 Not Found")]
)
def test_what_is_not_to_be_had_is_named(site: str, path: str, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        capture(site + path, allow_private=True)


def test_private_addresses_are_refused(site: str) -> None:
    with pytest.raises(UnreadableFile, match="127.0.0.1 is an address of this machine or a private network"):
        capture(f"{site}/page")


@pytest.mark.parametrize("url", ["ftp://example.org/x", "https://", "file:///etc/passwd"])
def test_only_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(UnreadableFile, match="is not a web address"):
        capture(url)
