"""Markdown: CommonMark with tables, as HTML."""

import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt

from tools.library.parse import ocr
from tools.library.parse.encoding import decode
from tools.library.parse.html import render_soup
from tools.library.parse.parts import Parsed

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:[\w-]+[ \t]*:.*\n|[ \t#-].*\n|\n)*?---[ \t]*\n")
PICTURE = re.compile(r"!\[([^\]\n]*)\]\(([^()\s]+)\)")


def parse_markdown(path: Path, read: ocr.Reader | None = ocr.read) -> Parsed:
    """Read .md. Raises UnreadableFile where nothing can be set."""
    source = FRONT_MATTER.sub("", decode(path.read_bytes()), count=1)
    text = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source)
    soup = BeautifulSoup(text, "html.parser")
    _take_pictures_within_html(soup)
    return render_soup(soup, path, "text/markdown", read)


def _take_pictures_within_html(soup: BeautifulSoup) -> None:
    """Markdown within a block of HTML is text to CommonMark; whoever writes <p align="center">![](a.png)</p> means the
    picture."""
    for string in soup.find_all(string=PICTURE):
        if not string.find_parent(("pre", "code")):
            before, *rest = PICTURE.split(string)
            parts: list[Tag | str] = [before]
            for alt, source, after in zip(rest[0::3], rest[1::3], rest[2::3]):
                parts += [soup.new_tag("img", attrs={"src": source, "alt": alt}), after]
            string.replace_with(*parts)
