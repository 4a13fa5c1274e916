"""What `python -m evals` does. Heavy things are imported where they are used."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

if TYPE_CHECKING:
    from agent.llm.protocol import ChatModel
    from agent.settings import Settings
    from evals.runs.run import Run
    from evals.runs.summary import Figure
    from evals.suites import Suite

Bar = Callable[[int, int, str], None]
INTERRUPTED = 130
"""Exit code after Ctrl-C, by the shell's convention."""


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
    from evals import suites
    from evals.runs import run as runs

    console = Console(stderr=True)
    chosen = suites.load(suite)
    folder = out or runs.RUNS / f"{chosen.name}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    settings = _settings(model, library or runs.LIBRARIES / chosen.name, budget, rounds)
    _index(chosen, settings, console)
    left_out = tuple(dict.fromkeys(without or ()))
    try:
        with _bar(console) as tell:
            done = runs.run(
                chosen, folder, settings=settings, leave_out=left_out, limit=limit, resume=resume, progress=tell
            )
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

    done = runs.load(run)
    where = runs.places(run)
    print(
        pages.write(
            done,
            out or run / "report.html",
            library or where.library,
            Path(suite) if suite else where.folder,
            most=failed,
        )
    )


def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="Folder of a run.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Folder of another run of the same cases.")],
) -> None:
    """Which cases changed side from A to B, and is it more than chance."""
    from evals.runs import compare as pairs
    from evals.runs import run as runs

    found = pairs.compare(runs.load(before), runs.load(after))
    console = Console()
    table = Table("case", "question", "A", "B", title="changed side")
    for changed in found.changed:
        table.add_row(changed.case.id, escape(changed.case.question[:90]), _side(changed.before), _side(changed.after))
    console.print(table)
    table = Table("metric", "cases", "A", "B", "B - A", "95 %", "p", "test")
    for row in found.rows:
        low, high = row.interval
        cells = (f"{row.before:.3f}", f"{row.after:.3f}", f"{row.difference:+.3f}", f"{low:+.3f} to {high:+.3f}")
        table.add_row(row.metric, str(row.n), *cells, pairs.p_in_words(row.p), row.test)
    console.print(table)
    print(found.said)


def list_(
    folder: Annotated[Path | None, typer.Argument(help="Where to look for suites [default: ../shared/data].")] = None,
    runs_in: Annotated[Path | None, typer.Option("--runs", help="Where to look for runs.")] = None,
) -> None:
    """The suites, layouts and runs there are."""
    from evals import suites
    from evals.cases import SuiteError
    from evals.runs import run as runs

    console = Console()
    places = [suites.SAMPLE, *sorted((folder or suites.DATA).glob("*/"))]
    table = Table("suite", "cases", "documents", "layout", Column("folder", overflow="fold"))
    for place in places:
        layout = next((layout for layout in suites.LAYOUTS if layout.fits(place)), None)
        if layout:
            try:
                found = suites.load(place)
            except SuiteError as error:
                table.add_row(place.name, "", "", f"[red]{escape(str(error))}[/]", _near(place))
                continue
            files = sum(1 for _ in found.parts.documents())
            table.add_row(found.name, str(len(found.cases)), str(files), layout.what, _near(place))
    console.print(table)
    table = Table(Column("run", overflow="fold"), "cases", "model", "without", "right")
    for path in sorted((runs_in or runs.RUNS).glob(f"*/{runs.MANIFEST}")):
        done = runs.load(path.parent)
        of = f"{len(done.traces)}/{done.manifest.cases}"
        model, parts = str(done.manifest.settings["model"]), ", ".join(done.manifest.without)
        table.add_row(_near(path.parent), of, model, parts, _right(done))
    console.print(table)


def convert(
    source: Annotated[Path, typer.Argument(help="A folder of any layout in `list`.")],
    into: Annotated[Path, typer.Argument(help="A new folder for the suite.")],
) -> None:
    """Write a suite as a folder of its own: cases.jsonl and its documents."""
    from evals import suites
    from evals.cases import SuiteError

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
    import tempfile

    from evals import suites
    from evals.runs import baseline as baselines
    from evals.runs import run as runs

    chosen = suites.load(suite)
    settings = _settings(None, library or runs.LIBRARIES / chosen.name, None, None)
    console = Console(stderr=True)
    _index(chosen, settings, console)
    with tempfile.TemporaryDirectory() as folder, _bar(console) as tell:
        done = runs.run(chosen, Path(folder) / "run", settings=settings, progress=tell)
    for problem in baselines.problems(done):
        console.print(f"[yellow]worse than the last baseline:[/] {problem}")
    print(baselines.write(done))


