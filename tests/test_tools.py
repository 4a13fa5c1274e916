"""THE list of tools, and what each does with a call that makes no sense."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from tests.conftest import SAMPLE
from tools import OWN_TOOLS, build
from tools.errors import SettingsError, ToolError
from tools.library.evidence import Item, Record
from tools.library.library import Library
from tools.tool import Context, Hit, Tool


@pytest.fixture(scope="module")
def library(sample_root: Path) -> Iterator[Library]:
    with Library(sample_root) as opened:
        yield opened


def run(library: Library, name: str, context: Context | None = None, **args) -> list[Hit]:
    tool = build(library)[name]
    return tool.run(tool.args(**args), context or Context())


def item(library: Library, text: str, kind: str) -> Item:
    return library.search(text, kinds=(kind,))[0].item


def test_the_list() -> None:
    table = build(None)  # type: ignore[arg-type]
    assert list(table) == list(OWN_TOOLS)
    assert all(tool.when.startswith("Call it") for tool in table.values())
    fields = [field for tool in table.values() for field in tool.args.model_fields.values()]
    assert all(field.description for field in fields)


@pytest.mark.parametrize("name", ["search_text", "answer"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    api = Tool(name, "Call it never.", BaseModel, lambda args, context: [])
    with pytest.raises(SettingsError, match=f"called '{name}'"):
        build(None, [api])  # type: ignore[arg-type]


def test_text_gives_passages_and_tables_only(library: Library) -> None:
    kinds = {hit.item.kind for hit in run(library, "search_text", query="oil filter")}
    assert kinds <= {"passage", "table"} and kinds


def test_images_gives_figures_only(library: Library) -> None:
    hits = run(library, "search_images", query="flowchart for high discharge temperature")
    assert {hit.item.kind for hit in hits} == {"figure"}
    assert hits[0].item.text.startswith("Figure 8-1")


def test_by_image_takes_the_users_picture_or_one_from_the_evidence(library: Library) -> None:
    mine = run(library, "search_by_image", Context(image=SAMPLE / "parts" / "part_003.jpg"))
    theirs = run(library, "search_by_image", Context(items={7: mine[0].item}), key=7)
    assert mine[0].item.id == theirs[0].item.id


def test_a_picture_that_is_in_the_library_byte_for_byte_finds_itself_alone(library: Library, tmp_path: Path) -> None:
    (hit,) = run(library, "search_by_image", Context(image=SAMPLE / "parts" / "part_003.jpg"))
    assert "BN-3310" in hit.item.text
    other = tmp_path / "other.jpg"
    other.write_bytes((SAMPLE / "parts" / "part_003.jpg").read_bytes() + b"\0")  # it looks the same
    assert len(run(library, "search_by_image", Context(image=other))) > 1


@pytest.mark.parametrize(("key", "told"), [(0, "no picture"), (3, r"\[3\] is not a figure"), (9, r"\[9\]")])
def test_by_image_without_a_picture(library: Library, key: int, told: str) -> None:
    context = Context(items={3: item(library, "oil filter", "passage")})
    with pytest.raises(ToolError, match=told):
        run(library, "search_by_image", context, key=key)


def test_open_page_gives_all_that_stands_there_and_the_neighbour(library: Library) -> None:
    torques = item(library, "tightening torques table", "table")
    context = Context(items={2: torques})
    assert torques.id in {hit.item.id for hit in run(library, "open_page", context, key=2)}
    after = run(library, "open_page", context, key=2, offset=1)
    assert {hit.item.regions[0].page for hit in after} == {torques.regions[0].page + 1}


def test_open_page_of_nothing(library: Library) -> None:
    record = Record(id="record:1", url="http://x", retrieved_at=datetime(2026, 1, 1, tzinfo=UTC), text="a: 1")
    for context in (Context(), Context(items={1: record})):
        with pytest.raises(ToolError, match="stands on no page"):
            run(library, "open_page", context, key=1)
    cover = item(library, "Brennick AR-240 service manual", "passage")
    with pytest.raises(ToolError, match="pages 1 to"):
        run(library, "open_page", Context(items={1: cover}), key=1, offset=-3)


def test_arguments_are_checked() -> None:
    table = build(None)  # type: ignore[arg-type]
    wrong = (("search_text", {"query": ""}), ("open_page", {"key": 0}), ("open_page", {"key": 1, "offset": 9}))
    for name, args in wrong:
        with pytest.raises(ValidationError):
            table[name].args(**args)
