"""agent/progress: what a person sees; never what was not held against its source."""

import io

from rich.console import Console

from agent.events import Acted, Checked, Confirmed, Decided, Looking, Writing
from agent.interfaces.cli.progress import Progress


def test_calls_what_they_found_and_claims_once_they_hold() -> None:
    progress = Progress()
    found = {1: "Manual, page 3", 2: "Manual, page 4", 3: "Parts, page 1"}
    for event in (
        Decided(action="search_text", args={"query": "oil [red]"}),
        Acted(tool="search_text", keys=(1, 2, 3, 4), titles=found),
        Looking(key=3),
        Writing(),
        Confirmed(claim="It holds 4 litres.", keys=(1, 1), status="supported"),
        Confirmed(claim="The plug is orange.", keys=(3,), status="unconfirmed"),
        Checked(claim="It holds 9 litres.", status="contradicted"),
    ):
        progress.add(event)
    screen = io.StringIO()
    Console(file=screen, width=120).print(progress)
    assert screen.getvalue().rstrip().splitlines() == [
        "A sentence is contradicted; looking again",
        "  search_text oil [red]: [1] Manual, page 3; [2] Manual, page 4; [3] Parts, page 1 and 1 more",
        "  ✓ It holds 4 litres. [1]",
        "  ? The plug is orange. [3]",
    ]


def test_what_failed_and_what_found_nothing() -> None:
    progress = Progress()
    progress.add(Decided(action="search_by_image", args={"key": 0, "words": ""}))
    progress.add(Acted(tool="search_by_image"))
    progress.add(Decided(action="open_page", args={"key": 7}))
    progress.add(Acted(tool="open_page", error="[7] stands on no page."))
    assert progress.lines == ["search_by_image 0: nothing", "open_page 7: [7] stands on no page."]
    progress.add(Looking(key=0))
    assert progress.now == "Looking at your picture"
