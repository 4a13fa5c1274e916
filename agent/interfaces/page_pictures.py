"""The page that a source or a search hit stands on, as a PNG with the place marked: for every door that shows pages."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import NotInLibrary
from tools.library.evidence import Item, Record, Region, by_page
from tools.library.parse.page_image import draw

if TYPE_CHECKING:
    from agent.assistant import Assistant
    from tools.library.library import Library

FOLDER = "shown"
"""In the library's folder: where pictures of pages go unless the person names another place."""


def of_key(
    assistant: "Assistant", key: int, thread: str | None = None, folder: Path | None = None, *, uncited: bool = False
) -> list[Path]:
    """One PNG a page, named exhibit-<thread>-<key>-p<page>.png. Without `thread`, the newest conversation.

    Raises NotInLibrary for a key that was never given out, for one that no answer cites (unless `uncited` ones are
    wanted too), for an API reply (it has no page), and for a source that has changed or gone.
    """
    thread = thread or next(iter(assistant.threads()), None)
    if thread is None:
        raise NotInLibrary("There is no conversation yet.", 'Type: exhibit ask "your question"')
    found = assistant.evidence(thread)
    if key not in found:
        raise NotInLibrary(
            f"There is no source [{key}] in conversation {thread}.",
            f"It has {f'1 to {max(found)}' if found else 'none'}; other conversations: --thread NAME.",
        )
    if not uncited and not any(key in turn.keys for turn in assistant.history(thread)):
        raise NotInLibrary(
            f"[{key}] was found, but no answer in conversation {thread} cites it.",
            f"To see it all the same, type: exhibit show {key} --any",
        )
    item = assistant.library.item(found[key])
    return _write(assistant.library, item, f"{thread}-{key}", folder, _cited(assistant, key, thread))


def of_item(library: "Library", id: str, name: str, folder: Path | None = None) -> list[Path]:
    """One PNG for each page that an item stands on, named exhibit-<name>-p<page>.png."""
    return _write(library, library.item(id), name, folder, ())


def _write(library: "Library", item: Item, name: str, folder: Path | None, places: Iterable[Region]) -> list[Path]:
    if isinstance(item, Record):
        raise NotInLibrary(
            f"It is an API's reply and stands on no page: {item.url}, {item.retrieved_at:%Y-%m-%d %H:%M} UTC.",
            f"It said: {item.text}",
        )
    folder = folder or library.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"[^\w.-]", "_", name)
    return [
        _page(library, item.source_id, region, folder / f"exhibit-{safe}-p{region.page}.png")
        for region in tuple(places) or item.regions
    ]


def _page(library: "Library", source: str, region: Region, path: Path) -> Path:
    image, scale = library.page_image(source, region.page)
    draw(image, region.boxes, scale).save(path)
    return path


def _cited(assistant: "Assistant", key: int, thread: str) -> tuple[Region, ...]:
    """The places of this key in the conversation's last answer, those on one page together."""
    answer = assistant.last_answer(thread)
    places = (place for verdict in answer.verdicts for place in verdict.places) if answer else ()
    return by_page(region for place in places if place.key == key for region in place.regions)
