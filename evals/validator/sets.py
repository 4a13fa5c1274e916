"""Sets of labelled claims, in two layouts: lines with claim, evidence, label; or documents and claims that cite them.

In the second, `documents*.jsonl[.gz]` has the passages, `claims*.jsonl[.gz]` the question, the claim, its citations
with quotes, the label, the kind, and where known the pair.
"""

import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent.answer import Citation
from tools.errors import SettingsError
from tools.language import markdown
from tools.library.evidence import Item, Passage, Table

_POSITIVE = {"supported", "supports", "entailment", "attributable", "true", "yes", "1"}
_SOURCE = "0" * 64
WRITTEN = "written"
"""Name of the set that a folder in the second layout is."""
SPLITS = ("all", "fit", "calibration", "development")


@dataclass(frozen=True)
class LabelledClaim:
    """`supported`: fully; partial support is none. `pair`: rows of one pair differ in a detail and in the label.

    `document` groups the rows that are not independent; for want of better the evidence they share. `evidence` is all
    that is cited as one text, `items` the same as the validator gets it, `citations` the quotes from them.
    """

    claim: str
    evidence: str
    supported: bool
    label: str
    pair: str
    document: str
    kind: str = ""
    question: str = ""
    title: str = ""
    citations: tuple[Citation, ...] = ()
    items: Mapping[int, Item] = field(default_factory=dict)


def read(
    folder: Path, prefix: str = "", limit: int | None = None, split: str = "all"
) -> dict[str, list[LabelledClaim]]:
    """name -> rows, of each .jsonl or .jsonl.gz file in the folder whose name starts with the prefix.

    Documents and claims that cite them, in however many files, are one set. `split` takes the rows of some documents.
    """
    files = sorted(p for p in folder.glob(f"{prefix}*") if p.name.endswith((".jsonl", ".jsonl.gz")))
    if not files:
        raise SettingsError(f"There are no claims in {folder}.", f"Put {prefix}*.jsonl or .jsonl.gz files there.")
    documents = [path for path in files if path.name.startswith("documents")]
    if documents:
        found = {WRITTEN: written(documents, [path for path in files if path.name.startswith("claims")])}
    else:
        found = {path.name.split(".jsonl")[0]: _paired(_rows(path)) for path in files}
    return {name: [row for row in rows if in_split(row.document, split)][:limit] for name, rows in found.items()}


