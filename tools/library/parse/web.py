"""A web page by its URL, as Chromium shows it: text, figures and tables with their places on pictures of the page.

robots.txt is obeyed; addresses of this machine and of private networks are refused unless allowed. What is no page (a
PDF, a picture) is fetched and read as the file that it is. Needs the extra `web` for pages.
"""

import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx
import pymupdf
from PIL import Image

from tools.errors import UnreadableFile
from tools.library.evidence import Box, Region, Word, text_of
from tools.library.parse.layout.lines import bounds
from tools.library.parse.layout.ruled_tables import with_separators
from tools.library.parse.parts import Block, FigurePart, Parsed, TablePart
from tools.library.parse.web_proxy import gate

AGENT = "Exhibit/0.1 (indexes single pages for one person)"
WIDTH, HEIGHT = 1200, 1600  # CSS pixels of a picture of the page
SHARPNESS = 1.5  # pixels per CSS pixel
POINTS = 0.75  # PDF points per CSS pixel
MAX_PAGES = 40
MAX_BYTES = 300_000_000
MAX_REDIRECTS = 10
SECONDS = 30.0
SETTLE_SECONDS = 3.0  # how long a page may go on loading after it says that it is there
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PAGE_TYPES = ("text/html", "application/xhtml+xml")
SUFFIXES = {"application/pdf": ".pdf", "text/plain": ".txt", "text/markdown": ".md", "text/csv": ".csv"}
INSTALL = "Type: pip install 'exhibit-cited-answers[web]' && playwright install chromium"


@dataclass(frozen=True)
class Capture:
    """What stood at a URL. `url` is where redirects ended; `digest` is the SHA-256 of the file, or of a page's words
    and pictures; `retrieved_at` is UTC."""

    url: str
    digest: str
    retrieved_at: datetime
    parsed: Parsed


