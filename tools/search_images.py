"""search_images: words → figures, by their captions, by what is written in them, and by their pixels."""

from typing import cast

from pydantic import BaseModel, Field

from tools.library.evidence import Hit
from tools.library.library import Library
from tools.library.search import Query, Within
from tools.tool import Context, Tool

LIMIT = 5


class SearchImages(BaseModel):
    query: str = Field(min_length=1, description="what the picture shows, for example: wiring diagram of the fan motor")


def tool(library: Library) -> Tool:
    def run(args: BaseModel, context: Context) -> list[Hit]:
        found = library.find(Query(cast(SearchImages, args).query, within=Within(("figure",)), limit=LIMIT))
        return list(found.hits) if found.fits else []

    when = "Call it when the question asks for a diagram, drawing, photo or screenshot, or when a picture would answer."
    return Tool("search_images", when, SearchImages, run)
