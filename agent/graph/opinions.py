"""The chat model as second opinion: only where its word was measured."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from agent.llm.protocol import ChatModel
from agent.validator import Asked, Opinion, Opinions, Seen
from tools.errors import ModelError

FILE = Path(__file__).parent.parent / "validator" / "opinions.json"


def opinions_of(model: ChatModel) -> Opinions | None:
    """None for a model that cannot judge, or whose opinions on labelled claims nobody has measured."""
    worth = _measured().get(model.name)
    if not model.judges or worth is None:
        return None

    def ask(asked: Sequence[Asked]) -> Sequence[Opinion]:
        try:
            return model.opinions(asked)
        except ModelError:
            return ()  # the claims stay unconfirmed

    return Opinions(model.name, ask, worth)


@lru_cache(maxsize=1)
def _measured() -> dict[str, dict[Seen, float]]:
    found: dict[str, dict[Seen, float]] = json.loads(FILE.read_text("utf-8"))
    return found
