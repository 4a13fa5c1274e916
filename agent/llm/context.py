"""How much a prompt may hold: tokens counted, the evidence that fits packed, what is left out named.

Ollama drops the start of a prompt that is longer than its window, and says nothing. So the count must not be too low.
"""

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from agent.llm.protocol import Brief, Call, Shown

NUM_PREDICT = 1024
"""Most tokens of one reply. A model bound to a grammar may otherwise write blanks for ever."""
REPAIR_TOKENS = 500
"""Kept free for the bad reply and the request to mend it."""
LEAST_EVIDENCE = 500
"""Tokens that the best piece of evidence always gets, cut where it is longer."""
COUNT_ERROR = 0.15
"""Share by which our count may be off before the log says so."""
TOKEN = re.compile(
    r"(?<![A-Za-z])[A-Za-z]{1,8}|[A-Za-z]{1,3}|[\u2e80-\U0010ffff]|[\u0370-\u2e7f]{1,3}(?<!\s)|[^\W\d_]"
    r"|\d{1,3}|[^\w\s]{1,2}|_+| (?=\d)|[^\S\n]{2,}|\n+"
)
"""Roughly where Llama 3's tokenizer cuts. Against that tokenizer itself: a manual 1.00, tables 1.07, JSON 1.05,
prompts 1.11, Python 1.17, French 0.93, German 0.85, Russian 1.03, Chinese 1.19 times the true count. (Bytes divided
by a constant are worse: one token is 1.8 bytes of a table of numbers and 4.7 of English prose.)"""

log = logging.getLogger("exhibit.ollama")


@lru_cache(maxsize=2000)
def tokens(text: str) -> int:
    """How many tokens a text is, about; see TOKEN for how well."""
    return len(TOKEN.findall(text))


class Meter:
    """Our counts beside what the server counted. `factor` >= 1 is what a count is multiplied by.

    It starts with the error that German has, and follows the last reply, so that another tokenizer or language
    makes the next prompt shorter instead of cutting its start off.
    """

    def __init__(self) -> None:
        self.factor = 1 + COUNT_ERROR

    def observe(self, counted: int, actual: int | None) -> None:
        """`actual` is Ollama's prompt_eval_count; None or 0 where it says nothing."""
        if not actual or not counted:
            return
        error = actual / counted - 1
        self.factor = max(1.0, 1.05 * (1 + error))
        if abs(error) > COUNT_ERROR:
            log.warning("A prompt counted as %d tokens was %d (%+.0f %%).", counted, actual, 100 * error)


class Packed(NamedTuple):
    """A text for the model, and the keys of the evidence that stands in it."""

    text: str
    keys: frozenset[int]


def pack(brief: Brief, limit: int, fence: str) -> Packed:
    """The evidence that fits into `limit` tokens, in the order of its keys; what is left out is named.

    What this turn found and what was cited before comes in; the rest of the conversation's evidence is only named. No
    piece may take more than half, so that one long table does not push out all the rest.
    """
    if not brief.evidence:
        return Packed("(none yet)", frozenset())
    left = limit - 4 * len(brief.evidence) - 20  # the line that names what is left out
    taken: dict[int, str] = {}
    for shown in sorted(brief.evidence, key=lambda shown: _worth(shown, brief.calls)):
        if not (shown.fresh or shown.cited):
            continue
        text = _item(shown, fence, limit // 2)
        if tokens(text) + 2 <= left:
            taken[shown.key] = text
            left -= tokens(text) + 2
    out = [f"[{shown.key}]" for shown in brief.evidence if shown.key not in taken]
    parts = [taken[key] for key in sorted(taken)] + ([" ".join(out) + " left out for space"] if out else [])
    return Packed("\n\n".join(parts), frozenset(taken))


def _worth(shown: Shown, calls: Sequence[Call]) -> tuple[bool, int, int]:
    """What goes in first: found in this turn, ranked high by any of its calls, found late."""
    ranks = [call.keys.index(shown.key) for call in calls if shown.key in call.keys]
    return (not shown.fresh, min(ranks, default=len(calls) + 99), -shown.key)


def _item(shown: Shown, fence: str, most: int) -> str:
    """One piece of evidence; `most` is the tokens its text may have, with what was seen in it."""
    where = [shown.kind, shown.title, f"page {shown.page}" if shown.page else "", shown.heading]
    lines = [line(f"[{shown.key}] " + " · ".join(part for part in where if part), 120)]
    seen = cut(shown.seen, most // 3)
    text = cut(shown.text, most - tokens(seen))
    lines += [fence, text, fence] if text.strip() else ["(no words in it)"]
    lines += ["Seen in it (never quote this):", fence, seen, fence] if seen.strip() else []
    return "\n".join(lines)


def history(brief: Brief) -> str:
    """The last three turns, each shortened; the rest is counted."""
    recent = brief.history[-3:]
    older = len(brief.history) - len(recent)
    lines = [f"({older} older left out for space)"] if older else []
    for turn in recent:
        lines.append(f"Person: {line(turn.question, 300)}")
        lines.append(f"You: {line(turn.answer, 500) or '(nothing found)'}")
    return "\n".join(lines) or "(none)"


def line(text: str, most: int) -> str:
    """The text on one line, at most `most` characters of it; what is missing is counted."""
    flat = " ".join(text.split())
    left = len(flat) - most
    return flat if left <= 0 else f"{flat[:most]} ... ({left} characters left out for space)"


def cut(text: str, most: int) -> str:
    """At most `most` tokens of the text, whole words; what is missing is counted."""
    if tokens(text) <= most:
        return text
    ends = [match.end() for match in TOKEN.finditer(text)]
    kept = text[: ends[most - 1]] if most > 0 else ""
    kept = kept.rpartition(" ")[0] or kept
    return f"{kept}\n... ({len(text) - len(kept)} characters left out for space)"
