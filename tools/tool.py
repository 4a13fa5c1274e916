"""A tool: what the model may call, and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from tools.library.evidence import Hit, Item

__all__ = ["Context", "Hit", "Tool"]


@dataclass(frozen=True)
class Context:
    """What the keys in a call's arguments stand for: the conversation's evidence, and the user's own picture."""

    items: Mapping[int, Item] = field(default_factory=dict)
    image: Path | None = None


@dataclass(frozen=True)
class Tool:
    """`when` tells the model when to call it, in one sentence. `args` is a flat pydantic model; every field has
    a description. `run(args, context)` returns hits, best first, or raises `ToolError`; it writes nothing."""

    name: str
    when: str
    args: type[BaseModel]
    run: Callable[[BaseModel, Context], list[Hit]]
