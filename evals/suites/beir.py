"""BEIR-style folders (Thakur et al., NeurIPS 2021): corpus.jsonl, queries.jsonl, qrels/<split>.tsv.

Every document of the corpus becomes a text file under `work`, its title first; a query without a relevant document in
the split ("test", or else the first by name) is left out.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from evals.cases import Case, Gold, SuiteError
from evals.suites.layout import Parts, rows

HEAD = ["query-id", "corpus-id", "score"]
_PLAIN = re.compile(r"[A-Za-z0-9][\w-]{0,80}")


class _Document(NamedTuple):
    id: str
    text: str


def read(folder: Path, work: Path) -> Parts:
    relevant = _qrels(folder / "qrels")
    queries = list(rows(folder / "queries.jsonl", lambda row: _Document(row["_id"], row["text"])))
    corpus = rows(folder / "corpus.jsonl", _document)
    _write(corpus, work)
    cases = tuple(
        Case(id=query.id, question=query.text, gold=relevant[query.id]) for query in queries if query.id in relevant
    )
    return Parts(folder, work, (work,), cases)


def _document(row: dict[str, Any]) -> _Document:
    return _Document(row["_id"], f"{row.get('title', '')}\n\n{row['text']}")


def _write(corpus: Iterable[_Document], work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    for document in corpus:
        (work / _file(document.id)).write_text(document.text.strip() + "\n", "utf-8")


def _file(document: str) -> str:
    """A file name; an id that is none (a URL, a path) is hashed."""
    plain = document if _PLAIN.fullmatch(document) else sha256(document.encode()).hexdigest()[:32]
    return f"{plain}.txt"


def _qrels(folder: Path) -> dict[str, tuple[Gold, ...]]:
    splits = sorted(folder.glob("*.tsv"), key=lambda path: (path.stem != "test", path.name))
    if not splits:
        raise SuiteError(f"{folder.name}/ holds no .tsv.", "A BEIR folder has qrels/test.tsv.")
    found: dict[str, list[Gold]] = defaultdict(list)
    with splits[0].open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), 1):
            if row == HEAD:
                continue
            if len(row) != 3 or not row[2].lstrip("-").isdigit():
                raise SuiteError(f"{splits[0].name}, line {number} is not query, document, grade.", "Mend that line.")
            if int(row[2]) > 0:
                found[row[0]].append(Gold(source=_file(row[1]), grade=int(row[2])))
    return {query: tuple(gold) for query, gold in found.items()}
