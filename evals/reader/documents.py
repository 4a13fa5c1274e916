"""Whole documents indexed, and the assistant asked about them as a person would: its own document among all, then
where it is not there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from agent.answer import Answer
from agent.assistant import Assistant
from evals.console import OnProgress
from evals.reader.examples import Example
from evals.reader.scores import AnswerPlaces, ReaderOutcome
from tools.library.evidence import Record


def write(folder: Path, documents: Mapping[str, Example]) -> list[Path]:
    """Each document as a Markdown file of its name: title, then each passage under its headings."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_written(folder / f"{name}.md", example) for name, example in documents.items()]


def _written(path: Path, example: Example) -> Path:
    parts = [f"# {example.passages[0].title}"]
    for passage in example.passages:
        headings = [part.strip() for part in passage.heading.split(" > ") if part.strip()]
        parts += [f"{'#' * min(level, 6)} {heading}" for level, heading in enumerate(headings, 2)]
        parts.append(passage.text)
    path.write_text("\n\n".join(parts) + "\n", "utf-8")
    return path


def halves(examples: Sequence[Example]) -> tuple[set[str], set[str]]:
    """The documents in two halves: a question is asked of the other half where its document must not be there."""
    names = sorted({example.document for example in examples})
    return set(names[::2]), set(names[1::2])


def run(
    examples: Sequence[Example], folder: Path, on_progress: OnProgress, everything: Sequence[Example] = ()
) -> list[ReaderOutcome]:
    """Each question asked where its document lies among all of `everything` and where it is not there.

    `folder` holds three libraries and their documents, and is gone on with where they are there. Raises what the
    assistant raises.
    """
    documents = {example.document: example for example in everything or examples}
    files = {path.stem: path for path in write(folder / "documents", documents)}
    one, other = halves(list(documents.values()))
    found: list[ReaderOutcome] = []
    for name, names, mine in (("all", set(files), None), ("one", one, other), ("other", other, one)):
        with _opened(folder / name, [files[each] for each in sorted(names)]) as assistant:
            chosen = [example for example in examples if mine is None or example.document in mine]
            for number, example in enumerate(chosen):
                on_progress(number, len(chosen), example.question)
                said = _said(assistant, assistant.ask(example.question), example)
                found.append(ReaderOutcome(mine is None and bool(example.answers), said))
    return found


def _opened(library: Path, files: Sequence[Path]) -> Assistant:
    from agent import settings

    chosen = settings.read(library=library, model="extractive")
    with chosen.open_library(create=True) as opened:
        opened.add(files)
    return Assistant(chosen)


def _said(assistant: Assistant, answer: Answer, example: Example) -> tuple[bool, ...]:
    """Of each claim that is shown: does one of its quotes stand where the answer does?"""
    places, origins = AnswerPlaces(example), assistant.evidence(answer.thread)
    return tuple(
        any(
            _document(assistant, origins[citation.key]) == example.document and places.has(citation.quote)
            for citation in claim.citations
        )
        for claim in answer.claims
    )


def _document(assistant: Assistant, origin: str) -> str:
    item = assistant.library.item(origin)
    return "" if isinstance(item, Record) else Path(assistant.library.source(item.source_id).uri).stem
