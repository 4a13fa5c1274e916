"""A chapter to be summarised, for a model that writes nothing: its headings, each with the first sentence under it."""

from collections.abc import Iterable
from typing import Any

from agent.answer import Claim
from agent.llm.protocol import Brief, Shown, Similarity
from agent.llm.units import claim
from tools.language.blocks import units

PAGES = 3
"""From the one on which the chapter was found."""
MOST_SENTENCES = 12
STOPS = (".", "!", "?", ":", "。", "！", "？", "؟", "।")
"""How sentences end, and a heading does not."""
NOTE = "A summary in its own words is beyond the embedded model: these are the first sentences under each heading."
Wish = tuple[str, str, dict[str, Any]]
"""A call that is worth making: thought, tool, arguments."""


def calls(brief: Brief, similarity: Similarity) -> Iterable[Wish]:
    """The pages on which the chapter begins whose heading fits best."""
    yield "Find the chapter.", "search_text", {"query": brief.question}
    if first := _heading(brief, similarity):
        for offset in range(PAGES):
            yield "Open it.", "open_page", {"key": first.key, "offset": offset}


def _heading(brief: Brief, similarity: Similarity) -> Shown | None:
    """The passage under the heading that is nearest to the question."""
    under = [shown for shown in brief.found_by("search_text") if shown.heading]
    cosines = similarity(brief.question, [shown.heading for shown in under])
    return max(zip(cosines, under, strict=True), key=lambda pair: pair[0])[1] if under else None


def first_sentences(brief: Brief, similarity: Similarity) -> tuple[Claim, ...]:
    """The first sentence under each heading of the chapter, behind that heading."""
    chosen = _heading(brief, similarity)
    top = chosen.heading.split(" > ")[0] if chosen else ""
    under = [one for one in brief.found_by("open_page") if one.kind == "passage" and one.heading.split(" > ")[0] == top]
    first: dict[str, Claim] = {}
    for shown in sorted(under, key=lambda one: one.page or 0):
        said = next((unit for unit in units(shown.text) if unit.text.endswith(STOPS)), None)
        if said:
            heading = shown.heading.rpartition(" > ")[2]
            first.setdefault(heading, claim(shown, said).model_copy(update={"short": heading}))
    return tuple(first.values())[:MOST_SENTENCES]