def agreement(
    labelled: Annotated[Path, typer.Argument(help="JSONL: question, reference, said, right (by a person).")],
    model: Annotated[str, typer.Option(help="The judge, for example ollama/gemma4.")],
    out: Annotated[Path, typer.Option(help="Where the agreement is written.")] = Path("agreement.json"),
) -> None:
    """Measure a model as judge against people; without this, no figure of it appears."""
    from evals import judge as judges

    found = judges.measure(_judge(model), judges.read(labelled))
    out.write_text(found.model_dump_json(indent=2) + "\n", "utf-8")
    print(judges.refusal(found) or f"{found.judge} agrees in {found.share:.2f} of {found.n}: {out}")


def judge(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    model: Annotated[str, typer.Option(help="The judge, for example ollama/gemma4.")],
    agreement: Annotated[Path, typer.Option(help="What `agreement` wrote about this judge.")] = Path("agreement.json"),
) -> None:
    """Let a model that was measured judge the answers of a run; the report then shows it."""
    from evals import judge as judges
    from evals.runs import run as runs

    done = runs.load(run)
    figure = judges.figure(done, judges.score_run(done, _judge(model), judges.read_agreement(agreement)))
    print(f"{figure.metric}: {' '.join(in_words(figure))}, {figure.n} cases, {figure.unscored} not scored")


# what the commands share


def _settings(model: str | None, library: Path, budget: int | None, rounds: int | None) -> "Settings":
    from agent import settings

    given = {"model": model, "library": library, "max_steps": budget, "max_rounds": rounds}
    return settings.read(**{name: value for name, value in given.items() if value is not None})


def _judge(model: str) -> "ChatModel":
    from agent import settings
    from agent.llm import models

    chosen = models.load(settings.read(model=model), lambda text, others: [0.0] * len(others))
    chosen.check()
    return chosen


def _index(suite: "Suite", settings: "Settings", console: Console) -> None:
    from evals.runs import run as runs

    start = time.perf_counter()
    with _bar(console) as tell:
        indexed = runs.index(suite, settings, lambda n, total, path: tell(n, total, path.name))
    if indexed:
        console.print(
            f"{settings.library}: {len(indexed.added)} files added, {len(indexed.unchanged)} unchanged, "
            f"{len(indexed.failed)} not read, in {time.perf_counter() - start:.0f} s"
        )
        for path, error in indexed.failed:
            console.print(f"[red]not read[/] {escape(f'{path.name}: {error}')}")


@contextmanager
def _bar(console: Console) -> Iterator[Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=None)
        yield lambda n, total, name: bar.update(task, description=escape(name[:40]), completed=n, total=total)


def _print_run(done: "Run") -> None:
    from evals.metrics.latency import by_stage, percentile, throughput
    from evals.runs.summary import summary

    table = Table("metric", "mean", "95 %", "cases", "not scored")
    for figure in summary(done.cases, done.traces):
        mean, interval = in_words(figure)
        table.add_row(figure.metric, mean, interval, str(figure.n), str(figure.unscored or ""))
    console = Console()
    console.print(table)
    table = Table("stage", "p50 ms", "p95 ms", "cases")
    for stage, seconds in by_stage(done.took).items():
        table.add_row(stage, *(f"{1000 * percentile(seconds, p):.0f}" for p in (50, 95)), str(len(seconds)))
    console.print(table)
    speed = throughput(done.took)
    print(f"{speed:.0f} cases a minute; {done.peak_mb:.0f} MB at most." if speed and done.peak_mb else "")


def in_words(figure: "Figure") -> tuple[str, str]:
    """The mean and its interval: shares in percent, counts as they are; dashes where nothing could be scored."""
    from evals.metrics import METRICS

    if figure.mean is None or figure.low is None or figure.high is None:
        return "–", "–"
    if figure.metric in METRICS and METRICS[figure.metric].unit == "count":
        return f"{figure.mean:.2f}", f"{figure.low:.2f} to {figure.high:.2f}"
    return f"{100 * figure.mean:.1f} %", f"{100 * figure.low:.1f} to {100 * figure.high:.1f}"


def _right(done: "Run") -> str:
    from evals.metrics import METRICS
    from evals.runs.summary import figure

    found = figure(METRICS["right"], done.cases, done.traces)
    return f"{found.mean * found.n:.0f} of {found.n}" if found.mean is not None else ""


def _side(right: bool) -> str:
    return "[green]right[/]" if right else "[red]wrong[/]"


def _near(path: Path) -> str:
    """As short as it can be typed from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
