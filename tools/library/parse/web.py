"""What stands at a URL: a web page, or a file that is read as the file that it is (PDF, picture, text).

robots.txt is obeyed; addresses of this machine and of private networks are refused unless allowed.
"""

import hashlib
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx

from tools.errors import UnreadableFile
from tools.library.evidence import text_of
from tools.library.parse import parse, web_page
from tools.library.parse.parts import Parsed
from tools.library.parse.web_proxy import REFUSED, gate

AGENT = "Exhibit/0.1 (indexes single pages for one person)"
MAX_BYTES = 300_000_000
MAX_REDIRECTS = 10
SECONDS = 30.0  # without an answer
PAGE_TYPES = ("text/html", "application/xhtml+xml")
SUFFIXES = {"application/pdf": ".pdf", "text/plain": ".txt", "text/markdown": ".md", "text/csv": ".csv"}


@dataclass(frozen=True)
class Capture:
    """What stood at a URL. `url` is where redirects ended; `digest` is the SHA-256 of the file, or of a page's words
    and pictures; `retrieved_at` is UTC."""

    url: str
    digest: str
    retrieved_at: datetime
    parsed: Parsed


def capture(url: str, *, allow_private: bool = False, ocr: Any = True) -> Capture:
    """Read what stands at a URL; `ocr` as for `parse`. Raises UnreadableFile that names the URL and the reason."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UnreadableFile(f"{url} is not a web address.", "Give one that begins with https://.")
    now = datetime.now(UTC)
    with gate(allow_private=allow_private) as proxy:
        reply = _fetch(url, proxy)
        if reply.data is None:
            parsed = web_page.parse_page(reply.url, proxy, AGENT)
            return Capture(reply.url, _digest(reply.url, parsed), now, parsed)
        return Capture(reply.url, hashlib.sha256(reply.data).hexdigest(), now, _file(reply, ocr))


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
    if _is_refused(reply):
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
    if _is_refused(reply):
        return  # the page itself will be refused, and say why
    rules = RobotFileParser()
    rules.parse(reply.text.splitlines() if reply.is_success else [])
    if reply.is_server_error or not rules.can_fetch(AGENT, url):
        raise UnreadableFile(f"{url} is not fetched: the site's robots.txt forbids it.", "Save the page and add that.")


def _is_refused(reply: httpx.Response) -> bool:
    """Whether our own proxy answered, not the site."""
    return reply.status_code == 403 and reply.reason_phrase == REFUSED


def _file(reply: _Reply, ocr: Any) -> Parsed:
    name = PurePosixPath(urlsplit(reply.url).path).name or "page"
    suffix = SUFFIXES.get(reply.media_type, "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name if suffix in ("", PurePosixPath(name).suffix) else name + suffix)
        path.write_bytes(reply.data or b"")
        parsed = parse(path, ocr=ocr)
    return parsed if parsed.rendition or parsed.media_type == "text/html" else replace(parsed, rendition=reply.data)


def _digest(url: str, parsed: Parsed) -> str:
    found = hashlib.sha256(url.encode())
    for words in [*(block.words for block in parsed.blocks), *(table.words for table in parsed.tables)]:
        found.update(text_of(words).encode())
    for figure in parsed.figures:
        found.update(figure.image)
    return found.hexdigest()
