"""Questions with passages and what answers them: the reader's labelled rows, and the questions of written claims."""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evals.validator import sets
from tools.language import markdown
from tools.language.blocks import TextUnit, units
from tools.language.markdown import MarkdownRow
from tools.language.numbers import read_row
from tools.library.encode.answers import PassageText

LICENSED = ("tatqa", "covidqa", "pubmedqa")
"""The sets with terms that allow weights to ship; see the card."""
SPANS = {"span", "number", "table"}
"""Kinds whose answers are short: what a direct answer would say."""
NO_ANSWER = "unanswered"
"""Kind of a claim whose question its document does not answer."""


@dataclass(frozen=True)
class GoldAnswer:
    """Characters `start` to `end` (exclusive) of a passage's text. `short`: they are what a direct answer would say;
    else they only say which units answer."""

    passage: int
    start: int
    end: int
    short: bool = False


@dataclass(frozen=True)
class Example:
    """A question with passages. Without `answers` they do not answer it. `before`: the question that it follows up.
    `document` groups the examples that are not independent."""

    question: str
    passages: tuple[PassageText, ...]
    answers: tuple[GoldAnswer, ...]
    document: str
    kind: str
    before: str = ""


# --- the reader's rows --------------------------------------------------------------------------------------------


def rows(path: Path) -> list[Example]:
    """The rows of one .jsonl or .jsonl.gz file."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return [_row(json.loads(line)) for line in text.splitlines()]


def _row(found: dict[str, Any]) -> Example:
    passages = tuple(PassageText(p["title"], p["heading"], p["text"]) for p in found["passages"])
    short = found["kind"] in SPANS
    answers = tuple(GoldAnswer(one["passage"], one["start"], one["end"], short) for one in found["answers"])
    return Example(found["question"], passages, answers, found["doc"], f"{found['source']}:{found['kind']}")


# --- written claims -----------------------------------------------------------------------------------------------


def written(folder: Path, split: str = "all", file: Path | None = None) -> list[Example]:
    """Each question of a folder of documents and claims, with all passages of its document: the quotes of its true
    claims answer it. A question is left out where nobody says what answers it. `file`: that file's claims alone."""
    documents = {found["id"]: found for path in sorted(folder.glob("documents*")) for found in _lines(path)}
    asked: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for path in [file] if file else sorted(folder.glob("claims*")):
        for claim in _lines(path):
            if claim.get("question") and sets.in_split(claim["document"], split):
                asked[claim["document"], claim["question"]].append(claim)
    made = (_written(documents[document], question, claims) for (document, question), claims in asked.items())
    return [one for one in made if one is not None]


def statements(folder: Path) -> list[Example]:
    """Each true claim of such a folder as a question whether it is so: what it cites answers."""
    documents = {found["id"]: found for path in sorted(folder.glob("documents*")) for found in _lines(path)}
    found: list[Example | None] = []
    for path in sorted(folder.glob("claims*")):
        for claim in _lines(path):
            if claim["label"] == "supported":
                said = claim["claim"].rstrip(". ")
                question = f"Is it true that {said[:1].lower()}{said[1:]}?" if len(found) % 2 else f"{said}?"
                found.append(_written(documents[claim["document"]], question, [claim]))
    return [replace(one, kind="statement") for one in found if one is not None]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    raw = path.read_bytes()
    for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8").splitlines():
        yield json.loads(line)


def _written(document: dict[str, Any], question: str, claims: Sequence[dict[str, Any]]) -> Example | None:
    true = [claim for claim in claims if claim["label"] == "supported"]
    if not true and any(claim["kind"] != NO_ANSWER for claim in claims):
        return None
    places = {one["key"]: number for number, one in enumerate(document["passages"])}
    passages = tuple(PassageText(document["title"], p["heading"], p["text"]) for p in document["passages"])
    quotes = {(places[one["key"]], one["quote"]) for claim in true for one in claim["citations"]}
    answers = tuple(answer for number, quote in sorted(quotes) for answer in _found(passages[number], number, quote))
    return Example(question, passages, answers, document["id"], "written" if true else f"written:{NO_ANSWER}")


def _found(passage: PassageText, number: int, quote: str) -> Iterator[GoldAnswer]:
    at = passage.text.find(quote)
    if at >= 0:
        yield GoldAnswer(number, at, at + len(quote))


# --- from characters of the passage to units ------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitLabel:
    """A unit that answers; `span`: characters of its text that are the short answer, None where there is none or
    there are several."""

    passage: int
    unit: int
    span: tuple[int, int] | None


def labels(example: Example) -> list[UnitLabel]:
    """Each unit that an answer touches."""
    touched: dict[tuple[int, int], list[tuple[int, int] | None]] = defaultdict(list)
    for answer in example.answers:
        text = example.passages[answer.passage].text
        for number, unit in enumerate(units(text)):
            if unit.start < answer.end and answer.start < unit.end:
                span = span_in(text, unit, answer.start, answer.end) if answer.short else None
                touched[answer.passage, number].append(span)
    return [UnitLabel(p, u, spans[0] if len(set(spans)) == 1 else None) for (p, u), spans in touched.items()]


def span_in(text: str, unit: TextUnit, start: int, end: int) -> tuple[int, int] | None:
    """Characters of `unit.text` that stand for text[start:end]; of a row the whole cell, with its unit."""
    if unit.kind == "row":
        row = next(row for row in markdown.rows(text) if row.start == unit.start)
        return _cell(row, len(re.findall(r"(?<!\\)\|", text[unit.start : start].lstrip().removeprefix("|"))))
    first, last = max(start, unit.start), min(end, unit.end)
    before = " ".join(text[unit.start : first].split())
    at = len(before) + (1 if before and text[first - 1].isspace() else 0)
    return at, min(at + len(" ".join(text[first:last].split())), len(unit.text))


def _cell(row: MarkdownRow, number: int) -> tuple[int, int] | None:
    """Where the cell stands in the row as it is read."""
    if number >= min(len(row.header), len(row.cells)):
        return None
    read = [read_row(MarkdownRow((name,), (cell,), 0, 0)) for name, cell in zip(row.header, row.cells, strict=False)]
    start = sum(len(one) + len(" | ") for one in read[:number])
    name = row.header[number]
    value = start + (len(f"{name}: ") if name else 0)
    return value, start + len(read[number])
