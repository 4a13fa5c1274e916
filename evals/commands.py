"""What `python -m evals` does. What loads the assistant is imported where it is used, so that --help stays quick."""

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from evals import suites
from evals.cases import SuiteError
from evals.console import bar, table
from evals.suites import Suite

if TYPE_CHECKING:
    from agent.llm.protocol import ChatModel
    from agent.settings import Settings
    from evals.runs.run import Run

INTERRUPTED = 130
"""Exit code after Ctrl-C, by the shell's convention."""
Judge = Annotated[str, typer.Option(help="The judge, for example ollama/gemma4.")]


def run(
    suite: Annotated[str, typer.Argument(help="A folder with a suite, or 'sample'; see `list`.")],
    model: Annotated[str | None, typer.Option(help="As in the settings: extractive, ollama/<model>.")] = None,
    library: Annotated[Path | None, typer.Option(help="Its library [default: .exhibit/evals/<suite>].")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run [default: .exhibit/runs/<suite>-<time>].")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first cases.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    without: Annotated[list[str] | None, typer.Option(help="A part to leave out; may be repeated.")] = None,
    budget: Annotated[int | None, typer.Option(min=1, help="Tool calls a question.")] = None,
    rounds: Annotated[int | None, typer.Option(min=0, help="Times an answer may go back after validation.")] = None,
) -> None:
    """Ask every case of a suite and record all that came of it."""
    from evals.runs import run as runs

    console = Console(stderr=True)
    chosen = suites.load(suite)
    folder = out or runs.RUNS / f"{chosen.name}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    settings = _settings(chosen, library, model=model, max_steps=budget, max_rounds=rounds)
    _index(chosen, settings, console)
    try:
        with bar(console) as on_progress:
            ask = partial(runs.run, chosen, folder, settings=settings, on_progress=on_progress)
            done = ask(leave_out=tuple(dict.fromkeys(without or ())), limit=limit, resume=resume)
    except KeyboardInterrupt:
        console.print(f"Interrupted. What was answered is kept; type the same with --resume --out {folder}")
        raise typer.Exit(INTERRUPTED) from None
    _print_run(done)
    print(f"Record: {folder}\nReport: python -m evals report {folder}")


def report(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    out: Annotated[Path | None, typer.Option(help="The page [default: report.html in the run].")] = None,
    library: Annotated[Path | None, typer.Option(help="Draws the pages [default: .exhibit/evals/<suite>].")] = None,
    suite: Annotated[str | None, typer.Option(help="Holds the questions' pictures, where the suite moved.")] = None,
    failed: Annotated[int, typer.Option(min=0, help="Most failed cases that are shown.")] = 60,
) -> None:
    """Write one self-contained HTML page of a run."""
    from evals.runs import report as pages
    from evals.runs import run as runs

    done, where = runs.load(run), runs.places(run)
    folder = Path(suite) if suite else where.folder
    print(pages.write(done, out or run / "report.html", library or where.library, folder, most=failed))


def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="Folder of a run.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Folder of another run of the same cases.")],
) -> None:
    """Which cases changed side from A to B, and is it more than chance."""
    from evals.metrics.statistics import p_text
    from evals.runs import compare as pairs
    from evals.runs import run as runs

    found = pairs.compare(runs.load(before), runs.load(after))
    console = Console()
    sides = {True: "[green]right[/]", False: "[red]wrong[/]"}
    changed = Table("case", "question", "A", "B", title="changed side")
    for one in found.changed:
        changed.add_row(one.case.id, escape(one.case.question[:90]), sides[one.before], sides[one.after])
    console.print(changed)
    metrics = Table("metric", "cases", "A", "B", "B - A", "95 %", "p", "test")
    for row in found.rows:
        low, high = row.interval
        cells = (f"{row.before:.3f}", f"{row.after:.3f}", f"{row.difference:+.3f}", f"{low:+.3f} to {high:+.3f}")
        metrics.add_row(row.metric, str(row.n), *cells, p_text(row.p), row.test)
    console.print(metrics)
    print(found.summary)


def list_(
    folder: Annotated[Path | None, typer.Argument(help="Where to look for suites [default: ../shared/data].")] = None,
    runs_in: Annotated[Path | None, typer.Option("--runs", help="Where to look for runs.")] = None,
) -> None:
    """The suites, layouts and runs there are."""
    from evals.runs import run as runs

    console = Console()
    found = Table("suite", "cases", "documents", "layout", Column("folder", overflow="fold"))
    for place in [suites.SAMPLE, *sorted((folder or suites.DATA).glob("*/"))]:
        if layout := suites.layout_of(place):
            found.add_row(*_suite_cells(place, layout.what), _near(place))
    console.print(found)
    done = Table(Column("run", overflow="fold"), "cases", "model", "without", "right")
    for path in sorted((runs_in or runs.RUNS).glob(f"*/{runs.MANIFEST}")):
        one = runs.load(path.parent)
        of = f"{len(one.traces)}/{one.manifest.cases}"
        model, parts = str(one.manifest.settings["model"]), ", ".join(one.manifest.without)
        done.add_row(_near(path.parent), of, model, parts, _right(one))
    console.print(done)


