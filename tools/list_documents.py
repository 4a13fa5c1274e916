"""list_documents: what the library holds, from its catalogue: a line a document."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import PurePath
from typing import cast

from pydantic import BaseModel, Field

from tools.language.words import terms
from tools.library.evidence import Hit, Record, Source
from tools.library.library import Library
from tools.tool import Context, Tool

MOST = 30
"""Documents that one call names."""
ADDRESS = "catalogue of the library"
KINDS = {"figure": "figures", "table": "tables"}


class ListDocuments(BaseModel):
    words: str = Field(default="", max_length=300, description="words of a title or file name, or '' for all")


def tool(library: Library) -> Tool:
    def run(args: BaseModel, context: Context) -> list[Hit]:
        return [Hit(item=tell(library, cast(ListDocuments, args).words), rank=1)]

    when = "Call it when the user asks which documents there are, or how many pages, figures or tables one has."
    return Tool("list_documents", when, ListDocuments, run)


def tell(library: Library, words: str) -> Record:
    """The documents whose title or file name has most of the words; or all, behind their number."""
    every = library.sources()
    named = _named(every, words)
    counts = library.catalog.counts()
    lines = [] if named else [f"Documents in the library: {len(every)}"]
    lines += [_line(source, counts.get(source.id, {})) for source in (named or every)[:MOST]]
    text = "\n".join(lines)
    id = "catalogue:" + sha256(text.encode()).hexdigest()[:16]
    return Record(id=id, url=ADDRESS, retrieved_at=datetime.now(UTC), text=text)


def _named(sources: list[Source], words: str) -> list[Source]:
    """Those whose title and file name share the most words with the question; none where none shares one."""
    asked = terms(words)
    shared = {source.id: len(asked & terms(f"{source.title} {_name(source)}")) for source in sources}
    most = max(shared.values(), default=0)
    return [source for source in sources if most and shared[source.id] == most]


def _name(source: Source) -> str:
    return PurePath(source.uri).name.replace("_", " ").replace("-", " ")


def _line(source: Source, counts: dict[str, int]) -> str:
    name = PurePath(source.uri).name
    title = name if source.title == name else f"{source.title} ({name})"
    numbers = [f"pages: {source.pages}", *(f"{word}: {counts[kind]}" for kind, word in KINDS.items() if kind in counts)]
    return f"{title}, {', '.join(numbers)}"
