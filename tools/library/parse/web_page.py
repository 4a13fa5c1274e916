"""A web page as Chromium shows it: text, figures and tables with their places on pictures of the page, which become the
pages of its rendition."""

import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.evidence import Box, Region, Word
from tools.library.parse.layout.geometry import bounds
from tools.library.parse.layout.table_words import with_separators
from tools.library.parse.parts import Block, FigurePart, Parsed, TablePart
from tools.library.parse.pixels import png

WIDTH, HEIGHT = 1200, 1600  # CSS pixels of a picture of the page
SHARPNESS = 1.5  # pixels per CSS pixel
POINTS = 0.75  # PDF points per CSS pixel
MAX_PAGES = 40
SECONDS = 30.0  # that the page may take to load
SETTLE_SECONDS = 3.0  # how long a page may go on loading after it says that it is there
MENTION = 1200  # characters of the paragraph before a picture that are kept with it
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "Type: pip install 'exhibit-cited-answers[web]' && playwright install chromium"


def parse_page(url: str, proxy: str, agent: str) -> Parsed:
    """Read the page through a proxy, under the name of `agent`. Raises UnreadableFile."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise UnreadableFile(f"{url}: web pages need a browser, and none is installed.", INSTALL) from error
    try:
        with sync_playwright() as playwright:
            own = next((found for name in BROWSERS if (found := shutil.which(name))), None)
            browser = playwright.chromium.launch(
                executable_path=own,
                chromium_sandbox=os.geteuid() != 0 if hasattr(os, "geteuid") else True,  # Chromium refuses root
                proxy={"server": proxy, "bypass": "<-loopback>"},  # without it the loopback would go round the proxy
                args=["--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-quic"],
            )
            with browser:
                return _read(browser, url, agent)
    except Error as error:
        reason = error.message.split("\n")[0]
        step = INSTALL if "Executable doesn't exist" in error.message else "Save the page and add that."
        raise UnreadableFile(f"{url} cannot be shown ({reason}).", step) from error


def _read(browser: Any, url: str, agent: str) -> Parsed:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=SHARPNESS,
        user_agent=agent,
        reduced_motion="reduce",
        service_workers="block",
        accept_downloads=False,
    )
    page = context.new_page()
    page.set_default_timeout(1000 * SECONDS)
    page.goto(url, wait_until="load")
    _settle(page)
    seen = page.evaluate(Path(__file__).with_suffix(".js").read_text("utf-8"))
    cuts = list(_cuts(seen))
    slices = _Slices(cuts, [_shot(page, top, end, seen["width"]) for top, end in cuts])
    return _parsed(url, seen, slices)


def _settle(page: Any) -> None:
    """Scroll through, so that pictures that load when seen are loaded; wait until the network is quiet, or a while."""
    from playwright.sync_api import TimeoutError as Slow

    page.add_style_tag(content="* {animation: none !important; transition: none !important}")
    page.evaluate(
        f"async () => {{ for (let y = 0; y < Math.min(document.body.scrollHeight, {MAX_PAGES * HEIGHT}); y += 1200)"
        " { scrollTo(0, y); await new Promise(done => setTimeout(done, 30)); } scrollTo(0, 0); }"
    )
    try:
        page.wait_for_load_state("networkidle", timeout=1000 * SETTLE_SECONDS)
    except Slow:
        return  # pages with a ticker never are: what is there is read


def _cuts(seen: dict) -> Iterator[tuple[int, int]]:
    """Top and end of each picture of the page, in CSS pixels, cut where no line of text, picture or row is torn."""
    spans = [(w[2], w[4]) for part in seen["parts"] for w in _words_of(part)]
    spans += [(p["box"][1], p["box"][3]) for p in seen["parts"] if p["kind"] == "figure"]
    top = 0
    for _ in range(MAX_PAGES):
        end = top + HEIGHT
        if end >= seen["height"]:
            yield top, int(seen["height"])
            return
        near = [span for span in spans if span[1] > top + HEIGHT / 2 and span[0] < end]
        free = (y for y in range(end, top + HEIGHT // 2, -4) if not any(a < y < b for a, b in near))
        end = next(free, end)
        yield top, end
        top = end


def _words_of(part: dict) -> list[list]:
    cells = [word for row in part.get("rows", ()) for cell in row for word in cell["words"]]
    return [*part.get("words", ()), *part.get("caption", ()), *part.get("inside", ()), *cells]


def _shot(page: Any, top: int, end: int, width: int) -> Image.Image:
    clip = {"x": 0, "y": top, "width": width, "height": max(1, end - top)}
    data = page.screenshot(clip=clip, full_page=True, type="jpeg", quality=85)
    return Image.open(io.BytesIO(data)).convert("RGB")


# --- to parts


@dataclass(frozen=True)
class _Slices:
    """The pictures of a page one below the other; they become the pages of the rendition."""

    cuts: list[tuple[int, int]]
    shots: list[Image.Image]

    def place(self, box: Box | list[float]) -> tuple[int, Box] | None:
        """Page number and box there in points; None below the last picture. A box stands where its middle does."""
        middle = (box[1] + box[3]) / 2
        for number, (top, end) in enumerate(self.cuts, 1):
            if middle < end or number == len(self.cuts) and box[1] < end:
                x0, y0, x1, y1 = box[0], max(box[1], top), box[2], min(box[3], end)
                return number, (x0 * POINTS, (y0 - top) * POINTS, x1 * POINTS, (y1 - top) * POINTS)
        return None

    def words(self, found: list[list]) -> tuple[Word, ...]:
        words = []
        for text, x0, y0, x1, y1, ends in found:
            if place := self.place([x0, y0, x1, y1]):
                words.append(Word(text, *place, "\n" if ends else " "))
        return (*words[:-1], words[-1]._replace(sep="\n")) if words else ()

    def crop(self, number: int, box: Box) -> bytes:
        x0, y0, x1, y1 = (round(side * SHARPNESS / POINTS) for side in box)
        return png(self.shots[number - 1].crop((x0, y0, x1, y1)))

    def pdf(self) -> bytes:
        document = pymupdf.open()
        for (top, end), shot in zip(self.cuts, self.shots, strict=True):
            page = document.new_page(width=shot.width * POINTS / SHARPNESS, height=max(1, end - top) * POINTS)
            out = io.BytesIO()
            shot.save(out, "JPEG", quality=80)
            page.insert_image(page.rect, stream=out.getvalue())
        return bytes(document.tobytes(garbage=3, deflate=True))


def _parsed(url: str, seen: dict, slices: _Slices) -> Parsed:
    blocks: list[Block] = []
    figures: list[FigurePart] = []
    tables: list[TablePart] = []
    path: list[tuple[int, str]] = []
    for part in seen["parts"]:
        words = slices.words(part["words"]) if part["kind"] == "text" else ()
        if words and part["level"]:
            path = [step for step in path if step[0] < part["level"]]
            path.append((part["level"], " ".join(word.text for word in words)))
        heading = " > ".join(text for _, text in path)
        if words:
            blocks.append(Block(words, heading))
        elif part["kind"] == "figure" and (figure := _figure(part, slices, heading, blocks)):
            figures.append(figure)
        elif part["kind"] == "table" and (table := _table(part, slices, heading)):
            tables.append(table)
    if not blocks and not figures and not tables:
        raise UnreadableFile(f"{url} shows nothing that can be read.", "Open it in a browser and save it as PDF.")
    title, pages, end = seen["title"].strip() or url, len(slices.cuts), slices.cuts[-1][1]
    notes = ("only the top of the page was read: it is very long",) if end < seen["height"] else ()
    return Parsed("text/html", title, pages, tuple(blocks), tuple(figures), tuple(tables), slices.pdf(), notes)


def _figure(part: dict, slices: _Slices, heading: str, blocks: list[Block]) -> FigurePart | None:
    """The picture as the page shows it; its alternative text stands for what is inside."""
    place = slices.place(part["box"])
    if not place or place[1][2] - place[1][0] < 1 or place[1][3] - place[1][1] < 1:
        return None
    number, box = place
    caption = slices.words(part["caption"]) or tuple(Word(text, number, box) for text in part["alt"].split())
    mention = " ".join(word.text for word in blocks[-1].words)[:MENTION] if blocks else ""
    inside = slices.words(part["inside"])
    return FigurePart(slices.crop(number, box), number, box, caption, inside, heading, mention)


def _table(part: dict, slices: _Slices, heading: str) -> TablePart | None:
    columns = max(sum(cell["span"] for cell in row) for row in part["rows"])
    rows = []
    for row in part["rows"]:
        cells = [slices.words(w) for cell in row for w in [cell["words"], *[[]] * (cell["span"] - 1)]]
        rows.append([*cells, *[()] * (columns - len(cells))])
    words = [word for row in rows for cell in row for word in cell]
    if not words or not slices.place(part["box"]):
        return None
    page = words[0].page
    region = Region(page=page, boxes=(bounds(word.box for word in words if word.page == page),))
    return TablePart(with_separators(rows), region, slices.words(part["caption"]), heading)
