"""A Rich console to which what documents, servers and file names say is text, and never a command to the terminal."""

import os
import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from tools.language.controls import clean

PIPED_WIDTH = 10_000
"""Columns where the output is no terminal: wide enough that nothing is wrapped or cut."""
NO_LINKS = re.compile(r"dumb|linux|screen.*|vt\d+")
"""Values of TERM whose terminals print the codes of a hyperlink instead of hiding them."""


class Terminal(Console):
    """Removes controls from all that is rendered, its own codes excepted. Where it is no terminal, it wraps nothing."""

    def __init__(self, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False)
        if not self.is_terminal:
            self.width = PIPED_WIDTH
            self.soft_wrap = True

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=clean(segment.text))

    @property
    def links(self) -> bool:
        """Whether a hyperlink (OSC 8) can be clicked here, and is not seen as codes."""
        return self.is_terminal and bool(self.color_system) and not NO_LINKS.fullmatch(os.environ.get("TERM", ""))
