"""What happens while a question is answered or documents are read: the one contract of every door.

Command line, `exhibit ask --stream-json`, HTTP, MCP, the web page and the evaluations read these events
and nothing else. Each is frozen, says its name in `event`, and goes to JSON and back: `one.model_dump_json()`,
`read(line)`. The graph's nodes write them to LangGraph's custom stream, whose servers send them as the same JSON.

    asking      decided → acted → (looking …) → decided … → writing → confirmed … → checked … → answer
    indexing    indexing … → indexed

Events and fields are added and never renamed: a reader skips those that it does not know.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from agent.answer import Answer, Status
from tools.library.evidence import Frozen


class _Event(Frozen):
    """`event["claim"]` reads a field as `event.claim` does: programs written for dicts go on."""

    model_config = ConfigDict(extra="ignore")

    def __getitem__(self, name: str) -> Any:
        if name not in type(self).model_fields:
            raise KeyError(name)
        return getattr(self, name)


class Decided(_Event):
    """The model chose a tool, or "answer". `fallback`: a rule chose, because the model's reply could not be used."""

    event: Literal["decided"] = "decided"
    action: str
    args: dict[str, Any] = Field(default_factory=dict)
    fallback: bool = False


class Acted(_Event):
    """A tool ran. `keys` number what it found, best first; `titles` says where each stands; `error` is "" or a
    sentence."""

    event: Literal["acted"] = "acted"
    tool: str
    keys: tuple[int, ...] = ()
    titles: dict[int, str] = Field(default_factory=dict)
    error: str = ""


class Looking(_Event):
    """The model reads the picture with this key; 0 is the person's own."""

    event: Literal["looking"] = "looking"
    key: int = Field(ge=0)


class Writing(_Event):
    """The model begins to write claims."""

    event: Literal["writing"] = "writing"


class Confirmed(_Event):
    """A claim holds against its sources while the rest is still being written; `checked` has the last word."""

    event: Literal["confirmed"] = "confirmed"
    claim: str
    keys: tuple[int, ...]
    status: Status


class Checked(_Event):
    """A claim's verdict, once all are written."""

    event: Literal["checked"] = "checked"
    claim: str
    status: Status


class Answered(_Event):
    """The end of a turn; by now the conversation is saved."""

    event: Literal["answer"] = "answer"
    answer: Answer


class Indexing(_Event):
    """`done` of `total` files are read; `path` comes next, "" at the end. Totals grow while folders are walked.

    While a large file is read, `path` is that file, and `page` of its `pages` are done.
    """

    event: Literal["indexing"] = "indexing"
    done: int = Field(ge=0)
    total: int = Field(ge=0)
    path: str = ""
    page: int = Field(default=0, ge=0)
    pages: int = Field(default=0, ge=0)


class Indexed(_Event):
    """The end of a run: its report, as `exhibit index --json` prints it."""

    event: Literal["indexed"] = "indexed"
    report: dict[str, Any]


Event = Annotated[
    Decided | Acted | Looking | Writing | Confirmed | Checked | Answered | Indexing | Indexed,
    Field(discriminator="event"),
]
_ANY: TypeAdapter[Event] = TypeAdapter(Event)


def read(line: str | bytes) -> Event:
    """An event from its JSON. Raises pydantic's ValidationError for anything else, an unknown event included."""
    return _ANY.validate_json(line)
