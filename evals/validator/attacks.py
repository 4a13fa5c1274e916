"""Claims made to slip past the validator, and a few that must pass: attacks.jsonl, one a line after the sources.

`expected`: the verdicts that are right. A claim may pass as `supported` only where the list says so.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table as Grid

from agent.answer import Citation, Claim, Verdict
from agent.validator import validate
from evals import console
from evals.validator import untitled
from tools.library.evidence import Figure, Item, Passage, Table

FILE = Path(__file__).with_name("attacks.jsonl")
_SOURCE = "0" * 64


@dataclass(frozen=True)
class Attack:
    name: str
    kind: str
    claim: Claim
    items: dict[int, Item]
    expected: tuple[str, ...]


@dataclass(frozen=True)
class AttackVerdict:
    attack: Attack
    verdict: Verdict

    @property
    def right(self) -> bool:
        return self.verdict.status in self.attack.expected


def read(path: Path = FILE) -> list[Attack]:
    first, *rest = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    items = {found["key"]: _item(found) for found in first["items"]}
    return [_attack(row, items) for row in rest]


def _attack(row: dict[str, Any], items: dict[int, Item]) -> Attack:
    shown = {key: items[key] for key in row["keys"]}
    return Attack(row["name"], row["kind"], _claim(row["claim"], row["citations"]), shown, tuple(row["expected"]))


def _claim(text: str, citations: Sequence[tuple[Any, Any]]) -> Claim:
    """Built past pydantic's checks, as a broken caller would."""
    return Claim.model_construct(
        text=text, citations=tuple(Citation.model_construct(key=key, quote=quote) for key, quote in citations)
    )


def _item(found: dict[str, Any]) -> Item:
    shared = {"id": f"item-{found['key']}", "source_id": _SOURCE, "heading": found["heading"], "regions": ()}
    if found["kind"] == "table":
        return Table(**shared, markdown=found["text"], caption=found["caption"])
    if found["kind"] == "figure":
        return Figure(**shared, image=_SOURCE, ocr_text=found["text"], caption=found["caption"])
    return Passage(**shared, text=found["text"])


def run(attacks: Sequence[Attack]) -> list[AttackVerdict]:
    return [AttackVerdict(a, validate([a.claim], a.items, untitled)[0]) for a in attacks]


def table(outcomes: Sequence[AttackVerdict]) -> Grid:
    shown = console.table("attacks", "kind", "claims", "right")
    shown.add_column("wrong")
    for kind in dict.fromkeys(outcome.attack.kind for outcome in outcomes):
        of = [outcome for outcome in outcomes if outcome.attack.kind == kind]
        wrong = [f"{o.attack.name} ({o.verdict.status}, {o.verdict.decided})" for o in of if not o.right]
        shown.add_row(kind, str(len(of)), str(len(of) - len(wrong)), "; ".join(wrong))
    return shown
