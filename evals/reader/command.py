"""What `python -m evals reader` does: rows with their passages, and documents with their questions, file by file."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from evals.console import bar, percent, table
from evals.reader.scores import ReaderScores

COLUMNS = ("first", "among_said", "refused_wrong", "refused_right")


def reader(
    folder: Annotated[Path, typer.Argument(help="*.jsonl[.gz]: questions with passages; or documents* and claims*.")],
    out: Annotated[Path | None, typer.Option(help="The shares of each file as JSON.")] = None,
    prefix: Annotated[str, typer.Option(help="Only the files whose names start so.")] = "",
    split: Annotated[str, typer.Option(help="Of claims, which documents: all, fit, calibration, development.")] = "all",
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many questions of each file.")] = None,
    library: Annotated[
        Path | None, typer.Option(help="Where the documents are indexed [default: a new folder].")
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Rows: rankers beside the reader, by unit.")] = False,
) -> None:
    """How often `extractive` says what answers, says it first, and refuses where nothing answers."""
    from evals.reader import examples, rankers

    console = Console(stderr=True)
    if any(folder.glob("documents*")):
        found = _documents(folder, split, limit, library, console)
    elif compare:
        console.print(rankers.table({path: examples.rows(path)[:limit] for path in _files(folder, prefix)}, console))
        return
    else:
        found = _rows(_files(folder, prefix), limit, console)
    shown = table("what extractive says (%)", "file", *(name.replace("_", " ") for name in COLUMNS), "questions")
    for name, one in found.items():
        shown.add_row(
            name, *(percent(getattr(one, column)) for column in COLUMNS), f"{one.answerable}+{one.unanswerable}"
        )
    Console().print(shown)
    if out:
        out.write_text(json.dumps({name: one.as_json() for name, one in found.items()}, indent=2) + "\n", "utf-8")


def _files(folder: Path, prefix: str) -> list[Path]:
    from tools.errors import SettingsError

    found = sorted(path for path in folder.glob(f"{prefix}*") if path.name.endswith((".jsonl", ".jsonl.gz")))
    if not found:
        raise SettingsError(f"There are no questions in {folder}.", f"Put {prefix}*.jsonl or .jsonl.gz files there.")
    return found


def _rows(files: Sequence[Path], limit: int | None, console: Console) -> dict[str, ReaderScores]:
    from agent import settings
    from agent.llm import models
    from evals.reader import examples, rows, scores
    from tools.library import encode

    def similarity(text: str, others: Sequence[str]) -> list[float]:
        encoder = encode.load("minilm")
        cut = [next(iter(encode.windows(one, encoder)), "") for one in (text, *others)]
        vectors = encoder.texts(cut)
        return [float(one) for one in vectors[1:] @ vectors[0]]

    model = models.load(settings.read(model="extractive"), similarity)
    found = {}
    for path in files:
        with bar(console, path.name) as on_progress:
            found[path.name] = scores.scores(rows.run(examples.rows(path)[:limit], model, on_progress))
    return found


def _documents(
    folder: Path, split: str, limit: int | None, library: Path | None, console: Console
) -> dict[str, ReaderScores]:
    from evals.reader import documents, examples, scores

    everything = examples.written(folder)
    found = {}
    with tempfile.TemporaryDirectory() as work:
        for path in sorted(folder.glob("claims*")):
            some = [one for one in examples.written(folder, split, path) if one.answers][:limit]
            with bar(console, path.name) as on_progress:
                outcomes = documents.run(some, library or Path(work), on_progress, everything)
            found[path.name] = scores.scores(outcomes)
    return found
