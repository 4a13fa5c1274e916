"""What `python -m evals retrieval` does."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from evals import suites
from evals.console import wide
from evals.suites import Suite

if TYPE_CHECKING:
    from tools.library.library import Library

OUT = Path(".exhibit/retrieval")


def retrieval(
    folders: Annotated[list[Path] | None, typer.Argument(help="Folders of any layout in `list`.")] = None,
    libraries: Annotated[Path, typer.Option(help="Where indexes are kept and gone on with.")] = Path(".exhibit/evals"),
    out: Annotated[Path, typer.Option(help="Folder for the runs, a file a suite.")] = OUT,
    against: Annotated[Path | None, typer.Option(help="The --out of an earlier run, to compare with.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only about so many questions a suite.")] = None,
    draw: Annotated[Path | None, typer.Option(help="Folder for a picture of each library's vectors.")] = None,
    as_is: Annotated[bool, typer.Option("--as-is", help="Read no documents: ask the libraries as they are.")] = False,
    compare_defaults: Annotated[
        bool, typer.Option("--choices", help="Also the other ways to join picture and words, and to spread the hits.")
    ] = False,
    record: Annotated[bool, typer.Option("--record", help="Make these figures the baseline.")] = False,
) -> None:
    """Does the library find what is there? Each leg alone and all fused, on folders with gold."""
    from agent import settings
    from evals import baseline
    from evals.retrieval import choices, measure, records, tables

    console, errors = wide(Console(), 130), Console(stderr=True)
    earlier = {path.stem: records.read(path) for path in against.glob("*.jsonl")} if against else {}
    places = folders or [folder for folder in sorted(suites.DATA.glob("*/")) if suites.layout_of(folder)]
    chosen = [_thinned(suites.load(place), limit) for place in places or [suites.SAMPLE]]
    for suite in chosen:
        with settings.read(library=libraries / suite.name).open_library(create=True) as library:
            if not as_is:
                measure.index(suite, library, errors)
            run = measure.measure(suite, chosen, library, errors)
            if draw:
                _draw(library, draw / f"{suite.name}.png")
            for table in choices.tables(suite, library, errors) if compare_defaults else ():
                console.print(table)
        tables.show(run, console)
        if suite.name in earlier:
            tables.compared(suite.name, records.changes(earlier[suite.name], run), console)
        if record:
            print(baseline.of_ranking(run).write(baseline.RANKINGS))
        else:
            for problem in baseline.worse_ranking(run):
                console.print(f"worse than the baseline: {problem}")
        print(f"Record: {records.write(out, run)}")


def _thinned(suite: Suite, limit: int | None) -> Suite:
    """Evenly drawn: the questions of one document stand together."""
    if not limit or len(suite.cases) <= limit:
        return suite
    cases = suite.cases[:: -(-len(suite.cases) // limit)]
    return replace(suite, parts=replace(suite.parts, cases=cases))


def _draw(library: "Library", path: Path) -> None:
    from tools.library.search import Query
    from tools.library.search.projection import draw

    path.parent.mkdir(parents=True, exist_ok=True)
    print(draw(library.index, Query(), path))
