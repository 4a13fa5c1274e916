"""Figures and the paragraphs that speak of them: "see Figure 3", "Fig. 3-2 shows", "Figures 4 and 5"."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tools.library.evidence import text_of
from tools.library.parse.layout.lines import CAPTION, KINDS, NUMBER, is_caption
from tools.library.parse.parts import Block, FigurePart

LONGEST = 1500
"""Characters of all paragraphs that are kept with one figure."""
LEAST_WORDS = 5  # of the paragraph before a picture without a number
REFERENCE = re.compile(
    rf"\b({KINDS})(?:s|en)?\.?\s*({NUMBER}(?:\s*(?:,|and|und|or|oder|&|to|bis)\s*{NUMBER})*)(?![\w%])", re.I
)
ONE = re.compile(NUMBER, re.I)
SHORT = {"fig": "figure", "abb": "abbildung"}
Key = tuple[str, str]


def with_mentions(blocks: Sequence[Block], figures: Sequence[FigurePart], *, flowing: bool) -> tuple[FigurePart, ...]:
    """The figures with the paragraphs of the whole document that name their number, in reading order.

    `flowing`: text and pictures stand in one column in the order of the source (HTML, Markdown); there the paragraph
    before a picture speaks of it if none names it.
    """
    prose = [block for block in blocks if not is_caption(text_of(block.words))]
    named: dict[Key, list[str]] = defaultdict(list)
    for block in prose:
        text = " ".join(text_of(block.words).split())
        for key in dict.fromkeys(_references(text)):
            named[key].append(text)
    out = []
    for figure in figures:
        texts = [text for key in _own(figure) for text in named[key]]
        if not texts and flowing and (before := _before(figure, prose)):
            texts = [before]
        out.append(replace(figure, mention=_bounded(list(dict.fromkeys(texts)))) if texts else figure)
    return tuple(out)


def _own(figure: FigurePart) -> Iterator[Key]:
    """The numbers in the figure's captions: each line of it may begin with one."""
    for line in text_of(figure.caption).split("\n"):
        if (match := CAPTION.match(line)) and (number := ONE.search(line, match.end(1))):
            yield _key(match.group(1), number.group())


def _references(text: str) -> Iterator[Key]:
    """What a text names: "Figures 3 and 4a" is figure 3, figure 4a and, as its part, figure 4."""
    for match in REFERENCE.finditer(text):
        for number in ONE.findall(match.group(2)):
            yield _key(match.group(1), number)
            if number[-1].isalpha():
                yield _key(match.group(1), number[:-1])


def _key(kind: str, number: str) -> Key:
    kind = kind.lower()
    return SHORT.get(kind, kind), number.lower().replace("–", "-")


def _before(figure: FigurePart, prose: Sequence[Block]) -> str:
    """The last paragraph that ends above the figure, with its beginning on the page before."""
    place = (figure.page, figure.box[1] + 3)
    above = [block for block in prose if (block.words[-1].page, block.words[-1].box[3]) <= place]
    text = ""
    for block in reversed(above):
        if len(block.words) >= LEAST_WORDS or text:
            text = f"{' '.join(text_of(block.words).split())} {text}".strip()
            if not text[0].islower():
                break
    return text


def _bounded(texts: list[str]) -> str:
    """Whole paragraphs, as many as fit; the first is cut at a word if it alone is too long."""
    kept = texts[0] if len(texts[0]) <= LONGEST else texts[0][:LONGEST].rsplit(" ", 1)[0]
    for text in texts[1:]:
        if len(kept) + 1 + len(text) > LONGEST:
            break
        kept += "\n" + text
    return kept
