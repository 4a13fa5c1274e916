"""search_by_image: a picture → the figures that look like it, or the text about them, optionally with words."""

from io import BytesIO
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel, Field

from tools.errors import ToolError
from tools.library.evidence import Figure, Hit
from tools.library.library import TEXT_KINDS, Library, open_picture
from tools.tool import Context, Tool

if TYPE_CHECKING:
    from PIL.Image import Image

LIMIT = 5


class SearchByImage(BaseModel):
    key: int = Field(default=0, ge=0, description="0 for the user's own picture, or the key of a figure in evidence")
    words: str = Field(default="", description="words that the figure's text must fit too, or empty")
    text: bool = Field(default=False, description="true for the text about figures like it, instead of the figures")


def tool(library: Library) -> Tool:
    def run(args: BaseModel, context: Context) -> list[Hit]:
        call = cast(SearchByImage, args)
        kinds = TEXT_KINDS if call.text else ("figure",)
        return library.search(call.words, _picture(library, call.key, context), kinds=kinds, limit=LIMIT)

    when = "Call it when the user attached a picture, or to find figures that look like one already found."
    return Tool("search_by_image", when, SearchByImage, run)


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
