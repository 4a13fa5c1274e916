"""Labelled claims through the whole validator: which are shown, marked, dropped, and how that is counted."""

import json
import math
from pathlib import Path

import pytest
from rich.console import Console

from agent.answer import Citation
from evals.validator import path
from evals.validator.path import Shown, figures
from evals.validator.sets import LabelledClaim, read
from tools.library.evidence import Passage

TEXT = "The tank holds 40 litres. The pump is red."


def row(claim: str, supported: bool, pair: str = "", kind: str = "") -> LabelledClaim:
    label = "supported" if supported else "not"
    item = Passage(id="1", source_id="0" * 64, text=TEXT, regions=())
    cited = (Citation(key=1, quote="The tank holds 40 litres."),)
    return LabelledClaim(claim, TEXT, supported, label, pair, "d", kind=kind, citations=cited, items={1: item})


def test_shares_and_pairs_by_hand() -> None:
    rows = [row("a", True, "p"), row("b", False, "p"), row("c", True, "q"), row("d", False, "q")]
    found = figures(
        rows,
        [
            Shown("supported", 0.9),
            Shown("unconfirmed", 0.5),
            Shown("supported", 0.8),
            Shown("supported", 0.85),
        ],
    )
    assert found.auc == 0.75  # of four (true, false) couples one is in the wrong order: .8 under .85
    assert (found.pairs_right, found.pairs_ordered) == (0.5, 0.5)
    assert (found.true.supported, found.false.supported, found.false.unconfirmed, found.false.refused) == (
        1,
        0.5,
        0.5,
        0,
    )


def test_the_path_shows_the_sources_own_words_and_drops_another_number() -> None:
    shown = path.outcome(path.check(row("The tank holds 40 litres.", True)))
    dropped = path.outcome(path.check(row("The tank holds 80 litres.", False)))
    assert (shown.status, dropped.status) == ("supported", "refused")
    assert shown.score > dropped.score


def test_overlap_of_words_as_a_judge() -> None:
    scores = path.words([row("The tank holds 40 litres.", True), row("Birds sing.", False)])
    assert scores.tolist() == [1.0, 0.0]
    assert [one.status for one in path.as_outcomes(scores)] == ["supported", "refused"]


def test_from_a_folder_of_documents_to_json(tmp_path: Path) -> None:
    passages = [
        {"key": 1, "heading": "Tank", "text": TEXT},
        {"key": 2, "heading": "", "text": "| A | B |\n|---|---|\n| 1 | 2 |"},
    ]
    (tmp_path / "documents.jsonl").write_text(json.dumps({"id": "d1", "title": "Manual", "passages": passages}))
    claims = [
        ("The tank holds 40 litres.", "supported", "p1", "paraphrase"),
        ("The tank holds 80 litres.", "not", "p1", "wrong_number"),
    ]
    lines = [
        {"document": "d1", "claim": claim, "label": label, "pair": pair, "kind": kind, "question": "How much?"}
        | {"citations": [{"key": 1, "quote": "The tank holds 40 litres."}]}
        for claim, label, pair, kind in claims
    ]
    (tmp_path / "claims.jsonl").write_text("\n".join(map(json.dumps, lines)))
    console = Console(record=True, width=160)
    found = {name: path.run(name, rows, console) for name, rows in read(tmp_path).items()}
    path.write(tmp_path / "out.json", found)
    written = json.loads((tmp_path / "out.json").read_text())["written"]
    assert (written["auc"], written["pairs_right"]) == (1, 1)
    assert {key: written["true"][key] for key in path.STATUSES} == {"supported": 1, "unconfirmed": 0, "refused": 0}
    assert {key: written["false"][key] for key in path.STATUSES} == {"supported": 0, "unconfirmed": 0, "refused": 1}
    assert written["kinds"]["paraphrase"]["false"]["refused"] is None  # there is no false paraphrase
    assert "wrong_number" in console.export_text()


def test_what_is_no_number_is_null(tmp_path: Path) -> None:
    path.write(tmp_path / "out.json", {"a": {"b": math.nan, "c": 1.0}})
    assert json.loads((tmp_path / "out.json").read_text()) == {"a": {"b": None, "c": 1.0}}


@pytest.mark.parametrize("score, status", [(0.75, "supported"), (0.5, "unconfirmed"), (0.2, "refused")])
def test_scores_alone_are_cut_at_a_quarter_and_three(score: float, status: str) -> None:
    import numpy as np

    assert path.as_outcomes(np.array([score]))[0].status == status
