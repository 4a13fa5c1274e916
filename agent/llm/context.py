"""How much a prompt may hold: tokens counted before they are sent, and our count held against the server's."""

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count

NUM_PREDICT = 1024
"""Most tokens of one reply. A model held to a grammar may otherwise write blanks for ever."""
REPAIR_TOKENS = 500
"""Kept free for the bad reply and the request to mend it."""
WRONG = 0.15
"""Share by which our count may be off before the log says so."""
TOKEN = re.compile(
    r"(?<![A-Za-z])[A-Za-z]{1,8}|[A-Za-z]{1,3}|[\u2e80-\U0010ffff]|[\u0370-\u2e7f]{1,3}(?<!\s)|[^\W\d_]"
    r"|\d|[^\w\s]{1,2}|_+| (?=\d)|[^\S\n]{2,}|\n+"
)
"""Roughly where Llama 3's tokenizer cuts. Against that tokenizer itself: a manual 1.00, tables 1.07, JSON 1.05,
prompts 1.11, Python 1.17, French 0.93, German 0.85, Russian 1.03, Chinese 1.19 times the true count. (Bytes divided
by a constant are worse: one token is 1.8 bytes of a table of numbers and 4.7 of English prose.)"""

log = logging.getLogger("exhibit.model")


@lru_cache(maxsize=2000)
def tokens(text: str) -> int:
    """How many tokens a text is, about; see TOKEN for how well."""
    return len(TOKEN.findall(text))


class Meter:
    """Our counts held against what the server counted. `factor` >= 1 is what a count is multiplied by.

    It starts with the error that German has, and follows the last reply, so that another tokenizer or language
    makes the next prompt shorter instead of cutting its start off.
    """

    def __init__(self) -> None:
        self.factor = 1 + WRONG

    def observe(self, counted: int, reported: int | None) -> None:
        """`reported` is the server's count; None or 0 where it says nothing."""
        if not reported or not counted:
            return
        self.factor = max(1.0, 1.05 * reported / counted)
        if abs(reported / counted - 1) > WRONG:
            log.warning(
                "A prompt counted as %d tokens was %d (%+.0f %%).", counted, reported, 100 * (reported / counted - 1)
            )


def line(text: str, most: int) -> str:
    """The text on one line, at most `most` characters of it; what is missing is said."""
    flat = " ".join(text.split())
    left = len(flat) - most
    return flat if left <= 0 else f"{flat[:most]} ... ({left} characters left out for space)"


def fence_of(texts: Sequence[str]) -> str:
    """A line that stands in none of the texts, so that none of them can close it."""
    taken = {int(number) for text in texts for number in re.findall(r"<<<text (\d{1,9})>>>", text)}
    return f"<<<text {next(number for number in count(1) if number not in taken)}>>>"
