"""Source code and settings as text, each line with its number."""

import re
from pathlib import Path

from tools.library.parse.encoding import decode
from tools.library.parse.parts import Parsed
from tools.library.parse.rendition import escaped, render

LINE_END = re.compile(r"\r\n?|\n")
"""Where editors begin a line: not at form feeds, as `str.splitlines` does."""


def parse_code(path: Path) -> Parsed:
    """Read a file of source code. Raises UnreadableFile."""
    lines = LINE_END.split(decode(path.read_bytes()))
    width = len(str(len(lines)))
    blocks: list[list[str]] = [[]]
    for number, line in enumerate(lines, 1):
        if line.strip():
            blocks[-1].append(f"{number:>{width}}  {line.rstrip()}")
        elif blocks[-1]:
            blocks.append([])
    body = "".join(f"<pre>{escaped(chr(10).join(block))}</pre>" for block in blocks if block)
    return render(body, "text/plain", path.name)
