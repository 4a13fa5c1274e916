"""Source code and settings as text, each line with its number."""

from pathlib import Path

from tools.library.parse.encoding import decode
from tools.library.parse.parts import Parsed
from tools.library.parse.rendition import escaped, render


def parse_code(path: Path) -> Parsed:
    """Read a file of source code. Raises UnreadableFile."""
    lines = decode(path.read_bytes()).splitlines()
    width = len(str(len(lines)))
    blocks: list[list[str]] = [[]]
    for number, line in enumerate(lines, 1):
        if line.strip():
            blocks[-1].append(f"{number:>{width}}  {line.rstrip()}")
        elif blocks[-1]:
            blocks.append([])
    body = "".join(f"<pre>{escaped(chr(10).join(block))}</pre>" for block in blocks if block)
    return render(body, "text/plain", path.name)
