"""search_text: words → passages and tables."""

from typing import cast

from pydantic import BaseModel, Field

from tools.library.evidence import Hit
from tools.library.library import TEXT_KINDS, Library
from tools.library.search import Query, Within
from tools.tool import Context, Tool

LIMIT = 8


class SearchText(BaseModel):
    query: str = Field(min_length=1, description="what to look for, in the words a manual would use")


def tool(library: Library) -> Tool:
    def run(args: BaseModel, context: Context) -> list[Hit]:
        found = library.find(Query(cast(SearchText, args).query, within=Within(TEXT_KINDS), limit=LIMIT))
        return list(found.hits) if found.fits else []

    when = "Call it first for any question that text or a table may answer, and again with other words if it failed."
    return Tool("search_text", when, SearchText, run)
