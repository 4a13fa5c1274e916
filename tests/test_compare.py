"""Two runs made by hand: what changed side, and what chance would do."""

from pathlib import Path

import pytest

from evals.cases import Case, SuiteError
from evals.runs.compare import compare
from evals.runs.run import Manifest, Run
from evals.runs.trace import Trace
from tests.traces import BROKEN, said, trace

CASES = tuple(Case(id=str(n), question=f"{n}?", must_contain=("yes",)) for n in range(10))
RIGHT, WRONG = trace(said("yes")), trace(said("no"))


def run(*traces: Trace, cases: tuple[Case, ...] = CASES) -> Run:
    manifest = Manifest(suite="s", suite_sha="", cases=len(traces), settings={"model": "extractive"})
    named = tuple(t.model_copy(update={"case": case.id}) for case, t in zip(cases, traces))
    return Run(Path("s"), manifest, cases[: len(traces)], named, ())


def test_cases_that_changed_side_are_named_and_tested() -> None:
    """Two lost, none gained, of ten: p = 2 * (1/2)^2 = 0.5, no more than chance."""
    before, after = run(*[RIGHT] * 10), run(*[WRONG] * 2, *[RIGHT] * 8)
    found = compare(before, after)
    assert [(c.case.id, c.before, c.after) for c in found.changed] == [("0", True, False), ("1", True, False)]
    row = found.rows[0]
    assert (row.metric, row.n, row.before, row.after, row.p, row.test) == ("right", 10, 1.0, 0.8, 0.5, "McNemar")
    assert row.interval[0] < -0.2 <= row.interval[1] <= 0
    assert found.summary == "0 gained, 2 lost of 10: no more than chance would give (exact McNemar, p = 0.500)."


def test_eight_of_ten_gained_is_more_than_chance() -> None:
    found = compare(run(*[WRONG] * 8, *[RIGHT] * 2), run(*[RIGHT] * 10))
    assert found.rows[0].p == pytest.approx(2 / 2**8) and "8 gained, 0 lost of 10: more than chance" in found.summary


def test_a_metric_with_parts_is_tested_by_flipping_signs() -> None:
    """Steps: 0 before, and after 1 in three cases: of 8 ways to sign them two are as far out."""
    from tests.traces import call

    after = run(*[trace(said("yes"), steps=(call("search_text"),))] * 3)
    row = next(row for row in compare(run(*[RIGHT] * 3), after).rows if row.metric == "steps")
    assert (row.before, row.after, row.difference, row.p) == (0, 1, 1, 2 / 8)


def test_what_one_run_could_not_score_is_left_out_of_both() -> None:
    found = compare(run(RIGHT, BROKEN, RIGHT), run(RIGHT, WRONG, BROKEN))
    assert found.rows[0].n == 1 and not found.changed


def test_runs_of_different_cases_are_not_compared() -> None:
    other = tuple(case.model_copy(update={"id": f"x{case.id}"}) for case in CASES)
    with pytest.raises(SuiteError, match="share no case"):
        compare(run(RIGHT), run(RIGHT, cases=other))
    changed = (CASES[0].model_copy(update={"question": "Else?"}),)
    with pytest.raises(SuiteError, match="Case '0' is another"):
        compare(run(RIGHT), run(RIGHT, cases=changed))
