"""What is asked of the library, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tools.library.evidence import Hit
from tools.library.store import Scored

if TYPE_CHECKING:
    from PIL.Image import Image

Blend = Literal["ranks", "vector", "cascade"]
"""How a picture and words asked together are joined. "ranks" fuses what each finds (late fusion); "vector" asks the
pictures with the mean of both vectors (early fusion); "cascade" lets the picture put in order what the words found."""


@dataclass(frozen=True)
class Within:
    """Where to look. Nothing named means everywhere."""

    kinds: tuple[str, ...] = ()
    """passage, table, figure."""
    sources: tuple[str, ...] = ()
    """Their ids."""
    folders: tuple[Path, ...] = ()
    pages: tuple[int, int] | None = None
    """The first and the last, from 1. An item that runs over pages is found on each."""
    since: date | None = None
    """The day a file was last changed, in local time."""
    until: date | None = None


@dataclass(frozen=True)
class Query:
    """Words, a picture, or both; or an item of the library whose like is looked for.

    `diversity` is 0 for the best items, however alike, to 1 for the most different ones. `weights` are those of the
    legs; without them the library's own. A leg of weight 0 is not asked.
    """

    text: str = ""
    image: "Image | None" = None
    like: str = ""
    within: Within = field(default_factory=Within)
    limit: int = 8
    blend: Blend = "ranks"
    diversity: float = 0.0
    weights: Mapping[str, float] | None = None


@dataclass(frozen=True)
class SearchResult:
    """`hits`, best first; `legs` are the items that each leg found, with its own scores, best first.

    `fits` is false where no leg found anything as near as what answers a question usually is: the hits are then the
    nearest things there are, and probably about something else.
    """

    hits: tuple[Hit, ...] = ()
    legs: dict[str, tuple[Scored, ...]] = field(default_factory=dict)
    fits: bool = False