def is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def capture(url: str, *, allow_private: bool = False, ocr: Any = True) -> Capture:
    """Read what stands at a URL; `ocr` as for `parse`. Raises UnreadableFile that names the URL and the reason."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UnreadableFile(f"{url} is not a web address.", "Give one that begins with https://.")
    now = datetime.now(UTC)
    with gate(allow_private=allow_private) as proxy:
        reply = _fetch(url, proxy)
        if reply.data is None:
            parsed, digest = _page(reply.url, proxy)
        else:
            parsed, digest = _file(reply, ocr), hashlib.sha256(reply.data).hexdigest()
    return Capture(reply.url, digest, now, parsed)


# --- fetching


@dataclass(frozen=True)
class _Reply:
    """`data` is None for a page, which the browser fetches itself."""

    url: str
    media_type: str
    data: bytes | None


def _fetch(url: str, proxy: str) -> _Reply:
    """Follow redirects, robots.txt asked at each step, up to what is a page or a file."""
    try:
        with httpx.Client(proxy=proxy, trust_env=False, timeout=SECONDS, headers={"User-Agent": AGENT}) as client:
            for _ in range(MAX_REDIRECTS):
                _ask_robots(client, url)
                with client.stream("GET", url) as reply:
                    if reply.has_redirect_location:
                        url = urljoin(url, reply.headers["location"])
                        continue
                    return _answer(reply, url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise UnreadableFile(f"{url} cannot be fetched ({reason}).", "Check the address and the network.") from error
    raise UnreadableFile(f"{url} leads on and on ({MAX_REDIRECTS} redirects).", "Check the address.")


def _answer(reply: httpx.Response, url: str) -> _Reply:
    if reply.status_code == 403 and reply.reason_phrase == "Refused":  # by our own gate
        reason = reply.read().decode("latin-1")
        raise UnreadableFile(f"{url} is not fetched: {reason}.", "If it is yours, set EXHIBIT_WEB_PRIVATE=true.")
    if not reply.is_success:
        raise UnreadableFile(f"{url} answers {reply.status_code} {reply.reason_phrase}.", "Check the address.")
    media_type = reply.headers.get("content-type", "text/html").split(";")[0].strip().lower()
    if media_type in PAGE_TYPES:
        return _Reply(url, media_type, None)
    data = b""
    for piece in reply.iter_bytes():
        data += piece
        if len(data) > MAX_BYTES:
            raise UnreadableFile(f"{url} is larger than {MAX_BYTES // 10**6} MB.", "Save a smaller copy and add that.")
    return _Reply(url, media_type, data)


def _ask_robots(client: httpx.Client, url: str) -> None:
    """Raises UnreadableFile where robots.txt forbids. RFC 9309: none (4xx) allows all, one at fault (5xx) nothing."""
    reply = client.get(urljoin(url, "/robots.txt"), follow_redirects=True)
    if reply.status_code == 403 and reply.reason_phrase == "Refused":
        return  # the page itself will be refused, and say why
    rules = RobotFileParser()
    rules.parse(reply.text.splitlines() if reply.is_success else [])
    if reply.is_server_error or not rules.can_fetch(AGENT, url):
        raise UnreadableFile(f"{url} is not fetched: the site's robots.txt forbids it.", "Save the page and add that.")


def _file(reply: _Reply, ocr: Any) -> Parsed:
    from tools.library.parse import parse  # it knows every kind of file, this one too

    name = PurePosixPath(urlsplit(reply.url).path).name or "page"
    suffix = SUFFIXES.get(reply.media_type, "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name if suffix in ("", PurePosixPath(name).suffix) else name + suffix)
        path.write_bytes(reply.data or b"")
        parsed = parse(path, ocr=ocr)
    return parsed if parsed.rendition or parsed.media_type == "text/html" else replace(parsed, rendition=reply.data)


# --- the browser


def _page(url: str, proxy: str) -> tuple[Parsed, str]:
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
                proxy={"server": proxy, "bypass": "<-loopback>"},  # without it the loopback would go round the gate
                args=["--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-quic"],
            )
            with browser:
                return _read(browser, url)
    except Error as error:
        reason = error.message.split("\n")[0]
        step = INSTALL if "Executable doesn't exist" in error.message else "Save the page and add that."
        raise UnreadableFile(f"{url} cannot be shown ({reason}).", step) from error


def _read(browser: Any, url: str) -> tuple[Parsed, str]:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=SHARPNESS,
        user_agent=AGENT,
        reduced_motion="reduce",
        service_workers="block",
        accept_downloads=False,
    )
    page = context.new_page()
    page.set_default_timeout(1000 * SECONDS)
    page.goto(url, wait_until="load")
    _settle(page)
    seen = page.evaluate(Path(__file__).with_name("web.js").read_text("utf-8"))
    cuts = list(_cuts(seen))
    shots = [_shot(page, top, end, seen["width"]) for top, end in cuts]
    notes = ("only the top of the page was read: it is very long",) if cuts[-1][1] < seen["height"] else ()
    return _parsed(url, seen, _Slices(cuts, shots), notes)


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
        scale = SHARPNESS / POINTS
        out = io.BytesIO()
        x0, y0, x1, y1 = (round(side * scale) for side in box)
        self.shots[number - 1].crop((x0, y0, x1, y1)).save(out, "PNG")
        return out.getvalue()

    def pdf(self) -> bytes:
        document = pymupdf.open()
        for (top, end), shot in zip(self.cuts, self.shots, strict=True):
            page = document.new_page(width=shot.width * POINTS / SHARPNESS, height=max(1, end - top) * POINTS)
            out = io.BytesIO()
            shot.save(out, "JPEG", quality=80)
            page.insert_image(page.rect, stream=out.getvalue())
        return bytes(document.tobytes(garbage=3, deflate=True))


def _parsed(url: str, seen: dict, slices: _Slices, notes: tuple[str, ...]) -> tuple[Parsed, str]:
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
    title = seen["title"].strip() or url
    parsed = Parsed(
        "text/html", title, len(slices.cuts), tuple(blocks), tuple(figures), tuple(tables), slices.pdf(), notes
    )
    return parsed, _digest(url, parsed)


def _figure(part: dict, slices: _Slices, heading: str, blocks: list[Block]) -> FigurePart | None:
    """The picture as the page shows it; its alternative text stands for what is inside."""
    place = slices.place(part["box"])
    if not place or place[1][2] - place[1][0] < 1 or place[1][3] - place[1][1] < 1:
        return None
    number, box = place
    alt = tuple(Word(text, number, box) for text in part["alt"].split())
    mention = " ".join(word.text for word in blocks[-1].words)[:MENTION] if blocks else ""
    return FigurePart(
        slices.crop(number, box),
        number,
        box,
        slices.words(part["caption"]) or alt,
        slices.words(part["inside"]),
        heading,
        mention,
    )


def _table(part: dict, slices: _Slices, heading: str) -> TablePart | None:
    columns = max(sum(cell["span"] for cell in row) for row in part["rows"])
    rows = []
    for row in part["rows"]:
        cells = [slices.words(w) for cell in row for w in [cell["words"], *[[]] * (cell["span"] - 1)]]
        rows.append([*cells, *[()] * (columns - len(cells))])
    words = [word for row in rows for cell in row for word in cell]
    place = slices.place(part["box"])
    if not words or not place:
        return None
    page = words[0].page
    box = bounds(word.box for word in words if word.page == page)
    region = Region(page=page, boxes=(box,))
    return TablePart(with_separators(rows), region, slices.words(part["caption"]), heading)


def _digest(url: str, parsed: Parsed) -> str:
    found = hashlib.sha256(url.encode())
    for words in [*(block.words for block in parsed.blocks), *(table.words for table in parsed.tables)]:
        found.update(text_of(words).encode())
    for figure in parsed.figures:
        found.update(figure.image)
    return found.hexdigest()


MENTION = 1200
"""Characters of the paragraph before a picture that are kept with it."""
