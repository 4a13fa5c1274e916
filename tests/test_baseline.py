"""The gate: the sample suite, asked whole, may not fall out of the intervals it had. Renew: make baseline."""

from dataclasses import replace
from pathlib import Path

from evals import baseline, demo, suites
from evals.metrics.conduct import right
from evals.retrieval.questions import Ranks
from evals.retrieval.records import Header, RankingRun
from evals.runs.run import Run
from evals.runs.trace import Trace


def test_the_sample_suite_is_as_good_as_it_was(sample_run: Run) -> None:
    assert (baseline.ANSWERS / "sample.json").exists()
    assert baseline.worse_answers(sample_run) == []


def test_a_run_that_got_worse_is_named_with_how_far_it_fell(sample_run: Run, tmp_path: Path) -> None:
    baseline.of_answers(sample_run).write(tmp_path)
    assert baseline.worse_answers(sample_run, tmp_path) == []
    mute = tuple(Trace(case=trace.case, status="not_found") for trace in sample_run.traces)
    worse = baseline.worse_answers(replace(sample_run, traces=mute), tmp_path)
    assert any(problem.startswith("right is 0.196, was ") for problem in worse), "nine of 46 are rightly refused"
    assert any("page_hit is 0.000" in problem for problem in worse)
    assert any("groundedness could be scored in" in problem and "now in none" in problem for problem in worse)
    assert not any("refusal recall" in problem for problem in worse)


def test_other_cases_are_no_comparison(sample_run: Run, tmp_path: Path) -> None:
    assert baseline.worse_answers(sample_run, tmp_path) == [], "there is no baseline yet"
    baseline.of_answers(sample_run).write(tmp_path)
    other = replace(sample_run, manifest=sample_run.manifest.model_copy(update={"suite_sha": "0"}))
    assert "others than those of the baseline" in baseline.worse_answers(other, tmp_path)[0]


def ranks(rank: int | None, case: str) -> Ranks:
    both = {"bm25": (rank, 9), "fused": (rank, 9)}
    return Ranks(case=case, kind="", document="", scope="all", ranks=both, best={}, fits=True)


def test_a_ranking_may_not_fall_out_of_its_baseline(tmp_path: Path) -> None:
    header = Header(suite="s", cases="x", encoders=("minilm",), weights={})
    good = RankingRun(header=header, rows=tuple(ranks(1, str(n)) for n in range(8)))
    bad = RankingRun(header=header, rows=tuple(ranks(None, str(n)) for n in range(8)))
    assert baseline.worse_ranking(good, tmp_path) == []
    baseline.of_ranking(good).write(tmp_path)
    assert baseline.worse_ranking(good, tmp_path) == []
    fallen = baseline.worse_ranking(bad, tmp_path)
    assert any(problem.startswith("success@5 (all) is 0.000, was 1.000") for problem in fallen)


def test_what_make_demo_shows_is_right(sample_run: Run) -> None:
    cases = {case.id: case for case in suites.load("sample").cases[: demo.DEMO]}
    scores = {t.case: right(cases[t.case], t) for t in sample_run.traces if t.case in cases}
    assert len(scores) == demo.DEMO
    assert [case for case, score in scores.items() if not score or score.value < 1] == []
