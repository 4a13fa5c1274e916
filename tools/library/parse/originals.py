"""Words whose letters the typesetter writes into a PDF as other letters, as the source has them.

Arabic, Indic and Southeast Asian letters are set as glyphs that stand for several letters, and letters beyond U+FFFF
under another number: what is read back from the page is wrong. Each such word is marked before it is set; where it
comes to stand, its letters are those of the source.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bs4 import BeautifulSoup

from tools.library.evidence import Box, Word
from tools.library.parse.layout.geometry import bounds

SHAPED = re.compile("[\u0600-\u08ff\u0900-\u109f\u1780-\u17ff\ufb50-\ufdff\U00010000-\U0010ffff]")
MARK = "word"


class Original(NamedTuple):
    """A word of the source and where it stands on its page, in points."""

    text: str
    box: Box

    def holds(self, box: Box) -> bool:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return self.box[0] - 1 <= x <= self.box[2] + 1 and self.box[1] - 2 <= y <= self.box[3] + 2


Originals = Mapping[int, Sequence[Original]]
"""By number of the page, from 1."""


def marked(body: str) -> tuple[str, dict[str, str]]:
    """HTML with each such word in a mark of its own, and the words by the names of their marks."""
    if not SHAPED.search(body):
        return body, {}
    soup = BeautifulSoup(body, "html.parser")
    words: dict[str, str] = {}
    for string in soup.find_all(string=SHAPED):
        parts: list[Any] = []
        for part in re.split(r"(\s+)", string):
            if SHAPED.search(part):
                name = f"{MARK}{len(words)}"
                words[name] = part.replace("\u200b", "")
                parts.append(soup.new_tag("span", id=name, string=part))
            elif part:
                parts.append(part)
        string.replace_with(*parts)
    return str(soup), words


def restored(words: Sequence[Word], originals: Sequence[Original], used: set[Original]) -> list[Word]:
    """The words of a line, those that stand for a word of the source with its letters. What is set in several pieces,
    or in another order, is the word at its first piece; `used` are the words of the page that were found so far."""
    out: list[Word] = []
    places: dict[Original, int] = {}
    for word in words:
        found = next((original for original in originals if original.holds(word.box)), None)
        if found in places:
            at = places[found]
            out[at] = out[at]._replace(box=bounds([out[at].box, word.box]))
        elif found is None:
            out.append(word)
        elif found not in used:
            used.add(found)
            places[found] = len(out)
            out.append(word._replace(text=found.text))
    return out