def _suite_cells(place: Path, layout: str) -> tuple[str, str, str, str]:
    """Name, cases, documents and layout, or what is wrong with it."""
    try:
        suite = suites.load(place)
    except SuiteError as error:
        return place.name, "", "", f"[red]{escape(str(error))}[/]"
    return suite.name, str(len(suite.cases)), str(sum(1 for _ in suite.parts.documents())), layout


def convert(
    source: Annotated[Path, typer.Argument(help="A folder of any layout in `list`.")],
    into: Annotated[Path, typer.Argument(help="A new folder for the suite.")],
) -> None:
    """Write a suite as a folder of its own: cases.jsonl and its documents."""
    if into.exists() and any(into.iterdir()):
        raise SuiteError(f"{into} is not empty.", "Name a new folder.")
    found = suites.load(source)
    suites.save(found, into)
    print(f"{len(found.cases)} cases, {sum(1 for _ in found.parts.documents())} documents: {into}")


def baseline(
    suite: Annotated[str, typer.Argument()] = "sample",
    library: Annotated[Path | None, typer.Option(help="Its library [default: .exhibit/evals/<suite>].")] = None,
) -> None:
    """Run a suite and record its figures as the baseline that `make test` holds later versions to."""
    from evals import baseline as baselines
    from evals.runs import run as runs

    chosen = suites.load(suite)
    settings = _settings(chosen, library)
    console = Console(stderr=True)
    _index(chosen, settings, console)
    with tempfile.TemporaryDirectory() as folder, bar(console) as on_progress:
        done = runs.run(chosen, Path(folder) / "run", settings=settings, on_progress=on_progress)
    for problem in baselines.worse_answers(done):
        console.print(f"[yellow]worse than the last baseline:[/] {problem}")
    print(baselines.of_answers(done).write(baselines.ANSWERS))


def agreement(
    labelled: Annotated[Path, typer.Argument(help="JSONL: question, reference, said, right (by a person).")],
    model: Judge,
    out: Annotated[Path, typer.Option(help="Where the agreement is written.")] = Path("agreement.json"),
) -> None:
    """Measure a model as judge against people; without this, no figure of it appears."""
    from evals import judge as judges

    found = judges.measure(_judge(model), judges.read(labelled))
    out.write_text(found.model_dump_json(indent=2) + "\n", "utf-8")
    print(judges.refusal(found) or f"{found.judge} agrees in {found.share:.2f} of {found.n}: {out}")


def judge(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    model: Judge,
    agreement: Annotated[Path, typer.Option(help="What `agreement` wrote about this judge.")] = Path("agreement.json"),
) -> None:
    """Let a model that was measured judge the answers of a run; the report then shows it."""
    from evals import judge as judges
    from evals.runs import run as runs
    from evals.runs.summary import cells

    done = runs.load(run)
    figure = judges.figure(done, judges.score_run(done, _judge(model), judges.read_agreement(agreement)))
    print(f"{figure.metric}: {' '.join(cells(figure))}, {figure.n} cases, {figure.unscored} not scored")


# what the commands share


def _settings(suite: Suite, library: Path | None, **given: str | int | None) -> "Settings":
    from agent import settings
    from evals.runs import run as runs

    chosen = {name: value for name, value in given.items() if value is not None}
    return settings.read(library=library or runs.LIBRARIES / suite.name, **chosen)


def _judge(model: str) -> "ChatModel":
    from agent import settings
    from agent.llm import models

    chosen = models.load(settings.read(model=model), lambda text, others: [0.0] * len(others))
    chosen.check()
    return chosen


def _index(suite: Suite, settings: "Settings", console: Console) -> None:
    from evals.runs import run as runs

    start = time.perf_counter()
    with bar(console) as on_progress:
        indexed = runs.index(suite, settings, lambda n, total, path: on_progress(n, total, path.name))
    if indexed:
        console.print(
            f"{settings.library}: {len(indexed.added)} files added, {len(indexed.unchanged)} unchanged, "
            f"{len(indexed.failed)} not read, in {time.perf_counter() - start:.0f} s"
        )
        for path, error in indexed.failed:
            console.print(f"[red]not read[/] {escape(f'{path.name}: {error}')}")


def _print_run(done: "Run") -> None:
    from evals.metrics.resources import by_stage, percentile, throughput
    from evals.runs.summary import cells, summary

    console = Console()
    metrics = Table("metric", "mean", "95 %", "cases", "not scored")
    for figure in summary(done.cases, done.traces):
        metrics.add_row(figure.metric, *cells(figure), str(figure.n), str(figure.unscored or ""))
    console.print(metrics)
    stages = table("", "stage", "p50 ms", "p95 ms", "cases")
    for stage, seconds in by_stage(done.took).items():
        stages.add_row(stage, *(f"{1000 * percentile(seconds, p):.0f}" for p in (50, 95)), str(len(seconds)))
    console.print(stages)
    speed = throughput(done.took)
    print(f"{speed:.0f} cases a minute; {done.peak_mb:.0f} MB at most." if speed and done.peak_mb else "")


def _right(done: "Run") -> str:
    from evals.metrics import METRICS
    from evals.runs.summary import figure

    found = figure(METRICS["right"], done.cases, done.traces)
    return f"{found.mean * found.n:.0f} of {found.n}" if found.mean is not None else ""


def _near(path: Path) -> str:
    """As short as it can be typed from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
