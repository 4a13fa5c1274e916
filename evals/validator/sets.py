"""Sets of labelled claims: a folder of JSON lines with claim, evidence, label, and where known pair and document."""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tools.errors import SettingsError

_POSITIVE = {"supported", "supports", "entailment", "attributable", "true", "yes", "1"}


@dataclass(frozen=True)
class LabelledClaim:
    """`supported`: fully; partial support is none. `pair`: rows of one pair differ in a detail and in the label.

    `document` groups the rows that are not independent; for want of better the evidence they share.
    """

    claim: str
    evidence: str
    supported: bool
    label: str
    pair: str
    document: str


def read(folder: Path, prefix: str = "", limit: int | None = None) -> dict[str, list[LabelledClaim]]:
    """name -> rows, of each .jsonl or .jsonl.gz file in the folder whose name starts with the prefix."""
    files = sorted(p for p in folder.glob(f"{prefix}*") if p.name.endswith((".jsonl", ".jsonl.gz")))
    if not files:
        raise SettingsError(f"There are no claims in {folder}.", f"Put {prefix}*.jsonl or .jsonl.gz files there.")
    return {path.name.split(".jsonl")[0]: _paired(_rows(path))[:limit] for path in files}


def _rows(path: Path) -> list[LabelledClaim]:
    raw = path.read_bytes()
    lines = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8").splitlines()
    return [_row(json.loads(line), f"{path.name}, line {number}") for number, line in enumerate(lines, 1)]


def _row(found: Mapping[str, Any], where: str) -> LabelledClaim:
    missing = [name for name in ("claim", "evidence", "label") if name not in found]
    if missing:
        raise SettingsError(f"{where} has no {', '.join(missing)}.", "Each line needs claim, evidence and label.")
    label = str(found["label"]).casefold()
    evidence = str(found["evidence"])
    meta = found.get("meta") or {}
    pair = found.get("pair") or found.get("pair_id") or meta.get("pair") or meta.get("case")
    document = found.get("document") or meta.get("page") or _hash(evidence)
    return LabelledClaim(
        claim=str(found["claim"]).strip(),
        evidence=evidence,
        supported=label in _POSITIVE,
        label=label,
        pair=str(pair or ""),
        document=str(document),
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


def pairs(rows: Sequence[LabelledClaim]) -> Iterator[list[int]]:
    """The indexes of each pair's members; both labels occur among them."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.pair:
            found[row.pair].append(index)
    for members in found.values():
        if len({rows[i].supported for i in members}) == 2:
            yield members