def _lines(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(where it stands, the line)."""
    raw = path.read_bytes()
    lines = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        yield f"{path.name}, line {number}", json.loads(line)


def _need(found: Mapping[str, Any], where: str, *names: str) -> None:
    missing = [name for name in names if name not in found]
    if missing:
        every = f"{', '.join(names[:-1])} and {names[-1]}"
        raise SettingsError(f"{where} has no {', '.join(missing)}.", f"Each line needs {every}.")


# --- splits by document ----------------------------------------------------------------------------------------------


def hashed(document: str) -> int:
    """A number that is always the same for a document: splits go by it."""
    return int(hashlib.sha256(document.encode()).hexdigest()[:8], 16)


def is_development(document: str) -> bool:
    """40 % of the documents: never trained on, nothing fitted on them."""
    return hashed(document) % 5 >= 3


def is_calibration(document: str) -> bool:
    """20 %: not trained on, so that the decision can be fitted on what the entailment model has not seen."""
    return hashed(document) % 5 == 2


def is_held_back(document: str) -> bool:
    """15 % of our own written documents (evals/training/entailment/written): a second set to develop on."""
    return hashed(document) % 20 < 3


def in_split(document: str, split: str) -> bool:
    """fit: the 60 % that are not for development, calibration among them. Raises SettingsError for another name."""
    if split not in SPLITS:
        raise SettingsError(f"There is no split {split}.", f"Use one of {', '.join(SPLITS)}.")
    if split == "calibration":
        return is_calibration(document)
    return split == "all" or is_development(document) == (split == "development")


# --- lines with claim, evidence, label -------------------------------------------------------------------------------


def _rows(path: Path) -> list[LabelledClaim]:
    return [_row(found, where) for where, found in _lines(path)]


def _row(found: Mapping[str, Any], where: str) -> LabelledClaim:
    _need(found, where, "claim", "evidence", "label")
    label = str(found["label"]).casefold()
    evidence = str(found["evidence"])
    meta = found.get("meta") or {}
    pair = found.get("pair") or found.get("pair_id") or meta.get("pair") or meta.get("case")
    return LabelledClaim(
        claim=str(found["claim"]).strip(),
        evidence=evidence,
        supported=label in _POSITIVE,
        label=label,
        pair=str(pair or ""),
        document=str(found.get("document") or meta.get("page") or _hash(evidence)),
        question=str(found.get("question") or meta.get("question") or ""),
        citations=(Citation(key=1, quote=evidence),),
        items={1: _item("1", "", evidence)},
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _paired(rows: Sequence[LabelledClaim]) -> list[LabelledClaim]:
    """Where no pairs are named: the same claim with two texts that differ in the label."""
    if any(row.pair for row in rows):
        return list(rows)
    same: dict[str, list[LabelledClaim]] = defaultdict(list)
    for row in rows:
        same[row.claim.casefold()].append(row)
    named = {claim for claim, found in same.items() if sorted(row.supported for row in found) == [False, True]}
    return [replace(r, pair=_hash(r.claim.casefold())) if r.claim.casefold() in named else r for r in rows]


# --- documents, and claims that cite them ----------------------------------------------------------------------------


def written(documents: Sequence[Path], claims: Sequence[Path]) -> list[LabelledClaim]:
    """The claims of all files, each with the passages that it cites as items: of these alone its label is true."""
    known: dict[str, Mapping[str, Any]] = {}
    for path in documents:
        for where, found in _lines(path):
            _need(found, where, "id", "title", "passages")
            known[str(found["id"])] = found
    return [_written(found, where, known) for path in claims for where, found in _lines(path)]


def _written(found: Mapping[str, Any], where: str, known: Mapping[str, Mapping[str, Any]]) -> LabelledClaim:
    _need(found, where, "claim", "citations", "label", "document")
    document = known.get(str(found["document"]))
    if document is None:
        raise SettingsError(
            f"{where}: there is no document {found['document']}.", "Put its documents*.jsonl beside it."
        )
    citations = tuple(Citation(key=one["key"], quote=one["quote"]) for one in found["citations"])
    passages = {one["key"]: one for one in document["passages"]}
    lost = next((c.key for c in citations if c.key not in passages), None)
    if lost is not None:
        raise SettingsError(f"{where} cites passage {lost}, which {found['document']} lacks.", "Mend the key.")
    cited = {c.key: passages[c.key] for c in citations}
    label = str(found["label"]).casefold()
    return LabelledClaim(
        claim=str(found["claim"]).strip(),
        evidence="\n\n".join(f"{document['title']}\n{one['heading']}\n{one['text']}" for one in cited.values()),
        supported=label in _POSITIVE,
        label=label,
        pair=str(found.get("pair") or ""),
        document=str(found["document"]),
        kind=str(found.get("kind") or ""),
        question=str(found.get("question") or ""),
        title=str(document["title"]),
        citations=citations,
        items={key: _item(str(key), one["heading"], one["text"]) for key, one in cited.items()},
    )


def _item(name: str, heading: str, text: str) -> Item:
    """A passage; a table where the text has one, with what stands above it as its caption."""
    start = _table_start(text)
    if start is None:
        return Passage(id=name, source_id=_SOURCE, heading=heading, text=text, regions=())
    above, table = text[:start].rstrip("\n"), text[start:]
    return Table(id=name, source_id=_SOURCE, heading=heading, caption=above, markdown=table, regions=())


def _table_start(text: str) -> int | None:
    """Where the header row of the first Markdown table stands."""
    rule = re.search(markdown.RULE, text, re.MULTILINE) if markdown.rows(text) else None
    return text.rfind("\n", 0, rule.start() - 1) + 1 if rule else None


def pairs(rows: Sequence[LabelledClaim]) -> Iterator[list[int]]:
    """The indexes of each pair's members; both labels occur among them."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.pair:
            found[row.pair].append(index)
    for members in found.values():
        if len({rows[i].supported for i in members}) == 2:
            yield members
