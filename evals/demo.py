"""`make demo`: the sample library indexed, its first seven questions asked, the answers on the screen.

Exit code 1 where an answer is wrong, or does not point at the place where it stands. `python -m evals run sample` asks
every question.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from agent import settings
from agent.answer import Answer
from agent.assistant import Assistant, new_thread
from agent.interfaces import page_pictures
from agent.interfaces.cli.answers import print_answer
from agent.interfaces.cli.console import echo, open_console
from evals import suites
from evals.cases import Case
from evals.metrics.conduct import right
from evals.runs import run
from evals.runs.examiner import Examiner
from evals.suites import Suite

DEMO = 7
"""The first cases of the suite: text, table, diagram by words, part by photo, follow-up, API, unanswerable."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.demo", description=__doc__.split("\n")[0])
    parser.add_argument("--library", type=Path, default=Path(".exhibit/demo"), help="folder of the demo's library")
    parser.add_argument("--model", default="extractive")
    given = parser.parse_args(argv)
    console, suite = open_console(), suites.load("sample")
    chosen = settings.read(library=given.library, model=given.model)
    _index(suite, chosen, console)
    with run.examiner(suite, chosen) as examiner:
        succeeded = _demo(examiner, suite.cases[:DEMO], console)
    _say_what_is_next(suite.cases[0], given.library)
    return 0 if succeeded else 1


def _index(suite: Suite, chosen: settings.Settings, console: Console) -> None:
    start = time.perf_counter()
    with console.status("Indexing the sample library") as status:
        report = run.index(suite, chosen, lambda n, total, path: status.update(f"{n + 1}/{total} {path.name}"))
    assert report is not None, "the sample suite brings its documents"
    console.print(
        f"Library {chosen.library}: {len(report.added)} files added, {len(report.unchanged)} unchanged, "
        f"{len(report.failed)} not read; {report.passages} passages, {report.figures} figures, {report.tables} tables "
        f"in {time.perf_counter() - start:.1f} s"
    )
    for path, error in report.failed:
        console.print(f"[red]not read[/] {path.name}: {error}")


def _demo(examiner: Examiner, todo: Sequence[Case], console: Console) -> bool:
    right_ones = 0
    for number, case in enumerate(todo, 1):
        answer = _ask(examiner, case)
        picture = f" [magenta]\\[{case.image}][/]" if case.image else ""
        console.print(f"\n[bold cyan]{number}. {escape(case.question)}[/]{picture}", highlight=False)
        print_answer(answer)
        for page in _marked(examiner.assistant, answer):
            console.print(f"  the place, marked: {page}", style="dim", highlight=False)
        score = right(case, examiner.recorded(case, answer))
        ok = score is not None and score.value == 1
        console.print("  [green]as it should be[/]" if ok else "  [red]not what the suite expects[/]")
        right_ones += ok
    console.print(f"\n{right_ones} of {len(todo)} as they should be (the last has no answer in the library).")
    return right_ones == len(todo)


def _say_what_is_next(case: Case, library: Path) -> None:
    """Commands that work in the shell that ran the demo, as they stand."""
    activate = Path(sys.prefix, "bin", "activate")
    here = activate.relative_to(Path.cwd()) if activate.is_relative_to(Path.cwd()) else activate
    commands = [f"source {here}"] if activate.exists() else []
    commands += [
        f"export EXHIBIT_LIBRARY={shlex.quote(str(library.resolve()))}",
        f'exhibit ask "{case.question}"',
        "exhibit show 1",
    ]
    echo("\nAsk the demo's library yourself:\n", *(f"  {command}" for command in commands))
    echo("\nYour own documents, in a library of their own:\n")
    echo("  unset EXHIBIT_LIBRARY", "  exhibit index <folder>")


def _ask(examiner: Examiner, case: Case) -> Answer:
    thread = new_thread()
    examiner.begin(case, thread)
    return examiner.assistant.ask(case.question, image=examiner.picture(case.image), thread=thread)


def _marked(assistant: Assistant, answer: Answer) -> list[Path]:
    """The page images of the first claim, with the cited place marked; none for an API's reply or a refusal."""
    first = next((place for verdict in answer.verdicts for place in verdict.places if place.regions), None)
    if first is None:
        return []
    return page_pictures.of_key(assistant, first.key, answer.thread)


if __name__ == "__main__":
    sys.exit(main())
