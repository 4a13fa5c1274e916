"""What touches the world: the library and external APIs. `build` makes THE list of tools."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tools import offline  # noqa: F401  # before ONNX Runtime and Hugging Face's client are imported
from tools.errors import SettingsError

if TYPE_CHECKING:
    from tools.library.library import Library
    from tools.tool import Tool

OWN_TOOLS = (
    *("search_text", "search_images", "search_by_image"),
    *("open_page", "look", "query_table", "list_documents"),
)
"""Those that ask the library; every other tool is a declared API."""


def build(library: "Library", apis: "Iterable[Tool]" = ()) -> "dict[str, Tool]":
    """name → tool: the library's own seven, then the declared APIs. A name may occur once."""
    from tools import list_documents, look, open_page, query_table, search

    own = (
        *(search.text, search.images, search.by_image),
        *(open_page.tool, look.tool, query_table.tool, list_documents.tool),
    )
    table = {}
    for tool in [*(make(library) for make in own), *apis]:
        if tool.name in table or tool.name == "answer":
            raise SettingsError(f"Two tools are called '{tool.name}'.", "Rename the API in apis.toml.")
        table[tool.name] = tool
    return table
