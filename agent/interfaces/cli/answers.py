"""How an answer looks: each claim with its keys, what is missing, and for every key the file and a link to the page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.interfaces.cli import console
from agent.interfaces.links import file_name, link

if TYPE_CHECKING:
    from rich.text import Text

    from agent.answer import Answer, Place, Verdict


def print_answer(answer: "Answer") -> None:
    """Claims, gaps, notes, places, and who answered."""
    screen = console.open_console()
    for verdict in answer.verdicts:
        screen.print(_claim(verdict))
    for gap in answer.gaps:
        screen.print(f"[yellow]{console.escape(gap)}[/]")
    for note in answer.notes:
        screen.print(console.escape(note), style="dim")
    if answer.verdicts:
        screen.print()
    for line in _places(answer, screen.links):
        screen.print(line, style="dim", soft_wrap=True)
    screen.print(
        f"  {answer.status.replace('_', ' ')} by {console.escape(answer.answered_by)} in {answer.seconds:.2f} s"
        f" · thread {console.escape(console.one_line(answer.thread))}",
        style="dim",
        highlight=False,
    )


def _claim(verdict: "Verdict") -> str:
    keys = "".join(rf" \[{key}]" for key in dict.fromkeys(c.key for c in verdict.claim.citations))
    mark = " [yellow](unchecked)[/]" if verdict.status == "unchecked" else ""
    return f"{console.escape(verdict.claim.headed)}[cyan]{keys}[/]{mark}"


def _places(answer: "Answer", links: bool) -> "Iterator[Text]":
    """A line a place; a second one with the link where nothing can be clicked."""
    seen = set()
    for place in (place for verdict in answer.verdicts for place in verdict.places):
        line, url = _place(place, links)
        if line.plain not in seen:
            seen.add(line.plain)
            yield line
            if url and not links:
                yield line.blank_copy(f"      {url}")


def _place(place: "Place", links: bool) -> "tuple[Text, str]":
    """[1] Title, file, page 8 — exhibit show 1; and its link. An API's reply has neither page nor file."""
    from rich.text import Text

    title, name = console.one_line(place.title), console.one_line(file_name(place.uri))
    line = Text(f"  [{place.key}] ")
    if not place.regions:
        return line.append(title), ""
    url = link(place.uri, place.regions[0].page)
    line.append(title if title == name else f"{title}, {name}", style=f"link {url}" if links else "")
    line.append(f", page {place.pages()} — exhibit show {place.key}")
    return line, url
