"""`exhibit show KEY`: the page a source stands on, as a PNG with the cited place marked."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import NotInLibrary
from tools.library.evidence import Record, Region, by_page
from tools.library.parse.page_image import draw

if TYPE_CHECKING:
    from agent.assistant import Assistant


def write(assistant: "Assistant", key: int, thread: str | None, folder: Path) -> list[Path]:
    """One PNG a page, named exhibit-<thread>-<key>-p<page>.png. Without `thread`, the newest conversation.

    Raises NotInLibrary for a key that was never given out, for an API reply (it has no page), and for a
    source that has changed or gone.
    """
    thread = thread or next(iter(assistant.threads()), None)
    if thread is None:
        raise NotInLibrary("There is no conversation yet.", 'Type: exhibit ask "your question"')
    known = assistant.evidence(thread)
    if key not in known:
        raise NotInLibrary(
            f"There is no source [{key}] in conversation {thread}.",
            f"It has {f'1 to {max(known)}' if known else 'none'}; other conversations: --thread NAME.",
        )
    item = assistant.library.item(known[key])
    if isinstance(item, Record):
        raise NotInLibrary(
            f"[{key}] is an API's reply and stands on no page: {item.url}, {item.retrieved_at:%Y-%m-%d %H:%M} UTC.",
            f"It said: {item.text}",
        )
    name = re.sub(r"[^\w.-]", "_", thread)
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _page(assistant, item.source_id, region, folder / f"exhibit-{name}-{key}-p{region.page}.png")
        for region in _cited(assistant, key, thread) or item.regions
    ]


def _page(assistant: "Assistant", source: str, region: Region, path: Path) -> Path:
    image, scale = assistant.library.page_image(source, region.page)
    draw(image, region.boxes, scale).save(path)
    return path


def _cited(assistant: "Assistant", key: int, thread: str) -> tuple[Region, ...]:
    """The places of this key in the conversation's last answer, those on one page together."""
    answer = assistant.last_answer(thread)
    places = (place for verdict in answer.verdicts for place in verdict.places) if answer else ()
    return by_page(region for place in places if place.key == key for region in place.regions)
