"""Where a citation leads: the name of its file, and a URL that opens it at the page."""

from pathlib import Path
from urllib.parse import quote

from tools.library.sources.address import is_url

IN_ARCHIVE = "!/"
"""Stands between an archive's path and that of the file in it."""
IN_URLS = "%/:?#[]@!$&'()*+,;=~"
"""Characters that stay as they are in a URL (RFC 3986); all others are percent-encoded."""


def file_name(uri: str) -> str:
    """The last part of a path or URL."""
    return uri.rstrip("/").rpartition("/")[2]


def link(uri: str, page: int | None = None) -> str:
    """file:///manual.pdf#page=8; of a file in an archive, the archive. Only PDF viewers know of pages."""
    path = uri.partition(IN_ARCHIVE)[0]
    url = quote(path, safe=IN_URLS) if is_url(path) else Path(path).resolve().as_uri()
    return f"{url}#page={page}" if page and path.lower().endswith(".pdf") else url
