"""The pairs that the entailment model is trained on: labels that are right by construction."""

import gzip
import json
from pathlib import Path
from random import Random

import pytest

from evals.training.entailment import data_sheets, pairs

PAGE = [
    "In 1990, the Lyon plant opened with 340 workers.",
    "Anna Weber has led the firm since May 2022.",
    "The harbour of Trieste is older than the railway.",
    "Most visitors arrive by train in summer.",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        {"claim": "Lyon has 340 workers .", "evidence": PAGE[0], "label": "supported",
         "meta": {"gold": "SUPPORTS", "page": "Lyon", "case": "a"}},
        {"claim": "Lyon has 340 workers .", "evidence": "The Lyon plant opened with 20 workers.", "label": "not",
         "meta": {"gold": "REFUTES", "page": "Lyon", "case": "a"}},
        *({"claim": "x", "evidence": s, "label": "not", "meta": {"gold": "NOT ENOUGH INFO", "page": "Lyon", "case": s}}
          for s in PAGE[1:]),
    ]  # fmt: skip
    with gzip.open(tmp_path / "train_contrast.jsonl.gz", "wt") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_labelled_sets_are_read_with_their_finer_labels(folder: Path) -> None:
    found = pairs.labelled(folder, ["contrast"])
    assert [(p.claim, p.label, p.group) for p in found[:2]] == [
        ("Lyon has 340 workers.", "supported", "contrast:a"),
        ("Lyon has 340 workers.", "contradicted", "contrast:a"),
    ]
    assert found[2].label == "unsupported"


def test_pages_keep_sentences_that_differ(folder: Path) -> None:
    assert pairs.pages(folder) == {"Lyon": PAGE}  # the revised sentence resembles the first and is left out


def test_widened_evidence_has_the_gold_sentence_and_none_that_resembles_it(folder: Path) -> None:
    pair = pairs.labelled(folder, ["contrast"])[0]
    near = {"contrast:a": ["The Lyon plant opened with 20 workers.", *PAGE[1:]]}
    for seed in range(20):
        (wide,) = pairs.widened([pair], near, Random(seed)) or [pair]
        assert PAGE[0] in wide.evidence
        assert "20 workers" not in wide.evidence


def test_edited_pairs_share_their_evidence_and_differ_in_the_claim() -> None:
    text = pairs.texts_of({"Lyon": PAGE, "Other": ["The museum in Berlin keeps 12 old clocks."]})
    found = list(pairs.edited(text, 200, Random(0)))
    groups = {p.group for p in found}
    for group in groups:
        members = [p for p in found if p.group == group]
        assert len({p.evidence for p in members}) == 1
        assert members[0].label == "supported"
        assert all(p.label != "supported" for p in members[1:])
        assert len({p.claim for p in members}) == len(members)
    kinds = {p.kind for p in found}
    assert {"edited:number", "edited:name", "edited:negation", "edited:detail", "edited:joined"} <= kinds


def test_a_data_sheet_says_the_right_claim_and_none_of_the_wrong_ones() -> None:
    for pair in data_sheets.draw(60, Random(1)):
        numbers = [word for word in pair.claim.replace(":1", "").split() if word.strip(".").replace(".", "").isdigit()]
        if pair.label == "supported":
            assert all(number.strip(".") in pair.evidence for number in numbers), pair


def test_the_same_seed_draws_the_same() -> None:
    assert list(data_sheets.draw(5, Random(7))) == list(data_sheets.draw(5, Random(7)))
