"""Plain text: paragraphs where blank lines part them."""

import re
from pathlib import Path

from tools.library.parse.encoding import decode
from tools.library.parse.parts import Parsed
from tools.library.parse.rendition import escaped, render


def parse_plain(path: Path) -> Parsed:
    """Read .txt and anything else that is text. Raises UnreadableFile."""
    return render(paragraphs_html(decode(path.read_bytes())), "text/plain", path.name)


def paragraphs_html(text: str) -> str:
    """Blank lines part paragraphs; line ends within one are kept."""
    parts = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(f"<p>{escaped(part.strip()).replace(chr(10), '<br/>')}</p>" for part in parts if part.strip())
