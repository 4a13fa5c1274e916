"""exhibit search: every mode, every filter, and why something was found or not."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from agent.interfaces.cli import console, hits
from tools.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from tools.library.evidence import Hit
    from tools.library.library import Library
    from tools.library.search.explain import Explanation
    from tools.library.search.query import Query, SearchResult, Within

DAYS = ["%Y-%m-%d"]
FIRST = 5
"""Items of each leg that an explanation shows."""
TEXT = 160
"""Characters of a hit's text that a line shows."""


def search(
    text: Annotated[str, typer.Argument(callback=console.in_utf8, help="Words to look for.")] = "",
    image: console.Image = None,
    like: Annotated[str, typer.Option(help="The id of an item: what is like it?")] = "",
    kind: Annotated[list[str] | None, typer.Option(help="passage, table or figure; may be repeated.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="A path, title or id; may be repeated.")] = None,
    folder: Annotated[list[Path] | None, typer.Option(help="Only files below it; may be repeated.")] = None,
    page: Annotated[str, typer.Option(help="A page, or the first and the last: 3 or 3-7.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=DAYS, help="Files changed on that day or later.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAYS, help="Files changed on that day or before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 8,
    blend: Annotated[str, typer.Option(help="How a picture and words join: ranks, vector or cascade.")] = "ranks",
    diversity: Annotated[float, typer.Option(min=0, max=1, help="0: the best; 1: the most different.")] = 0.0,
    explain: Annotated[bool, typer.Option("--explain", help="What each leg was asked and answered.")] = False,
    expect: Annotated[str, typer.Option(help="SOURCE or SOURCE:PAGE: where does it stand, and why there?")] = "",
    draw: Annotated[Path | None, typer.Option(help="A PNG of the vectors in two dimensions.")] = None,
    as_json: console.AsJson = False,
) -> None:
    """What the library holds, best first; no model is asked."""
    from tools.library.library import open_picture
    from tools.library.search import projection
    from tools.library.search.query import Blend, Query

    if not (text or image or like):
        raise UsageError("There is nothing to search for.", "Give words, --image FILE, both, or --like ITEM.")
    if blend not in get_args(Blend):
        raise UsageError(f"There is no blend '{blend}'.", f"Choose one of: {', '.join(get_args(Blend))}.")
    kinds = tuple(kind or (("figure",) if image else ()))
    picture = open_picture(image) if image else None
    with console.open_library() as library:
        within = _within(library, kinds, source or (), folder or (), page, since, until)
        query = Query(text, picture, like, within, limit, blend, diversity)  # type: ignore[arg-type]  # checked above
        explanation = _explained(library, query, expect) if explain or expect else None
        found = explanation.found if explanation else library.find(query)
        hits.save(library.root, [hit.item.id for hit in found.hits])
        rows = [_as_row(library, hit) for hit in found.hits]
        if draw:
            console.echo(projection.draw(library.index, query, draw))
        if as_json:
            console.print_json({"hits": rows, **_as_dict(explanation)} if explanation else rows)
            return
        _print_hits(rows, found)
        if explanation:
            _print_explanation(library, explanation)


def _within(
    library: "Library",
    kinds: tuple[str, ...],
    sources: Sequence[str],
    folders: Sequence[Path],
    pages: str,
    since: datetime | None,
    until: datetime | None,
) -> "Within":
    from tools.library.search.query import Within

    if unknown := set(kinds) - {"passage", "table", "figure"}:
        raise UsageError(f"There is no kind '{unknown.pop()}'.", "Choose passage, table or figure.")
    ids = tuple(console.source_named(library, name).id for name in sources)
    return Within(kinds, ids, tuple(folders), _pages(pages), since and since.date(), until and until.date())


def _pages(text: str) -> tuple[int, int] | None:
    """ "3" or "3-7"; None for ""."""
    if not text:
        return None
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", text.strip())
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise UsageError(f"'{text}' names no pages.", "Write --page 3 or --page 3-7.")
    return first, last


def _explained(library: "Library", query: "Query", expect: str) -> "Explanation":
    from tools.library.search.explain import explain

    name, _, page = expect.rpartition(":")
    if not (name and page.isdigit()):
        return explain(library.index, query, expect)
    return explain(library.index, query, name, int(page))


# printing


def _as_row(library: "Library", hit: "Hit") -> dict[str, Any]:
    from tools.library.evidence import Record

    item = hit.item
    assert not isinstance(item, Record), "no search finds an API's reply"
    source = library.source(item.source_id)
    return {
        "rank": hit.rank,
        "id": item.id,
        "kind": item.kind,
        "title": source.title,
        "uri": source.uri,
        "page": item.regions[0].page,
        "regions": [region.model_dump() for region in item.regions],
        "text": item.text,
        "legs": hit.legs,
    }


def _print_hits(rows: list[dict[str, Any]], found: "SearchResult") -> None:
    if not rows:
        console.echo("Nothing fits.")
        return
    if not found.fits:
        console.echo("Nothing fits well. The nearest there is:")
    table = _table("")
    for row in rows:
        pages = ", ".join(str(region["page"]) for region in row["regions"])
        table.add_row(str(row["rank"]), row["kind"], *_named(row["title"], pages, row["text"]))
    console.open_console().print(table)
    console.echo("To see the page of the first: exhibit show --hit 1")


def _table(*first: str, title: str | None = None) -> "Table":
    """A line a hit, however narrow the terminal."""
    table = console.open_table(title)
    for name in (*first, "kind"):
        table.add_column(name, no_wrap=True)
    console.add_texts(table, "source", max_width=28)
    table.add_column("page", no_wrap=True)
    console.add_texts(table, "text", ratio=1)
    return table


def _named(title: str, pages: str, text: str) -> tuple[str, str, str]:
    return console.escape(console.one_line(title)), pages, console.escape(console.one_line(text)[:TEXT])


def _as_dict(explanation: "Explanation") -> dict[str, Any]:
    wanted = explanation.wanted
    return {
        "fits": explanation.found.fits,
        "terms": [term._asdict() for term in explanation.terms],
        "windows": explanation.windows,
        "legs": {leg: [vars(one) for one in ranking] for leg, ranking in explanation.found.legs.items()},
        "wanted": {**vars(wanted), "legs": dict(wanted.legs)} if wanted else None,
    }


def _print_explanation(library: "Library", explanation: "Explanation") -> None:
    if explanation.terms:
        words = "  ".join(_term(term.word, term.weight) for term in explanation.terms)
        console.echo(f"Words (the most each adds to a score; - is not looked for, 0 is nowhere): {words}")
    if len(explanation.windows) > 1:
        console.echo(f"The words are longer than the text encoder reads: it read {len(explanation.windows)} windows.")
    table = _table("leg", "", "score", title=f"The first {FIRST} of each leg")
    for leg, ranking in explanation.found.legs.items():
        items = library.catalog.items([one.item for one in ranking[:FIRST]])
        for rank, one in enumerate(ranking[:FIRST], 1):
            if item := items.get(one.item):
                title = library.source(item.source_id).title if item.kind != "record" else ""
                page = str(item.regions[0].page) if item.regions else ""
                row = (leg, str(rank), f"{one.score:.3f}", item.kind, *_named(title, page, item.text))
                table.add_row(*row, end_section=rank == min(FIRST, len(ranking)))
    console.open_console().print(table)
    if explanation.wanted:
        legs = ", ".join(f"{leg} {rank}" for leg, rank in explanation.wanted.legs.items()) or "in no leg"
        console.echo(
            f"Expected {explanation.wanted.item or 'place'}: fused {explanation.wanted.fused or 'nowhere'} ({legs})."
        )
        console.echo(explanation.wanted.why or "It is among the hits.")


def _term(word: str, weight: float | None) -> str:
    return f"{word} -" if weight is None else f"{word} {weight:.1f}"
