"""What kind of thing is asked: something that documents say, the library itself, or a summary.

By the nearest of some example questions in the text encoder's space; so it asks for nothing in any one language that
the encoder does not read itself.
"""

from functools import lru_cache
from typing import Literal, cast

from agent.llm.protocol import Similarity
from prompts import render

Intent = Literal["content", "library", "summary"]
NEAR = 0.6
"""Cosine (MiniLM) with the nearest example from which on a question is of its kind. Of 670 questions about what
documents say (sets that may be trained on) the nearest comes to 0.56."""


def intent(question: str, similarity: Similarity) -> Intent:
    """ "content" where no example is near."""
    kinds, examples = _examples()
    cosines = similarity(question, examples)
    best = max(range(len(examples)), key=cosines.__getitem__)
    return kinds[best] if cosines[best] >= NEAR else "content"


@lru_cache(maxsize=1)
def _examples() -> tuple[list[Intent], list[str]]:
    pairs = [line.partition(": ") for line in render("intents").splitlines()]
    return [cast(Intent, kind) for kind, _, _ in pairs], [text for _, _, text in pairs]
