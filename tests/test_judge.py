"""A judge that plays a script: what it says counts only where it was measured."""

import json
from pathlib import Path

import pytest

from agent.llm.protocol import Decision
from evals import judge
from evals.cases import Case, SuiteError
from evals.judge import Agreement, Labelled
from evals.runs.run import Manifest, Run
from tests.scripted import Scripted, call
from tests.traces import BROKEN, said, trace
from tools.errors import ModelNonsense

YES, NO = call("judge", right=True, reason="same"), call("judge", right=False, reason="other")
SILENT = Decision(thought="", action="answer")


def labelled(rights: int, wrongs: int) -> list[Labelled]:
    one = Labelled(question="How many?", reference="7", said="seven", right=True)
    return [one] * rights + [one.model_copy(update={"right": False})] * wrongs


def measured(n: int = 60, rights: int = 30) -> Agreement:
    return Agreement(judge="scripted", n=n, rights=rights, unscored=0, share=0.9, low=0.8, high=1, kappa=0.8)


def test_the_judge_sees_question_reference_and_answer() -> None:
    model = Scripted([YES], [()])
    assert judge.ask(model, "How many?", "7", "seven").value == 1
    shown = model.briefs[0].question
    assert all(part in shown for part in ("How many?", "7", "seven"))
    assert judge.ask(Scripted([NO], [()]), "How many?", "7", "").value == 0


def test_a_reply_that_is_no_judgement_is_not_scored() -> None:
    score = judge.ask(Scripted([SILENT], [()]), "?", "7", "seven")
    assert (score.value, score.reason) == (None, judge.NONSENSE)

    class Broken(Scripted):
        def step(self, brief, tools, on_claim=None):
            raise ModelNonsense("No schema fits.")

    assert judge.ask(Broken([], [()]), "?", "7", "seven").reason == "No schema fits."


def test_agreement_is_counted_beside_people() -> None:
    """6 of 8 the same; people say right 4 times, the judge 4 times: expected .5, kappa (.75 - .5) / .5 = .5."""
    script = [YES, YES, YES, NO, NO, NO, NO, YES, SILENT]
    found = judge.measure(Scripted(script, [()]), labelled(4, 5))
    assert (found.n, found.rights, found.unscored, found.share) == (8, 4, 1, 0.75)
    assert found.kappa == pytest.approx(0.5) and found.low < 0.75 < found.high


def test_a_judge_that_always_says_yes_agrees_by_chance() -> None:
    assert judge.kappa([(True, True), (False, True)]) == 0
    assert judge.kappa([(True, True)]) is None and judge.kappa([]) is None


@pytest.mark.parametrize(("n", "rights", "allowed"), [(60, 30, True), (49, 25, False), (60, 55, False), (60, 5, False)])
def test_figures_appear_from_enough_labels_of_both_kinds(n: int, rights: int, allowed: bool) -> None:
    assert (judge.refusal(measured(n, rights)) == "") is allowed


def run(folder: Path) -> Run:
    cases = (Case(id="a", question="?", answer="7"), Case(id="b", question="?", answer="8"), Case(id="c", question="?"))
    traces = (trace(said("seven")), trace(said("nine")), BROKEN)
    manifest = Manifest(suite="s", suite_sha="", cases=3, settings={"model": "extractive"})
    return Run(folder, manifest, cases, traces, ())


def test_a_run_is_judged_and_the_judgement_kept(tmp_path: Path) -> None:
    judged = judge.score_run(run(tmp_path), Scripted([YES, SILENT], [()]), measured())
    assert (judged.right, judged.reasons) == ({"a": True}, {"b": judge.NONSENSE})
    assert judge.load(run(tmp_path)) == judged
    figure = judge.figure(run(tmp_path), judged)
    assert (figure.mean, figure.n, figure.unscored) == (1, 1, 1)


def test_no_judge_without_its_own_agreement(tmp_path: Path) -> None:
    assert judge.load(run(tmp_path)) is None
    with pytest.raises(SuiteError, match="measured on 3 labelled"):
        judge.score_run(run(tmp_path), Scripted([YES], [()]), measured(3, 1))
    with pytest.raises(SuiteError, match="not of scripted"):
        judge.score_run(run(tmp_path), Scripted([YES], [()]), measured().model_copy(update={"judge": "other"}))
    with pytest.raises(SuiteError, match="not measured"):
        judge.read_agreement(tmp_path / "agreement.json")
    held = judge.Judged(agreement=measured(3, 1), right={"a": True}, reasons={})
    (tmp_path / judge.JUDGED).write_text(held.model_dump_json())
    assert judge.load(run(tmp_path)) is None, "whoever wrote the file, the report does not show it"


def test_labels_are_read_from_jsonl(tmp_path: Path) -> None:
    rows = [one.model_dump() for one in labelled(1, 1)]
    (tmp_path / "l.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert judge.read(tmp_path / "l.jsonl") == labelled(1, 1)
    (tmp_path / "l.jsonl").write_text('{"question": "?"}\n')
    with pytest.raises(SuiteError, match="line 1"):
        judge.read(tmp_path / "l.jsonl")
