"""The validator's benchmark, from a folder of lines to the table: small, and with the model that ships."""

import json
from pathlib import Path

import numpy as np
import pytest
from evals.validator.benchmark import JUDGES, TOGETHER, Measured
from rich.console import Console

from agent.llm.ollama import Ollama
from agent.validator.decision import Calibration
from evals.validator import benchmark, command, fit, path, speed
from evals.validator.sets import LabelledClaim, read
from tests.fake_ollama import FakeOllama
from tools.errors import SettingsError

TEXTS = {
    "The plant in Lyon employs {} people.": ("340", "900"),
    "The tank holds {} litres.": ("4.5", "45"),
    "{} has led the firm since 2022.": ("Anna Weber", "Paul Roth"),
    "The film was released in {}.": ("1994", "2011"),
    "The engine must {} be run indoors.": ("never", "always"),
    "Most visitors arrive by {}.": ("train", "car"),
}


@pytest.fixture(scope="module")
def rows() -> list[LabelledClaim]:
    found = []
    for text, (right, wrong) in TEXTS.items():
        evidence = f"{text.format(right)} It is a matter of record."
        found += [
            LabelledClaim(text.format(right), evidence, True, "supported", text, text),
            LabelledClaim(text.format(wrong), evidence, False, "not", text, text),
        ]
    return found


@pytest.fixture(scope="module")
def measured(rows: list[LabelledClaim]) -> Measured:
    return benchmark.measure_set(rows, "tiny")


def test_all_judges_are_scored(measured: Measured) -> None:
    measured.scores["shuffled"] = np.zeros(len(measured.rows))
    found = {line.judge: line.scored for line in benchmark.lines(measured, benchmark.thresholds())}
    assert set(found) == set(JUDGES)
    assert (found["accept all"].false_accepts, found["reject all"].false_rejects) == (1.0, 1.0)
    assert found[TOGETHER].auc > 0.9
    assert found["claim only"].auc < 0.9  # what can be told from the claim alone


def test_slices(rows: list[LabelledClaim]) -> None:
    found = benchmark.slices([*rows, LabelledClaim("It holds at most 5 kg.", "", False, "partial", "", "")])
    assert {name: len(found[name]) for name in ("partial", "bound", "unit", "name")} == {
        "partial": 1,
        "bound": 1,
        "unit": 3,
        "name": 2,
    } or found["bound"].tolist() == [len(rows)]


def test_a_shuffled_claim_keeps_its_label(rows: list[LabelledClaim]) -> None:
    mixed = benchmark.shuffled(rows)
    assert [(r.claim, r.supported) for r in mixed] == [(r.claim, r.supported) for r in rows]
    assert sorted(r.evidence for r in mixed) == sorted(r.evidence for r in rows)
    assert [r.evidence for r in mixed] != [r.evidence for r in rows]


def test_what_is_fitted_can_be_read_back(measured: Measured, tmp_path: Path) -> None:
    found = fit.fit({"tiny": measured})
    fit.freeze(found, tmp_path / "calibration.json")
    kept = json.loads((tmp_path / "calibration.json").read_text())
    arrays = {name: np.array(kept[name]) for name in ("mean", "scale", "weights")}
    again = Calibration(**arrays, bias=kept["bias"], supported=kept["supported"], unsupported=kept["unsupported"])
    probability = again.probabilities(measured.measures)
    assert probability[measured.supported].min() > probability[~measured.supported].max()
    assert 0 < kept["unsupported"] <= kept["supported"] <= 1


def test_cross_fitting_never_sees_the_document(measured: Measured) -> None:
    assert len(fit.cross_fitted({"tiny": measured})["tiny"]) == len(measured.rows)


def test_the_command_from_folder_to_table(rows: list[LabelledClaim], tmp_path: Path) -> None:
    lines = [{"claim": r.claim, "evidence": r.evidence, "label": r.label, "pair": r.pair} for r in rows]
    (tmp_path / "tiny.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    console = Console(record=True, width=140)
    found, _ = benchmark.run(read(tmp_path), console)
    text = console.export_text()
    assert "tiny (12 claims)" in text and TOGETHER in text and "negation" in text
    assert [line.judge for line in found["tiny"]] == list(JUDGES)


def test_the_speed_is_measured_on_claims_that_pass() -> None:
    found = speed.measure()
    assert min(found.loading, found.claim, found.answer) > 0
    assert "ms" in str(found)


def test_a_chat_model_is_one_more_judge(rows: list[LabelledClaim]) -> None:
    replies = [{"thought": "", "answer": "yes" if row.supported else "no"} for row in rows]
    replies[0] = {"thought": "", "answer": "cannot tell"}
    with FakeOllama(replies) as server:
        scores = path.ask(rows, Ollama("llama3.2-vision", base_url=server.base_url), "tiny")
    assert scores.tolist() == [0.5, *(float(row.supported) for row in rows[1:])]


def test_extractive_is_no_judge() -> None:
    with pytest.raises(SettingsError, match="no judge"):
        command._judge("extractive")
