"""The gate: the sample suite, asked whole, may not fall out of the intervals it had. Renew: make baseline."""

from dataclasses import replace
from pathlib import Path

from evals import demo, suites
from evals.metrics import right
from evals.runs import baseline
from evals.runs.run import Run
from evals.runs.trace import Trace


def test_the_sample_suite_is_as_good_as_it_was(sample_run: Run) -> None:
    assert (baseline.FOLDER / "sample.json").exists()
    assert baseline.problems(sample_run) == []


def test_a_run_that_got_worse_is_told_what_and_how_far(sample_run: Run, tmp_path: Path) -> None:
    baseline.write(sample_run, tmp_path)
    assert baseline.problems(sample_run, tmp_path) == []
    mute = tuple(Trace(case=trace.case, status="not_found") for trace in sample_run.traces)
    worse = baseline.problems(replace(sample_run, traces=mute), tmp_path)
    assert any(said.startswith("right is 0.196, was ") for said in worse), "nine of 46 are rightly refused"
    assert any("page_hit is 0.000" in said for said in worse)
    assert any("groundedness could be scored in" in said and "now in none" in said for said in worse)
    assert not any("refusal recall" in said for said in worse)


def test_other_cases_are_no_comparison(sample_run: Run, tmp_path: Path) -> None:
    assert baseline.problems(sample_run, tmp_path) == [], "there is no baseline yet"
    baseline.write(sample_run, tmp_path)
    other = replace(sample_run, manifest=sample_run.manifest.model_copy(update={"suite_sha": "0"}))
    assert "others than those of the baseline" in baseline.problems(other, tmp_path)[0]


def test_what_make_demo_shows_is_right(sample_run: Run) -> None:
    cases = {case.id: case for case in suites.load("sample").cases[: demo.DEMO]}
    scores = {t.case: right.score(cases[t.case], t) for t in sample_run.traces if t.case in cases}
    assert len(scores) == demo.DEMO
    assert [case for case, score in scores.items() if not score or score.value < 1] == []
