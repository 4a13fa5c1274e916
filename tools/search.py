"""The three searches: by words for text, by words for figures, and by a picture."""

from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel, Field

from tools.errors import ToolError
from tools.library.evidence import Figure, Hit, Item
from tools.library.library import TEXT_KINDS, Library, open_picture
from tools.library.search import Query, Within
from tools.tool import Context, Tool

if TYPE_CHECKING:
    from PIL.Image import Image

TEXTS = 8
"""Passages and tables that one call shows."""
FIGURES = 5
"""Figures that one call shows: each is a picture that a seeing model may have to look at."""


class SearchText(BaseModel):
    query: str = Field(min_length=1, description="what to look for, in the words a manual would use")


class SearchImages(BaseModel):
    query: str = Field(min_length=1, description="what the picture shows, for example: wiring diagram of the fan motor")


class SearchByImage(BaseModel):
    key: int = Field(default=0, ge=0, description="0 for the user's own picture, or the key of a figure in evidence")
    words: str = Field(default="", description="words that the figure's text must fit too, or empty")
    text: bool = Field(default=False, description="true for the text about figures like it, instead of the figures")


def text(library: Library) -> Tool:
    """search_text: words → passages and tables."""

    def run(args: BaseModel, context: Context) -> list[Hit]:
        return _find(library, cast(SearchText, args).query, TEXT_KINDS, TEXTS)

    when = "Call it first for any question that text or a table may answer, and again with other words if it failed."
    return Tool("search_text", when, SearchText, run)


def images(library: Library) -> Tool:
    """search_images: words → figures, by their captions, by what is written in them, and by their pixels."""

    def run(args: BaseModel, context: Context) -> list[Hit]:
        return _find(library, cast(SearchImages, args).query, ("figure",), FIGURES)

    when = "Call it when the question asks for a diagram, drawing, photo or screenshot, or when a picture would answer."
    return Tool("search_images", when, SearchImages, run)


def by_image(library: Library) -> Tool:
    """search_by_image: a picture, and words if wanted → figures that look like it, or the text about them."""

    def run(args: BaseModel, context: Context) -> list[Hit]:
        call = cast(SearchByImage, args)
        itself = [] if call.key or call.text else _itself(library, context)
        if itself:
            return [Hit(item=item, rank=rank) for rank, item in enumerate(itself, 1)]
        kinds = TEXT_KINDS if call.text else ("figure",)
        return library.search(call.words, _picture(library, call.key, context), kinds=kinds, limit=FIGURES)

    when = "Call it when the user attached a picture, or to find figures that look like one already found."
    return Tool("search_by_image", when, SearchByImage, run)


def _find(library: Library, words: str, kinds: tuple[str, ...], limit: int) -> list[Hit]:
    """What fits the words; nothing where even the best does not."""
    found = library.find(Query(words, within=Within(kinds), limit=limit))
    return list(found.hits) if found.fits else []


def _itself(library: Library, context: Context) -> list[Item]:
    """The user's own picture where the library has it byte for byte: nothing else looks more like it."""
    if context.image is None:
        return []
    return library.catalog.figures_of_picture(sha256(context.image.read_bytes()).hexdigest())


def _picture(library: Library, key: int, context: Context) -> "Image":
    from PIL import Image

    if key == 0:
        if context.image is None:
            raise ToolError("The user attached no picture.", "Use search_images with words.")
        return open_picture(context.image)
    item = context.items.get(key)
    if not isinstance(item, Figure):
        raise ToolError(f"[{key}] is not a figure.", "Give the key of a figure, or 0 for the user's own picture.")
    return Image.open(BytesIO(library.picture(item.image)))
