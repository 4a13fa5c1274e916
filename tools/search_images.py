"""search_images: words → figures, by their captions, by what is written in them, and by their pixels."""

from typing import cast

from pydantic import BaseModel, Field

from tools.library.evidence import Hit
from tools.library.library import Library
from tools.tool import Context, Tool

LIMIT = 5


class SearchImages(BaseModel):
    query: str = Field(min_length=1, description="what the picture shows, for example: wiring diagram of the fan motor")


def tool(library: Library) -> Tool:
    def run(args: BaseModel, context: Context) -> list[Hit]:
        return library.search(cast(SearchImages, args).query, kinds=("figure",), limit=LIMIT)

    when = "Call it when the question asks for a diagram, drawing, photo or screenshot, or when a picture would answer."
    return Tool("search_images", when, SearchImages, run)
