"""Where a citation leads."""

from pathlib import Path

import pytest

from agent.interfaces.links import file_name, link


@pytest.mark.parametrize(
    ("uri", "page", "expected"),
    [
        ("/docs/a b.pdf", 8, "file:///docs/a%20b.pdf#page=8"),
        ("/docs/a.PDF", None, "file:///docs/a.PDF"),
        ("/docs/a.html", 2, "file:///docs/a.html"),
        ("/docs/all.zip!/in/a.pdf", 2, "file:///docs/all.zip"),
        ("/docs/\x1b[31m#?.pdf", 1, "file:///docs/%1B%5B31m%23%3F.pdf#page=1"),
        ("https://example.org/a%20b.pdf?v=1", None, "https://example.org/a%20b.pdf?v=1"),
        ("https://example.org/a.pdf", 3, "https://example.org/a.pdf#page=3"),
        ("https://example.org/\x1b]8;; x", None, "https://example.org/%1B]8;;%20x"),
    ],
)
def test_links(uri: str, page: int | None, expected: str) -> None:
    assert link(uri, page) == expected


def test_names() -> None:
    assert file_name("/docs/all.zip!/in/a.pdf") == "a.pdf"
    assert file_name("https://example.org/page/") == "page"
    assert link("a.pdf") == Path("a.pdf").resolve().as_uri()
