"""`make demo`: the sample library indexed, its questions asked, the answers on the screen. `--all` asks all cases.

Exit code 1 where an answer is wrong, or does not point at the place where it stands.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from agent import show
from agent.answer import Answer
from agent.assistant import Assistant
from agent.cli import print_answer
from evals import cases
from evals.sample import parts_api
from tools.library.library import Library

SUITE = Path(__file__).parent / "sample"
DEMO = 7
"""The first cases of the suite: text, table, diagram by words, part by photo, follow-up, API, unanswerable."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.demo", description=__doc__.split("\n")[0])
    parser.add_argument("--all", action="store_true", help="ask every case of the suite and print a table")
    parser.add_argument("--library", type=Path, default=Path(".exhibit/demo"), help="folder of the demo's library")
    parser.add_argument("--model", default="extractive")
    given = parser.parse_args(argv)
    console = Console()
    _index(given.library, console)
    with _assistant(given.library, given.model) as assistant:
        todo = cases.read(SUITE / "cases.jsonl")
        return _all(assistant, todo, console) if given.all else _demo(assistant, todo[:DEMO], console)


@contextmanager
def _assistant(library: Path, model: str) -> Iterator[Assistant]:
    """An assistant that may call the parts API, which is served on the loopback meanwhile."""
    with parts_api.serve() as url:
        apis = library / "apis.toml"
        declared = (SUITE / "apis.toml").read_text("utf-8")
        apis.write_text(declared.replace("http://127.0.0.1:8765", url), "utf-8")
        with Assistant(library=library, model=model, apis=apis) as assistant:
            yield assistant


def _index(root: Path, console: Console) -> None:
    start = time.perf_counter()
    with Library(root, create=True) as library, console.status("Indexing the sample library") as status:
        report = library.add([SUITE / "library"], lambda n, total, path: status.update(f"{n + 1}/{total} {path.name}"))
    console.print(
        f"Library {root}: {len(report.added)} files added, {len(report.unchanged)} unchanged, {len(report.failed)} "
        f"not read; {report.passages} passages, {report.figures} figures, {report.tables} tables "
        f"in {time.perf_counter() - start:.1f} s"
    )
    for path, error in report.failed:
        console.print(f"[red]not read[/] {path.name}: {error}")


def _demo(assistant: Assistant, todo: Sequence[cases.Case], console: Console) -> int:
    right = 0
    for number, judged in enumerate(cases.run(assistant, todo, SUITE), 1):
        case, answer = judged.case, judged.answer
        picture = f" [magenta]\\[{case.image}][/]" if case.image else ""
        console.print(f"\n[bold cyan]{number}. {escape(case.question)}[/]{picture}", highlight=False)
        print_answer(answer)
        for page in _marked(assistant, answer):
            console.print(f"  the place, marked: {page}", style="dim", highlight=False)
        console.print("  [green]as it should be[/]" if judged.right else "  [red]not what the suite expects[/]")
        right += judged.right
    console.print(f"\n{right} of {len(todo)} as they should be (the last has no answer in the library).")
    return 0 if right == len(todo) else 1


def _marked(assistant: Assistant, answer: Answer) -> list[Path]:
    """The page images of the first claim, with the cited place marked; none for an API's reply or a refusal."""
    first = next((place for verdict in answer.verdicts for place in verdict.places if place.regions), None)
    if first is None:
        return []
    return show.write(assistant, first.key, answer.thread, assistant.settings.library / "pages")


def _all(assistant: Assistant, todo: Sequence[cases.Case], console: Console) -> int:
    judged = [j for j in track(cases.run(assistant, todo, SUITE), "Asking", total=len(todo), console=console)]
    table = Table("id", "kind", "question", "answer", "right")
    for j in judged:
        said = j.answer.text if j.answer.verdicts else j.answer.status
        table.add_row(j.case.id, j.case.kind, j.case.question, said[:160], "yes" if j.right else "[red]no[/]")
    console.print(table)
    kinds = dict.fromkeys(j.case.kind for j in judged)
    for kind in kinds:
        of_kind = [j for j in judged if j.case.kind == kind]
        console.print(f"{kind:14} {sum(j.right for j in of_kind)} of {len(of_kind)}", highlight=False)
    seconds = statistics.median(j.answer.seconds for j in judged)
    console.print(f"{sum(j.right for j in judged)} of {len(judged)} right; median {seconds:.2f} s a question.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
