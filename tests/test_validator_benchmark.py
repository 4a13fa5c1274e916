"""The decision fitted, its speed, and a chat model as one more judge: small, and with the model that ships."""

import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from agent.answer import Citation
from agent.llm.ollama import Ollama
from agent.validator import Opinion
from agent.validator.decision import Calibration
from evals.validator import command, fit, path, sets, speed
from evals.validator.fit import Rows
from evals.validator.sets import LabelledClaim
from tests.fake_ollama import FakeOllama
from tools.errors import SettingsError
from tools.library.evidence import Passage

TEXTS = {
    "The plant in Lyon employs {} people.": ("340", "900"),
    "The tank holds {} litres.": ("4.5", "45"),
    "{} has led the firm since 2022.": ("Anna Weber", "Paul Roth"),
    "The film was released in {}.": ("1994", "2011"),
    "The engine must {} be run indoors.": ("never", "always"),
    "Most visitors arrive by {}.": ("train", "car"),
}


def row(text: str, word: str, right: str) -> LabelledClaim:
    evidence = f"{text.format(right)} It is a matter of record."
    item = Passage(id="1", source_id="0" * 64, text=evidence, regions=())
    label = "supported" if word == right else "not"
    cited = (Citation(key=1),)
    return LabelledClaim(
        text.format(word), evidence, word == right, label, text, text, citations=cited, items={1: item}
    )


@pytest.fixture(scope="module")
def rows() -> list[LabelledClaim]:
    return [row(text, word, words[0]) for text, words in TEXTS.items() for word in words]


@pytest.fixture(scope="module")
def measured(rows: list[LabelledClaim]) -> Rows:
    return fit.measure(rows, "tiny")


def test_what_is_fitted_can_be_read_back(measured: Rows, tmp_path: Path) -> None:
    found = fit.fit({"tiny": measured})
    fit.freeze(found, tmp_path / "calibration.json")
    kept = json.loads((tmp_path / "calibration.json").read_text())
    arrays = {name: np.array(kept[name]) for name in ("mean", "scale", "weights")}
    again = Calibration(**arrays, bias=kept["bias"], supported=kept["supported"], unsupported=kept["unsupported"])
    probability = again.probabilities(measured.measures)
    assert probability[measured.supported].mean() > probability[~measured.supported].mean() + 0.2
    assert 0 < kept["unsupported"] <= kept["supported"] <= 1


def test_cross_fitting_never_sees_the_document(measured: Rows) -> None:
    assert len(fit.cross_fitted({"tiny": measured})["tiny"]) == len(measured.rows)


def test_what_was_fitted_is_shown(measured: Rows) -> None:
    console = Console(record=True, width=160)
    fit.show({"tiny": measured}, fit.fit({"tiny": measured}), console)
    assert "tiny" in console.export_text()


def test_the_speed_is_measured_on_claims_that_pass() -> None:
    found = speed.measure()
    assert min(found.loading, found.claim, found.answer) > 0
    assert "ms" in str(found)


def test_a_chat_model_is_one_more_judge(rows: list[LabelledClaim]) -> None:
    answers = ["cannot tell", *("yes" if row.supported else "no" for row in rows[1:])]
    replies = [{"opinions": [{"words": "", "answer": answer}]} for answer in answers]
    with FakeOllama(replies) as server:
        given = path.ask(rows, Ollama("llama3.2-vision", base_url=server.base_url), "tiny")
    assert [one.answer for one in given] == answers


def test_an_answer_is_worth_what_it_told_true_from_false_with(rows: list[LabelledClaim], tmp_path: Path) -> None:
    """Of 6 true and 6 false claims: yes to 5 and 1, no to 1 and 5; with one more of each of the three answers."""
    given = [Opinion("yes" if row.supported != (n in (0, 1)) else "no") for n, row in enumerate(rows)]
    assert path.worth(rows, given) == {"yes": 3.0, "cannot tell": 1.0, "no": 0.333}
    (tmp_path / "opinions.json").write_text("{}")
    path.trust("llama", path.worth(rows, given), tmp_path / "opinions.json")
    assert json.loads((tmp_path / "opinions.json").read_text())["llama"]["yes"] == 3.0


def test_a_second_opinion_counts_for_what_is_open_only(rows: list[LabelledClaim]) -> None:
    given = [Opinion("yes" if row.supported else "no") for row in rows]
    verdicts = [path.check(row) for row in rows]
    both = path.with_opinions(rows, verdicts, given, "llama")
    for verdict, one in zip(verdicts, both, strict=True):
        if verdict.status != "unconfirmed":
            assert one == path.outcome(verdict)


def test_claims_from_elsewhere_and_edited_sentences_are_made_for_the_fit() -> None:
    every = sets.read(sets.OURS)[sets.WRITTEN]
    written = [row for row in every if row.document in (every[0].document, every[-1].document)]
    strangers = fit.elsewhere(written)
    assert len(strangers) == sum(row.supported for row in written)
    assert not any(row.supported for row in strangers)
    assert all(row.citations[0].quote in row.items[1].text for row in strangers)
    made = fit.edited(written, 20)
    assert {row.supported for row in made} == {True, False}
    assert {bool(row.citations[0].quote) for row in made} == {True, False}


def test_extractive_is_no_judge() -> None:
    with pytest.raises(SettingsError, match="no judge"):
        command._judge("extractive")
