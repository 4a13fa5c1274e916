"""open_page: the whole page a piece of evidence stands on, or its neighbour."""

from typing import cast

from pydantic import BaseModel, Field

from tools.errors import NotInLibrary, ToolError
from tools.library.evidence import Hit, Record
from tools.library.library import Library
from tools.tool import Context, Tool


class OpenPage(BaseModel):
    key: int = Field(ge=1, description="key of the evidence whose page to open")
    offset: int = Field(default=0, ge=-3, le=3, description="0 for that page, 1 for the next, -1 for the one before")


def tool(library: Library) -> Tool:
    def run(args: BaseModel, context: Context) -> list[Hit]:
        call = cast(OpenPage, args)
        item = context.items.get(call.key)
        if item is None or isinstance(item, Record):
            raise ToolError(f"[{call.key}] stands on no page.", "Give the key of a passage, table or figure.")
        try:
            items = library.page(item.source_id, item.regions[0].page + call.offset)
        except NotInLibrary as error:
            raise ToolError(str(error)) from error
        return [Hit(item=found, rank=rank) for rank, found in enumerate(items, 1)]

    when = "Call it when evidence breaks off, or when what you need stands on the same page or the next."
    return Tool("open_page", when, OpenPage, run)
