"""look: a picture read again with a question of its own, or the whole page that something stands on.

The tool only says which: what reads is the model in charge, in the graph's node of that name.
"""

from typing import cast

from pydantic import BaseModel, Field

from tools.errors import ToolError
from tools.library.evidence import Hit, Record
from tools.library.library import Library
from tools.tool import Context, Tool


class Look(BaseModel):
    key: int = Field(ge=1, description="key of the figure to read, or of anything on the page to read")
    question: str = Field(min_length=1, description="what to read in it, understandable by itself")
    page: bool = Field(default=False, description="true for the whole page, where a figure is cut or words have none")


def tool(library: Library) -> Tool:
    def run(args: BaseModel, context: Context) -> list[Hit]:
        call = cast(Look, args)
        item = context.items.get(call.key)
        if item is None or isinstance(item, Record):
            raise ToolError(f"[{call.key}] cannot be looked at.", "Give the key of a figure, passage or table.")
        return [Hit(item=item, rank=1)]

    when = "Call it to read a figure with another question, or a whole page, when what was seen is not enough."
    return Tool("look", when, Look, run)
