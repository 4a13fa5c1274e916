"""Sentences that go on in the next column, on the next page or beyond a figure or a footnote."""

import re
from collections.abc import Container, Sequence

from tools.library.evidence import text_of
from tools.library.parse.layout.lines import BULLET, TABLE_CAPTION, UNSPACED, is_caption, parted
from tools.library.parse.parts import Block

CLOSED = re.compile(r"[.!?:;。！？।][\"'”’»)\]]*$")
LEAST_WORDS = 4
"""Words of a block that can be an unfinished sentence, not a label."""
LOOK_BACK = 3
"""Blocks that may stand between the two parts of a sentence: footnotes, captions, labels."""


def over_breaks(blocks: Sequence[Block], known: Container[str]) -> list[Block]:
    """The blocks, each that begins in the middle of a sentence joined to the one that was left unfinished."""
    out: list[Block] = []
    for block in blocks:
        at = _unfinished(out, block)
        if at is None:
            out.append(block)
        else:
            out[at] = Block(_joined(out[at], block, known), out[at].heading)
    return out


def _unfinished(before: Sequence[Block], block: Block) -> int | None:
    """The place of the block that this one goes on with."""
    if not block.words or not block.words[0].text[:1].islower() or BULLET.match(block.words[0].text):
        return None
    between = False  # whether anything but captions was passed over
    for at in range(len(before) - 1, max(-1, len(before) - 1 - LOOK_BACK), -1):
        text = text_of(before[at].words).strip()
        if before[at].heading != block.heading:
            return None
        if is_caption(text) or is_caption(text, TABLE_CAPTION):
            continue
        if len(before[at].words) >= LEAST_WORDS and not CLOSED.search(text) and not _is_heading(before[at], text):
            return at if _turns(before[at], block) or not between and _stands_apart(before[at], block) else None
        between = True
    return None


def _is_heading(block: Block, text: str) -> bool:
    return block.heading.endswith(" ".join(text.split()))


def _turns(block: Block, following: Block) -> bool:
    """Whether a new page or column begins between them."""
    last, first = block.words[-1], following.words[0]
    return first.page != last.page or first.box[1] < last.box[1]


def _stands_apart(block: Block, following: Block) -> bool:
    """Whether a figure or a table stands between them."""
    last, first = block.words[-1], following.words[0]
    return first.box[1] - last.box[3] > 2 * max(1.0, last.box[3] - last.box[1])


def _joined(block: Block, following: Block, known: Container[str]) -> tuple:
    last = block.words[-1]
    if re.search(r"\w-$", last.text):
        last = parted(last, following.words[0], known)
    else:
        last = last._replace(sep="" if UNSPACED.match(last.text[-1]) else " ")
    return (*block.words[:-1], last, *following.words)
